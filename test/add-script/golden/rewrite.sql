-- What the cases of rewrite.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE keys, indexes, checks and references of an int move to a bigint, on PostgreSQL 14
-- SCRIPT rewrite (yes)
-- MIGRATE UP
-- migrate: no-transaction

-- line.account becomes bigint by a second column, account_new: kept in step, filled, and then swapped.
ALTER TABLE public.line ADD COLUMN account_new bigint;
CREATE FUNCTION zz_line_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.account_new := NEW.account;
  RETURN NEW;
END
$$;
CREATE TRIGGER zz_line_twin BEFORE INSERT OR UPDATE ON public.line FOR EACH ROW EXECUTE FUNCTION zz_line_twin();
ALTER TABLE public.line ENABLE ALWAYS TRIGGER zz_line_twin;

-- invoice.account becomes bigint by a second column, account_new: kept in step, filled, and then swapped.
ALTER TABLE invoice ADD COLUMN account_new bigint;
-- invoice.amount becomes bigint by a second column, amount_new: kept in step, filled, and then swapped.
ALTER TABLE invoice ADD COLUMN amount_new bigint;
COMMENT ON COLUMN invoice.amount_new IS 'in cents';
ALTER TABLE invoice ALTER COLUMN amount_new SET STATISTICS 500;
-- invoice.id becomes bigint by a second column, id_new: kept in step, filled, and then swapped.
ALTER TABLE invoice ADD COLUMN id_new bigint;
-- invoice.twice becomes bigint by a second column, twice_new: kept in step, filled, and then swapped.
ALTER TABLE invoice ADD COLUMN twice_new bigint;
CREATE FUNCTION zz_invoice_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.account_new := NEW.account;
  NEW.amount_new := NEW.amount;
  NEW.id_new := NEW.id;
  NEW.twice_new := NEW.twice;
  RETURN NEW;
END
$$;
CREATE TRIGGER zz_invoice_twin BEFORE INSERT OR UPDATE ON invoice FOR EACH ROW EXECUTE FUNCTION zz_invoice_twin();
ALTER TABLE invoice ENABLE ALWAYS TRIGGER zz_invoice_twin;
ALTER TABLE invoice ADD CONSTRAINT invoice_account_required CHECK (account_new IS NOT NULL) NOT VALID;
ALTER TABLE invoice ADD CONSTRAINT invoice_id_required CHECK (id_new IS NOT NULL) NOT VALID;
ALTER TABLE invoice ADD CONSTRAINT amount_positive_new CHECK (amount_new > 0) NOT VALID;

-- account.id becomes bigint by a second column, id_new: kept in step, filled, and then swapped.
ALTER TABLE account ADD COLUMN id_new bigint;
-- account.parent becomes bigint by a second column, parent_new: kept in step, filled, and then swapped.
ALTER TABLE account ADD COLUMN parent_new bigint;
CREATE FUNCTION zz_account_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.id_new := NEW.id;
  NEW.parent_new := NEW.parent;
  RETURN NEW;
END
$$;
CREATE TRIGGER zz_account_twin BEFORE INSERT OR UPDATE ON account FOR EACH ROW EXECUTE FUNCTION zz_account_twin();
ALTER TABLE account ENABLE ALWAYS TRIGGER zz_account_twin;
ALTER TABLE account ADD CONSTRAINT account_id_required CHECK (id_new IS NOT NULL) NOT VALID;

-- MIGRATE DOWN
-- migrate: no-transaction

DROP TRIGGER zz_line_twin ON public.line;
DROP FUNCTION zz_line_twin();
ALTER TABLE public.line DROP COLUMN account_new;

ALTER TABLE invoice DROP CONSTRAINT invoice_account_required;
ALTER TABLE invoice DROP CONSTRAINT invoice_id_required;
ALTER TABLE invoice DROP CONSTRAINT amount_positive_new;
DROP TRIGGER zz_invoice_twin ON invoice;
DROP FUNCTION zz_invoice_twin();
ALTER TABLE invoice DROP COLUMN account_new;
ALTER TABLE invoice DROP COLUMN amount_new;
ALTER TABLE invoice DROP COLUMN id_new;
ALTER TABLE invoice DROP COLUMN twice_new;

ALTER TABLE account DROP CONSTRAINT account_id_required;
DROP TRIGGER zz_account_twin ON account;
DROP FUNCTION zz_account_twin();
ALTER TABLE account DROP COLUMN id_new;
ALTER TABLE account DROP COLUMN parent_new;

-- SCRIPT rewrite backfill (yes)
-- MIGRATE UP
-- migrate: no-transaction

-- In batches, each committed by itself. Stopped and run again, it goes on with the rest.
DO $$
-- migrate: repeatable
DECLARE
  backfill_page bigint := 0;
  backfill_start timestamp with time zone;
BEGIN
  WHILE (backfill_page OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint) OPERATOR(pg_catalog.<) (
    WITH RECURSIVE family AS (
      SELECT 'public.line'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE public.line SET account_new = account
    WHERE account_new IS NULL AND account IS NOT NULL
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 20)::pg_catalog.tid;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(0.25 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backfill_start));
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 20;
  END LOOP;
END
$$;

-- In batches, each committed by itself. Stopped and run again, it goes on with the rest.
DO $$
-- migrate: repeatable
DECLARE
  backfill_page bigint := 0;
  backfill_start timestamp with time zone;
BEGIN
  WHILE (backfill_page OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint) OPERATOR(pg_catalog.<) (
    WITH RECURSIVE family AS (
      SELECT 'invoice'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE invoice SET account_new = account, amount_new = amount, id_new = id, twice_new = twice
    WHERE ((account_new IS NULL AND account IS NOT NULL) OR (amount_new IS NULL AND amount IS NOT NULL) OR (id_new IS NULL AND id IS NOT NULL) OR (twice_new IS NULL AND twice IS NOT NULL))
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 20)::pg_catalog.tid;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(0.25 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backfill_start));
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 20;
  END LOOP;
END
$$;

-- In batches, each committed by itself. Stopped and run again, it goes on with the rest.
DO $$
-- migrate: repeatable
DECLARE
  backfill_page bigint := 0;
  backfill_start timestamp with time zone;
BEGIN
  WHILE (backfill_page OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint) OPERATOR(pg_catalog.<) (
    WITH RECURSIVE family AS (
      SELECT 'account'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE account SET id_new = id, parent_new = parent
    WHERE ((id_new IS NULL AND id IS NOT NULL) OR (parent_new IS NULL AND parent IS NOT NULL))
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 20)::pg_catalog.tid;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(0.25 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backfill_start));
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 20;
  END LOOP;
END
$$;

-- MIGRATE DOWN
-- migrate: no-transaction

-- Nothing to do.

-- SCRIPT rewrite concurrently (yes)
-- MIGRATE UP
-- migrate: no-transaction

CREATE UNIQUE INDEX CONCURRENTLY invoice_pkey_new ON invoice (id_new);
CREATE UNIQUE INDEX CONCURRENTLY one_amount_new ON invoice (account_new, amount_new);
CREATE INDEX CONCURRENTLY by_amount_new ON invoice (((amount_new + 1))) WHERE (amount_new > 10);
COMMENT ON INDEX by_amount_new IS 'large ones';
CREATE UNIQUE INDEX CONCURRENTLY by_both_new ON invoice (twice_new, id_new);

CREATE UNIQUE INDEX CONCURRENTLY account_pkey_new ON account (id_new);

-- MIGRATE DOWN
-- migrate: no-transaction

DROP INDEX CONCURRENTLY account_pkey_new;

DROP INDEX CONCURRENTLY by_both_new;
DROP INDEX CONCURRENTLY by_amount_new;
DROP INDEX CONCURRENTLY one_amount_new;
DROP INDEX CONCURRENTLY invoice_pkey_new;

-- SCRIPT rewrite validate (yes)
-- MIGRATE UP
-- migrate: no-transaction

ALTER TABLE invoice VALIDATE CONSTRAINT invoice_account_required;
ALTER TABLE invoice VALIDATE CONSTRAINT invoice_id_required;
ALTER TABLE invoice VALIDATE CONSTRAINT amount_positive_new;

ALTER TABLE account VALIDATE CONSTRAINT account_id_required;
DO $$
BEGIN
  LOCK TABLE account IN SHARE UPDATE EXCLUSIVE MODE;
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE account IN SHARE ROW EXCLUSIVE MODE;
  ALTER TABLE account ADD CONSTRAINT account_parent_fkey_new FOREIGN KEY (parent_new) REFERENCES account(id_new) ON DELETE SET NULL NOT VALID;
END
$$;

DO $$
BEGIN
  BEGIN
    LOCK TABLE account, invoice IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout TO '500ms';
    LOCK TABLE account, invoice IN SHARE ROW EXCLUSIVE MODE;
  EXCEPTION WHEN insufficient_privilege THEN
    SET LOCAL lock_timeout TO '500ms';
  END;
  ALTER TABLE invoice ADD CONSTRAINT invoice_account_fkey_new FOREIGN KEY (account_new) REFERENCES account(id_new) ON DELETE CASCADE NOT VALID;
END
$$;

DO $$
BEGIN
  BEGIN
    LOCK TABLE invoice, public.line IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout TO '500ms';
    LOCK TABLE invoice, public.line IN SHARE ROW EXCLUSIVE MODE;
  EXCEPTION WHEN insufficient_privilege THEN
    SET LOCAL lock_timeout TO '500ms';
  END;
  ALTER TABLE public.line ADD CONSTRAINT line_fkey_new FOREIGN KEY (account_new, amount) REFERENCES invoice(account_new, amount_new) MATCH FULL ON UPDATE CASCADE NOT VALID;
  COMMENT ON CONSTRAINT line_fkey_new ON public.line IS 'both';
END
$$;

DO $$
BEGIN
  BEGIN
    LOCK TABLE account, note IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout TO '500ms';
    LOCK TABLE account, note IN SHARE ROW EXCLUSIVE MODE;
  EXCEPTION WHEN insufficient_privilege THEN
    SET LOCAL lock_timeout TO '500ms';
  END;
  ALTER TABLE note ADD CONSTRAINT note_account_fkey_new FOREIGN KEY (account) REFERENCES account(id_new) NOT VALID;
END
$$;

ALTER TABLE account VALIDATE CONSTRAINT account_parent_fkey_new;

ALTER TABLE invoice VALIDATE CONSTRAINT invoice_account_fkey_new;

ALTER TABLE public.line VALIDATE CONSTRAINT line_fkey_new;

ALTER TABLE note VALIDATE CONSTRAINT note_account_fkey_new;

ANALYZE public.line;

ANALYZE invoice;

ANALYZE account;

-- MIGRATE DOWN
-- migrate: no-transaction

DO $$
BEGIN
  BEGIN
    LOCK TABLE account, note IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout TO '500ms';
    LOCK TABLE account, note IN ACCESS EXCLUSIVE MODE;
  EXCEPTION WHEN insufficient_privilege THEN
    SET LOCAL lock_timeout TO '500ms';
  END;
  ALTER TABLE note DROP CONSTRAINT note_account_fkey_new;
END
$$;

DO $$
BEGIN
  BEGIN
    LOCK TABLE invoice, public.line IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout TO '500ms';
    LOCK TABLE invoice, public.line IN ACCESS EXCLUSIVE MODE;
  EXCEPTION WHEN insufficient_privilege THEN
    SET LOCAL lock_timeout TO '500ms';
  END;
  ALTER TABLE public.line DROP CONSTRAINT line_fkey_new;
END
$$;

DO $$
BEGIN
  BEGIN
    LOCK TABLE account, invoice IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout TO '500ms';
    LOCK TABLE account, invoice IN ACCESS EXCLUSIVE MODE;
  EXCEPTION WHEN insufficient_privilege THEN
    SET LOCAL lock_timeout TO '500ms';
  END;
  ALTER TABLE invoice DROP CONSTRAINT invoice_account_fkey_new;
END
$$;

DO $$
BEGIN
  LOCK TABLE account IN SHARE UPDATE EXCLUSIVE MODE;
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE account IN ACCESS EXCLUSIVE MODE;
  ALTER TABLE account DROP CONSTRAINT account_parent_fkey_new;
END
$$;

-- SCRIPT rewrite swap line (yes)
-- MIGRATE UP

DO $swap$
BEGIN
  LOCK TABLE invoice, public.line IN SHARE UPDATE EXCLUSIVE MODE;
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE invoice, public.line IN ACCESS EXCLUSIVE MODE;
  ALTER TABLE public.line DROP CONSTRAINT line_fkey;
  ALTER TABLE public.line RENAME COLUMN account TO account_old;
  ALTER TABLE public.line RENAME COLUMN account_new TO account;
  CREATE OR REPLACE FUNCTION zz_line_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    NEW.account_old := NEW.account;
  EXCEPTION WHEN others THEN
    NEW.account_old := NULL;
  END;
  RETURN NEW;
END
$$;
  ALTER TABLE public.line RENAME CONSTRAINT line_fkey_new TO line_fkey;
END
$swap$;

-- MIGRATE DOWN
-- migrate: no-transaction

ALTER TABLE public.line ADD CONSTRAINT line_account_fits CHECK (account IS NULL OR account_old IS NOT NULL) NOT VALID;
-- Fails unless this is 0: SELECT count(*) FROM public.line WHERE account IS NOT NULL AND account_old IS NULL
ALTER TABLE public.line VALIDATE CONSTRAINT line_account_fits;
DO $$
BEGIN
  BEGIN
    LOCK TABLE invoice, public.line IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout TO '500ms';
    LOCK TABLE invoice, public.line IN SHARE ROW EXCLUSIVE MODE;
  EXCEPTION WHEN insufficient_privilege THEN
    SET LOCAL lock_timeout TO '500ms';
  END;
  ALTER TABLE public.line ADD CONSTRAINT line_fkey_old FOREIGN KEY (account_old, amount) REFERENCES invoice(account, amount) MATCH FULL ON UPDATE CASCADE NOT VALID;
  COMMENT ON CONSTRAINT line_fkey_old ON public.line IS 'both';
END
$$;
ALTER TABLE public.line VALIDATE CONSTRAINT line_fkey_old;
ANALYZE public.line;
DO $swap$
BEGIN
  LOCK TABLE invoice, public.line IN SHARE UPDATE EXCLUSIVE MODE;
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE invoice, public.line IN ACCESS EXCLUSIVE MODE;
  ALTER TABLE public.line RENAME CONSTRAINT line_fkey TO line_fkey_new;
  ALTER TABLE public.line RENAME COLUMN account TO account_new;
  ALTER TABLE public.line RENAME COLUMN account_old TO account;
  ALTER TABLE public.line DROP CONSTRAINT line_account_fits;
  CREATE OR REPLACE FUNCTION zz_line_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.account_new := NEW.account;
  RETURN NEW;
END
$$;
  ALTER TABLE public.line RENAME CONSTRAINT line_fkey_old TO line_fkey;
END
$swap$;

-- SCRIPT rewrite swap invoice (yes)
-- MIGRATE UP

DO $swap$
BEGIN
  LOCK TABLE account, invoice IN SHARE UPDATE EXCLUSIVE MODE;
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE account, invoice IN ACCESS EXCLUSIVE MODE;
  ALTER TABLE invoice DROP CONSTRAINT invoice_account_fkey;
  ALTER TABLE invoice DROP CONSTRAINT amount_positive;
  ALTER TABLE invoice DROP CONSTRAINT invoice_pkey;
  ALTER TABLE invoice DROP CONSTRAINT one_amount;
  DROP INDEX by_amount;
  DROP INDEX by_both;
  ALTER TABLE invoice ALTER COLUMN account DROP NOT NULL;
  PERFORM pg_catalog.set_config('typetrek.last_value_2', last_value::pg_catalog.text, true), pg_catalog.set_config('typetrek.is_called_2', is_called::pg_catalog.text, true) FROM invoice_id_seq;
  ALTER TABLE invoice ALTER COLUMN id DROP IDENTITY;
  ALTER TABLE invoice ALTER COLUMN id DROP NOT NULL;
  ALTER TABLE invoice ALTER COLUMN twice DROP DEFAULT;
  ALTER TABLE invoice RENAME COLUMN account TO account_old;
  ALTER TABLE invoice RENAME COLUMN account_new TO account;
  ALTER TABLE invoice RENAME COLUMN amount TO amount_old;
  ALTER TABLE invoice RENAME COLUMN amount_new TO amount;
  ALTER TABLE invoice RENAME COLUMN id TO id_old;
  ALTER TABLE invoice RENAME COLUMN id_new TO id;
  ALTER TABLE invoice RENAME COLUMN twice TO twice_old;
  ALTER TABLE invoice RENAME COLUMN twice_new TO twice;
  ALTER TABLE invoice ALTER COLUMN account SET NOT NULL;
  ALTER TABLE invoice DROP CONSTRAINT invoice_account_required;
  ALTER TABLE invoice ALTER COLUMN id SET NOT NULL;
  ALTER TABLE invoice DROP CONSTRAINT invoice_id_required;
  ALTER TABLE invoice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME invoice_id_seq);
  PERFORM pg_catalog.setval('invoice_id_seq', pg_catalog.current_setting('typetrek.last_value_2')::pg_catalog.int8, pg_catalog.current_setting('typetrek.is_called_2')::pg_catalog.bool);
  ALTER TABLE invoice ALTER COLUMN twice SET DEFAULT 7;
  CREATE OR REPLACE FUNCTION zz_invoice_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    NEW.account_old := NEW.account;
  EXCEPTION WHEN others THEN
    NEW.account_old := NULL;
  END;
  BEGIN
    NEW.amount_old := NEW.amount;
  EXCEPTION WHEN others THEN
    NEW.amount_old := NULL;
  END;
  BEGIN
    NEW.id_old := NEW.id;
  EXCEPTION WHEN others THEN
    NEW.id_old := NULL;
  END;
  BEGIN
    NEW.twice_old := NEW.twice;
  EXCEPTION WHEN others THEN
    NEW.twice_old := NULL;
  END;
  RETURN NEW;
END
$$;
  ALTER TABLE invoice ADD CONSTRAINT invoice_pkey PRIMARY KEY USING INDEX invoice_pkey_new;
  COMMENT ON CONSTRAINT invoice_pkey ON invoice IS 'the key';
  ALTER TABLE invoice ADD CONSTRAINT one_amount UNIQUE USING INDEX one_amount_new;
  ALTER INDEX by_amount_new RENAME TO by_amount;
  ALTER INDEX by_both_new RENAME TO by_both;
  ALTER TABLE invoice RENAME CONSTRAINT amount_positive_new TO amount_positive;
  ALTER TABLE invoice RENAME CONSTRAINT invoice_account_fkey_new TO invoice_account_fkey;
END
$swap$;

-- MIGRATE DOWN
-- migrate: no-transaction

ALTER TABLE invoice ADD CONSTRAINT invoice_account_fits CHECK (account_old IS NOT NULL) NOT VALID;
-- Fails unless this is 0: SELECT count(*) FROM invoice WHERE account IS NOT NULL AND account_old IS NULL
ALTER TABLE invoice VALIDATE CONSTRAINT invoice_account_fits;
ALTER TABLE invoice ADD CONSTRAINT invoice_amount_fits CHECK (amount IS NULL OR amount_old IS NOT NULL) NOT VALID;
-- Fails unless this is 0: SELECT count(*) FROM invoice WHERE amount IS NOT NULL AND amount_old IS NULL
ALTER TABLE invoice VALIDATE CONSTRAINT invoice_amount_fits;
ALTER TABLE invoice ADD CONSTRAINT invoice_id_fits CHECK (id_old IS NOT NULL) NOT VALID;
-- Fails unless this is 0: SELECT count(*) FROM invoice WHERE id IS NOT NULL AND id_old IS NULL
ALTER TABLE invoice VALIDATE CONSTRAINT invoice_id_fits;
ALTER TABLE invoice ADD CONSTRAINT invoice_twice_fits CHECK (twice IS NULL OR twice_old IS NOT NULL) NOT VALID;
-- Fails unless this is 0: SELECT count(*) FROM invoice WHERE twice IS NOT NULL AND twice_old IS NULL
ALTER TABLE invoice VALIDATE CONSTRAINT invoice_twice_fits;
ALTER TABLE invoice ADD CONSTRAINT amount_positive_old CHECK (amount_old > 0) NOT VALID;
ALTER TABLE invoice VALIDATE CONSTRAINT amount_positive_old;
CREATE UNIQUE INDEX CONCURRENTLY invoice_pkey_old ON invoice (id_old);
CREATE UNIQUE INDEX CONCURRENTLY invoice_pkey_new ON invoice (id);
CREATE UNIQUE INDEX CONCURRENTLY one_amount_old ON invoice (account_old, amount_old);
CREATE UNIQUE INDEX CONCURRENTLY one_amount_new ON invoice (account, amount);
CREATE INDEX CONCURRENTLY by_amount_old ON invoice (((amount_old + 1))) WHERE (amount_old > 10);
COMMENT ON INDEX by_amount_old IS 'large ones';
CREATE UNIQUE INDEX CONCURRENTLY by_both_old ON invoice (twice_old, id_old);
DO $$
BEGIN
  BEGIN
    LOCK TABLE account, invoice IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout TO '500ms';
    LOCK TABLE account, invoice IN SHARE ROW EXCLUSIVE MODE;
  EXCEPTION WHEN insufficient_privilege THEN
    SET LOCAL lock_timeout TO '500ms';
  END;
  ALTER TABLE invoice ADD CONSTRAINT invoice_account_fkey_old FOREIGN KEY (account_old) REFERENCES account(id) ON DELETE CASCADE NOT VALID;
END
$$;
ALTER TABLE invoice VALIDATE CONSTRAINT invoice_account_fkey_old;
ANALYZE invoice;
DO $swap$
BEGIN
  LOCK TABLE account, invoice, public.line IN SHARE UPDATE EXCLUSIVE MODE;
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE account, invoice, public.line IN ACCESS EXCLUSIVE MODE;
  ALTER TABLE public.line DROP CONSTRAINT line_fkey;
  ALTER TABLE invoice RENAME CONSTRAINT invoice_account_fkey TO invoice_account_fkey_new;
  ALTER TABLE invoice RENAME CONSTRAINT amount_positive TO amount_positive_new;
  ALTER TABLE invoice DROP CONSTRAINT invoice_pkey;
  ALTER TABLE invoice DROP CONSTRAINT one_amount;
  ALTER INDEX by_amount RENAME TO by_amount_new;
  ALTER INDEX by_both RENAME TO by_both_new;
  ALTER TABLE invoice ALTER COLUMN account DROP NOT NULL;
  PERFORM pg_catalog.set_config('typetrek.last_value_2', last_value::pg_catalog.text, true), pg_catalog.set_config('typetrek.is_called_2', is_called::pg_catalog.text, true) FROM invoice_id_seq;
  ALTER TABLE invoice ALTER COLUMN id DROP IDENTITY;
  ALTER TABLE invoice ALTER COLUMN id DROP NOT NULL;
  ALTER TABLE invoice ALTER COLUMN twice DROP DEFAULT;
  ALTER TABLE invoice RENAME COLUMN account TO account_new;
  ALTER TABLE invoice RENAME COLUMN account_old TO account;
  ALTER TABLE invoice RENAME COLUMN amount TO amount_new;
  ALTER TABLE invoice RENAME COLUMN amount_old TO amount;
  ALTER TABLE invoice RENAME COLUMN id TO id_new;
  ALTER TABLE invoice RENAME COLUMN id_old TO id;
  ALTER TABLE invoice RENAME COLUMN twice TO twice_new;
  ALTER TABLE invoice RENAME COLUMN twice_old TO twice;
  ALTER TABLE invoice ALTER COLUMN account SET NOT NULL;
  ALTER TABLE invoice DROP CONSTRAINT invoice_account_fits;
  ALTER TABLE invoice DROP CONSTRAINT invoice_amount_fits;
  ALTER TABLE invoice ALTER COLUMN id SET NOT NULL;
  ALTER TABLE invoice DROP CONSTRAINT invoice_id_fits;
  ALTER TABLE invoice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME invoice_id_seq);
  PERFORM pg_catalog.setval('invoice_id_seq', pg_catalog.current_setting('typetrek.last_value_2')::pg_catalog.int8, pg_catalog.current_setting('typetrek.is_called_2')::pg_catalog.bool);
  ALTER TABLE invoice DROP CONSTRAINT invoice_twice_fits;
  ALTER TABLE invoice ALTER COLUMN twice SET DEFAULT 7;
  CREATE OR REPLACE FUNCTION zz_invoice_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.account_new := NEW.account;
  NEW.amount_new := NEW.amount;
  NEW.id_new := NEW.id;
  NEW.twice_new := NEW.twice;
  RETURN NEW;
END
$$;
  ALTER TABLE invoice ADD CONSTRAINT invoice_account_required CHECK (account_new IS NOT NULL) NOT VALID;
  ALTER TABLE invoice ADD CONSTRAINT invoice_id_required CHECK (id_new IS NOT NULL) NOT VALID;
  ALTER TABLE invoice ADD CONSTRAINT invoice_pkey PRIMARY KEY USING INDEX invoice_pkey_old;
  COMMENT ON CONSTRAINT invoice_pkey ON invoice IS 'the key';
  ALTER TABLE invoice ADD CONSTRAINT one_amount UNIQUE USING INDEX one_amount_old;
  ALTER INDEX by_amount_old RENAME TO by_amount;
  ALTER INDEX by_both_old RENAME TO by_both;
  ALTER TABLE invoice RENAME CONSTRAINT amount_positive_old TO amount_positive;
  ALTER TABLE invoice RENAME CONSTRAINT invoice_account_fkey_old TO invoice_account_fkey;
  ALTER TABLE public.line ADD CONSTRAINT line_fkey FOREIGN KEY (account, amount) REFERENCES invoice(account_new, amount_new) MATCH FULL ON UPDATE CASCADE NOT VALID;
  COMMENT ON CONSTRAINT line_fkey ON public.line IS 'both';
END
$swap$;
ALTER TABLE invoice VALIDATE CONSTRAINT invoice_account_required;
ALTER TABLE invoice VALIDATE CONSTRAINT invoice_id_required;

ALTER TABLE public.line VALIDATE CONSTRAINT line_fkey;

-- SCRIPT rewrite swap account (yes)
-- MIGRATE UP

DO $swap$
BEGIN
  LOCK TABLE account, note IN SHARE UPDATE EXCLUSIVE MODE;
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE account, note IN ACCESS EXCLUSIVE MODE;
  ALTER TABLE account DROP CONSTRAINT account_parent_fkey;
  ALTER TABLE note DROP CONSTRAINT note_account_fkey;
  ALTER TABLE account DROP CONSTRAINT account_pkey;
  ALTER TABLE account ALTER COLUMN id DROP DEFAULT;
  ALTER TABLE account ALTER COLUMN id DROP NOT NULL;
  ALTER TABLE account RENAME COLUMN id TO id_old;
  ALTER TABLE account RENAME COLUMN id_new TO id;
  ALTER TABLE account RENAME COLUMN parent TO parent_old;
  ALTER TABLE account RENAME COLUMN parent_new TO parent;
  ALTER TABLE account ALTER COLUMN id SET NOT NULL;
  ALTER TABLE account DROP CONSTRAINT account_id_required;
  ALTER TABLE account ALTER COLUMN id SET DEFAULT nextval('account_id_seq'::regclass);
  ALTER SEQUENCE account_id_seq OWNED BY account.id;
  CREATE OR REPLACE FUNCTION zz_account_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    NEW.id_old := NEW.id;
  EXCEPTION WHEN others THEN
    NEW.id_old := NULL;
  END;
  BEGIN
    NEW.parent_old := NEW.parent;
  EXCEPTION WHEN others THEN
    NEW.parent_old := NULL;
  END;
  RETURN NEW;
END
$$;
  ALTER TABLE account ADD CONSTRAINT account_pkey PRIMARY KEY USING INDEX account_pkey_new;
  ALTER TABLE account RENAME CONSTRAINT account_parent_fkey_new TO account_parent_fkey;
  ALTER TABLE note RENAME CONSTRAINT note_account_fkey_new TO note_account_fkey;
END
$swap$;

-- MIGRATE DOWN
-- migrate: no-transaction

ALTER TABLE account ADD CONSTRAINT account_id_fits CHECK (id_old IS NOT NULL) NOT VALID;
-- Fails unless this is 0: SELECT count(*) FROM account WHERE id IS NOT NULL AND id_old IS NULL
ALTER TABLE account VALIDATE CONSTRAINT account_id_fits;
ALTER TABLE account ADD CONSTRAINT account_parent_fits CHECK (parent IS NULL OR parent_old IS NOT NULL) NOT VALID;
-- Fails unless this is 0: SELECT count(*) FROM account WHERE parent IS NOT NULL AND parent_old IS NULL
ALTER TABLE account VALIDATE CONSTRAINT account_parent_fits;
CREATE UNIQUE INDEX CONCURRENTLY account_pkey_old ON account (id_old);
CREATE UNIQUE INDEX CONCURRENTLY account_pkey_new ON account (id);
DO $$
BEGIN
  LOCK TABLE account IN SHARE UPDATE EXCLUSIVE MODE;
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE account IN SHARE ROW EXCLUSIVE MODE;
  ALTER TABLE account ADD CONSTRAINT account_parent_fkey_old FOREIGN KEY (parent_old) REFERENCES account(id_old) ON DELETE SET NULL NOT VALID;
END
$$;
ALTER TABLE account VALIDATE CONSTRAINT account_parent_fkey_old;

DO $$
BEGIN
  BEGIN
    LOCK TABLE account, note IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout TO '500ms';
    LOCK TABLE account, note IN SHARE ROW EXCLUSIVE MODE;
  EXCEPTION WHEN insufficient_privilege THEN
    SET LOCAL lock_timeout TO '500ms';
  END;
  ALTER TABLE note ADD CONSTRAINT note_account_fkey_old FOREIGN KEY (account) REFERENCES account(id_old) NOT VALID;
END
$$;
ALTER TABLE note VALIDATE CONSTRAINT note_account_fkey_old;

ANALYZE account;
DO $swap$
BEGIN
  LOCK TABLE account, note, invoice IN SHARE UPDATE EXCLUSIVE MODE;
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE account, note, invoice IN ACCESS EXCLUSIVE MODE;
  ALTER TABLE account DROP CONSTRAINT account_parent_fkey;
  ALTER TABLE note DROP CONSTRAINT note_account_fkey;
  ALTER TABLE invoice DROP CONSTRAINT invoice_account_fkey;
  ALTER TABLE account DROP CONSTRAINT account_pkey;
  ALTER TABLE account ALTER COLUMN id DROP DEFAULT;
  ALTER TABLE account ALTER COLUMN id DROP NOT NULL;
  ALTER TABLE account RENAME COLUMN id TO id_new;
  ALTER TABLE account RENAME COLUMN id_old TO id;
  ALTER TABLE account RENAME COLUMN parent TO parent_new;
  ALTER TABLE account RENAME COLUMN parent_old TO parent;
  ALTER TABLE account ALTER COLUMN id SET NOT NULL;
  ALTER TABLE account DROP CONSTRAINT account_id_fits;
  ALTER TABLE account ALTER COLUMN id SET DEFAULT nextval('account_id_seq'::regclass);
  ALTER SEQUENCE account_id_seq OWNED BY account.id;
  ALTER TABLE account DROP CONSTRAINT account_parent_fits;
  CREATE OR REPLACE FUNCTION zz_account_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.id_new := NEW.id;
  NEW.parent_new := NEW.parent;
  RETURN NEW;
END
$$;
  ALTER TABLE account ADD CONSTRAINT account_id_required CHECK (id_new IS NOT NULL) NOT VALID;
  ALTER TABLE account ADD CONSTRAINT account_pkey PRIMARY KEY USING INDEX account_pkey_old;
  ALTER TABLE account RENAME CONSTRAINT account_parent_fkey_old TO account_parent_fkey;
  ALTER TABLE note RENAME CONSTRAINT note_account_fkey_old TO note_account_fkey;
  ALTER TABLE account ADD CONSTRAINT account_parent_fkey_new FOREIGN KEY (parent_new) REFERENCES account(id_new) ON DELETE SET NULL NOT VALID;
  ALTER TABLE note ADD CONSTRAINT note_account_fkey_new FOREIGN KEY (account) REFERENCES account(id_new) NOT VALID;
  ALTER TABLE invoice ADD CONSTRAINT invoice_account_fkey FOREIGN KEY (account) REFERENCES account(id_new) ON DELETE CASCADE NOT VALID;
END
$swap$;
ALTER TABLE account VALIDATE CONSTRAINT account_id_required;
ALTER TABLE account VALIDATE CONSTRAINT account_parent_fkey_new;

ALTER TABLE note VALIDATE CONSTRAINT note_account_fkey_new;

ALTER TABLE invoice VALIDATE CONSTRAINT invoice_account_fkey;

-- SCRIPT rewrite drops (yes)
-- MIGRATE UP
-- migrate: no-transaction

DROP TRIGGER zz_line_twin ON public.line;
DROP FUNCTION zz_line_twin();
ALTER TABLE public.line DROP COLUMN account_old;

DROP TRIGGER zz_invoice_twin ON invoice;
DROP FUNCTION zz_invoice_twin();
ALTER TABLE invoice DROP COLUMN account_old;
ALTER TABLE invoice DROP COLUMN amount_old;
ALTER TABLE invoice DROP COLUMN id_old;
ALTER TABLE invoice DROP COLUMN twice_old;

DROP TRIGGER zz_account_twin ON account;
DROP FUNCTION zz_account_twin();
ALTER TABLE account DROP COLUMN id_old;
ALTER TABLE account DROP COLUMN parent_old;

-- MIGRATE DOWN
-- migrate: no-transaction

ALTER TABLE public.line ADD COLUMN account_old integer;
CREATE FUNCTION zz_line_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    NEW.account_old := NEW.account;
  EXCEPTION WHEN others THEN
    NEW.account_old := NULL;
  END;
  RETURN NEW;
END
$$;
CREATE TRIGGER zz_line_twin BEFORE INSERT OR UPDATE ON public.line FOR EACH ROW EXECUTE FUNCTION zz_line_twin();
ALTER TABLE public.line ENABLE ALWAYS TRIGGER zz_line_twin;
-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM public.line WHERE account NOT BETWEEN -2147483648 AND 2147483647
-- In batches, each committed by itself. Stopped and run again, it goes on with the rest.
DO $$
-- migrate: repeatable
DECLARE
  backfill_page bigint := 0;
  backfill_start timestamp with time zone;
BEGIN
  WHILE (backfill_page OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint) OPERATOR(pg_catalog.<) (
    WITH RECURSIVE family AS (
      SELECT 'public.line'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE public.line SET account_old = account
    WHERE account_old IS NULL AND account IS NOT NULL
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 20)::pg_catalog.tid;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(0.25 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backfill_start));
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 20;
  END LOOP;
END
$$;

ALTER TABLE invoice ADD COLUMN account_old integer;
ALTER TABLE invoice ADD COLUMN amount_old integer;
COMMENT ON COLUMN invoice.amount_old IS 'in cents';
ALTER TABLE invoice ALTER COLUMN amount_old SET STATISTICS 500;
ALTER TABLE invoice ADD COLUMN id_old integer;
ALTER TABLE invoice ADD COLUMN twice_old integer;
CREATE FUNCTION zz_invoice_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    NEW.account_old := NEW.account;
  EXCEPTION WHEN others THEN
    NEW.account_old := NULL;
  END;
  BEGIN
    NEW.amount_old := NEW.amount;
  EXCEPTION WHEN others THEN
    NEW.amount_old := NULL;
  END;
  BEGIN
    NEW.id_old := NEW.id;
  EXCEPTION WHEN others THEN
    NEW.id_old := NULL;
  END;
  BEGIN
    NEW.twice_old := NEW.twice;
  EXCEPTION WHEN others THEN
    NEW.twice_old := NULL;
  END;
  RETURN NEW;
END
$$;
CREATE TRIGGER zz_invoice_twin BEFORE INSERT OR UPDATE ON invoice FOR EACH ROW EXECUTE FUNCTION zz_invoice_twin();
ALTER TABLE invoice ENABLE ALWAYS TRIGGER zz_invoice_twin;
-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM invoice WHERE account NOT BETWEEN -2147483648 AND 2147483647
-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM invoice WHERE amount NOT BETWEEN -2147483648 AND 2147483647
-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM invoice WHERE id NOT BETWEEN -2147483648 AND 2147483647
-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM invoice WHERE twice NOT BETWEEN -2147483648 AND 2147483647
-- In batches, each committed by itself. Stopped and run again, it goes on with the rest.
DO $$
-- migrate: repeatable
DECLARE
  backfill_page bigint := 0;
  backfill_start timestamp with time zone;
BEGIN
  WHILE (backfill_page OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint) OPERATOR(pg_catalog.<) (
    WITH RECURSIVE family AS (
      SELECT 'invoice'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE invoice SET account_old = account, amount_old = amount, id_old = id, twice_old = twice
    WHERE ((account_old IS NULL AND account IS NOT NULL) OR (amount_old IS NULL AND amount IS NOT NULL) OR (id_old IS NULL AND id IS NOT NULL) OR (twice_old IS NULL AND twice IS NOT NULL))
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 20)::pg_catalog.tid;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(0.25 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backfill_start));
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 20;
  END LOOP;
END
$$;

ALTER TABLE account ADD COLUMN id_old integer;
ALTER TABLE account ADD COLUMN parent_old integer;
CREATE FUNCTION zz_account_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    NEW.id_old := NEW.id;
  EXCEPTION WHEN others THEN
    NEW.id_old := NULL;
  END;
  BEGIN
    NEW.parent_old := NEW.parent;
  EXCEPTION WHEN others THEN
    NEW.parent_old := NULL;
  END;
  RETURN NEW;
END
$$;
CREATE TRIGGER zz_account_twin BEFORE INSERT OR UPDATE ON account FOR EACH ROW EXECUTE FUNCTION zz_account_twin();
ALTER TABLE account ENABLE ALWAYS TRIGGER zz_account_twin;
-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM account WHERE id NOT BETWEEN -2147483648 AND 2147483647
-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM account WHERE parent NOT BETWEEN -2147483648 AND 2147483647
-- In batches, each committed by itself. Stopped and run again, it goes on with the rest.
DO $$
-- migrate: repeatable
DECLARE
  backfill_page bigint := 0;
  backfill_start timestamp with time zone;
BEGIN
  WHILE (backfill_page OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint) OPERATOR(pg_catalog.<) (
    WITH RECURSIVE family AS (
      SELECT 'account'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE account SET id_old = id, parent_old = parent
    WHERE ((id_old IS NULL AND id IS NOT NULL) OR (parent_old IS NULL AND parent IS NOT NULL))
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 20)::pg_catalog.tid;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(0.25 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backfill_start));
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 20;
  END LOOP;
END
$$;

-- SCRIPT main (yes)
-- MIGRATE UP

ALTER SEQUENCE account_id_seq AS bigint;

-- MIGRATE DOWN

ALTER SEQUENCE account_id_seq AS integer;

-- CASE texts become uuids by an expression, in tables that refer to each other
-- SCRIPT rewrite (yes)
-- MIGRATE UP
-- migrate: no-transaction

-- Version.id becomes uuid by a second column, id_new: kept in step, filled, and then swapped.
ALTER TABLE "An App"."Version" ADD COLUMN id_new uuid;
-- Version.of File becomes uuid by a second column, of File_new: kept in step, filled, and then swapped.
ALTER TABLE "An App"."Version" ADD COLUMN "of File_new" uuid;
CREATE FUNCTION "An App"."zz_Version_twin"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.id_new := (SELECT id::uuid FROM (SELECT NEW.*) AS "Version");
  NEW."of File_new" := (SELECT "of File"::uuid FROM (SELECT NEW.*) AS "Version");
  RETURN NEW;
END
$$;
CREATE TRIGGER "zz_Version_twin" BEFORE INSERT OR UPDATE ON "An App"."Version" FOR EACH ROW EXECUTE FUNCTION "An App"."zz_Version_twin"();
ALTER TABLE "An App"."Version" ENABLE ALWAYS TRIGGER "zz_Version_twin";
ALTER TABLE "An App"."Version" ADD CONSTRAINT "Version_id_required" CHECK (id_new IS NOT NULL) NOT VALID;
ALTER TABLE "An App"."Version" ADD CONSTRAINT "Version_of File_required" CHECK ("of File_new" IS NOT NULL) NOT VALID;

-- file.id becomes uuid by a second column, id_new: kept in step, filled, and then swapped.
ALTER TABLE file ADD COLUMN id_new uuid;
-- file.latest becomes uuid by a second column, latest_new: kept in step, filled, and then swapped.
ALTER TABLE file ADD COLUMN latest_new uuid;
-- file.size becomes numeric(12,2) by a second column, size_new: kept in step, filled, and then swapped.
ALTER TABLE file ADD COLUMN size_new numeric(12,2);
CREATE FUNCTION zz_file_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.id_new := (SELECT id::uuid FROM (SELECT NEW.*) AS file);
  NEW.latest_new := (SELECT latest::uuid FROM (SELECT NEW.*) AS file);
  NEW.size_new := NEW.size;
  RETURN NEW;
END
$$;
CREATE TRIGGER zz_file_twin BEFORE INSERT OR UPDATE ON file FOR EACH ROW EXECUTE FUNCTION zz_file_twin();
ALTER TABLE file ENABLE ALWAYS TRIGGER zz_file_twin;
ALTER TABLE file ADD CONSTRAINT file_id_required CHECK (id_new IS NOT NULL) NOT VALID;

-- MIGRATE DOWN
-- migrate: no-transaction

ALTER TABLE "An App"."Version" DROP CONSTRAINT "Version_id_required";
ALTER TABLE "An App"."Version" DROP CONSTRAINT "Version_of File_required";
DROP TRIGGER "zz_Version_twin" ON "An App"."Version";
DROP FUNCTION "An App"."zz_Version_twin"();
ALTER TABLE "An App"."Version" DROP COLUMN id_new;
ALTER TABLE "An App"."Version" DROP COLUMN "of File_new";

ALTER TABLE file DROP CONSTRAINT file_id_required;
DROP TRIGGER zz_file_twin ON file;
DROP FUNCTION zz_file_twin();
ALTER TABLE file DROP COLUMN id_new;
ALTER TABLE file DROP COLUMN latest_new;
ALTER TABLE file DROP COLUMN size_new;

-- SCRIPT rewrite backfill (yes)
-- MIGRATE UP
-- migrate: no-transaction

-- Raises on a text that is no uuid.
-- Fails unless this is 0: SELECT count(*) FROM "An App"."Version" WHERE NOT pg_input_is_valid("of File", 'uuid')
-- In batches, each committed by itself. Stopped and run again, it goes on with the rest.
DO $$
-- migrate: repeatable
DECLARE
  backfill_page bigint := 0;
  backfill_start timestamp with time zone;
BEGIN
  WHILE (backfill_page OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint) OPERATOR(pg_catalog.<) (
    WITH RECURSIVE family AS (
      SELECT '"An App"."Version"'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE "An App"."Version" SET id_new = id::uuid, "of File_new" = "of File"::uuid
    WHERE ((id_new IS NULL AND id IS NOT NULL) OR ("of File_new" IS NULL AND "of File" IS NOT NULL))
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 20)::pg_catalog.tid;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(0.25 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backfill_start));
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 20;
  END LOOP;
END
$$;

-- In batches, each committed by itself. Stopped and run again, it goes on with the rest.
DO $$
-- migrate: repeatable
DECLARE
  backfill_page bigint := 0;
  backfill_start timestamp with time zone;
BEGIN
  WHILE (backfill_page OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint) OPERATOR(pg_catalog.<) (
    WITH RECURSIVE family AS (
      SELECT 'file'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE file SET id_new = id::uuid, latest_new = latest::uuid, size_new = size
    WHERE ((id_new IS NULL AND id IS NOT NULL) OR (latest_new IS NULL AND latest IS NOT NULL) OR (size_new IS NULL AND size IS NOT NULL))
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 20)::pg_catalog.tid;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(0.25 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backfill_start));
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 20;
  END LOOP;
END
$$;

-- MIGRATE DOWN
-- migrate: no-transaction

-- Nothing to do.

-- SCRIPT rewrite concurrently (yes)
-- MIGRATE UP
-- migrate: no-transaction

CREATE UNIQUE INDEX CONCURRENTLY "Version_pkey_new" ON "An App"."Version" (id_new);
CREATE INDEX CONCURRENTLY "By_new" ON "An App"."Version" ("of File_new" DESC) INCLUDE (id_new);

CREATE UNIQUE INDEX CONCURRENTLY file_pkey_new ON file (id_new);
CREATE UNIQUE INDEX CONCURRENTLY file_size_key_new ON file (size_new);
CREATE INDEX CONCURRENTLY by_name_new ON file (name, size_new);

-- MIGRATE DOWN
-- migrate: no-transaction

DROP INDEX CONCURRENTLY by_name_new;
DROP INDEX CONCURRENTLY file_size_key_new;
DROP INDEX CONCURRENTLY file_pkey_new;

DROP INDEX CONCURRENTLY "An App"."By_new";
DROP INDEX CONCURRENTLY "An App"."Version_pkey_new";

-- SCRIPT rewrite validate (yes)
-- MIGRATE UP
-- migrate: no-transaction

ALTER TABLE "An App"."Version" VALIDATE CONSTRAINT "Version_id_required";
ALTER TABLE "An App"."Version" VALIDATE CONSTRAINT "Version_of File_required";

ALTER TABLE file VALIDATE CONSTRAINT file_id_required;

DO $$
BEGIN
  BEGIN
    LOCK TABLE file, "An App"."Version" IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout TO '500ms';
    LOCK TABLE file, "An App"."Version" IN SHARE ROW EXCLUSIVE MODE;
  EXCEPTION WHEN insufficient_privilege THEN
    SET LOCAL lock_timeout TO '500ms';
  END;
  ALTER TABLE "An App"."Version" ADD CONSTRAINT "of File_new" FOREIGN KEY ("of File_new") REFERENCES file(id_new) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID;
END
$$;

DO $$
BEGIN
  BEGIN
    LOCK TABLE "An App"."Version", file IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout TO '500ms';
    LOCK TABLE "An App"."Version", file IN SHARE ROW EXCLUSIVE MODE;
  EXCEPTION WHEN insufficient_privilege THEN
    SET LOCAL lock_timeout TO '500ms';
  END;
  ALTER TABLE file ADD CONSTRAINT file_latest_fkey_new FOREIGN KEY (latest_new) REFERENCES "An App"."Version"(id_new) ON DELETE SET NULL (latest_new) NOT VALID;
END
$$;

ALTER TABLE "An App"."Version" VALIDATE CONSTRAINT "of File_new";

ALTER TABLE file VALIDATE CONSTRAINT file_latest_fkey_new;

ANALYZE "An App"."Version";

ANALYZE file;

-- MIGRATE DOWN
-- migrate: no-transaction

DO $$
BEGIN
  BEGIN
    LOCK TABLE "An App"."Version", file IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout TO '500ms';
    LOCK TABLE "An App"."Version", file IN ACCESS EXCLUSIVE MODE;
  EXCEPTION WHEN insufficient_privilege THEN
    SET LOCAL lock_timeout TO '500ms';
  END;
  ALTER TABLE file DROP CONSTRAINT file_latest_fkey_new;
END
$$;

DO $$
BEGIN
  BEGIN
    LOCK TABLE file, "An App"."Version" IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout TO '500ms';
    LOCK TABLE file, "An App"."Version" IN ACCESS EXCLUSIVE MODE;
  EXCEPTION WHEN insufficient_privilege THEN
    SET LOCAL lock_timeout TO '500ms';
  END;
  ALTER TABLE "An App"."Version" DROP CONSTRAINT "of File_new";
END
$$;

-- SCRIPT rewrite swap (yes)
-- MIGRATE UP

DO $swap$
BEGIN
  LOCK TABLE "An App"."Version", file IN SHARE UPDATE EXCLUSIVE MODE;
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE "An App"."Version", file IN ACCESS EXCLUSIVE MODE;
  ALTER TABLE "An App"."Version" DROP CONSTRAINT "of File";
  ALTER TABLE file DROP CONSTRAINT file_latest_fkey;
  ALTER TABLE "An App"."Version" DROP CONSTRAINT "Version_pkey";
  DROP INDEX "An App"."By";
  ALTER TABLE "An App"."Version" ALTER COLUMN id DROP NOT NULL;
  ALTER TABLE "An App"."Version" ALTER COLUMN "of File" DROP NOT NULL;
  ALTER TABLE "An App"."Version" RENAME COLUMN id TO id_old;
  ALTER TABLE "An App"."Version" RENAME COLUMN id_new TO id;
  ALTER TABLE "An App"."Version" RENAME COLUMN "of File" TO "of File_old";
  ALTER TABLE "An App"."Version" RENAME COLUMN "of File_new" TO "of File";
  ALTER TABLE "An App"."Version" ALTER COLUMN id SET NOT NULL;
  ALTER TABLE "An App"."Version" DROP CONSTRAINT "Version_id_required";
  ALTER TABLE "An App"."Version" ALTER COLUMN "of File" SET NOT NULL;
  ALTER TABLE "An App"."Version" DROP CONSTRAINT "Version_of File_required";
  CREATE OR REPLACE FUNCTION "An App"."zz_Version_twin"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    NEW.id_old := NEW.id;
  EXCEPTION WHEN others THEN
    NEW.id_old := NULL;
  END;
  BEGIN
    NEW."of File_old" := NEW."of File";
  EXCEPTION WHEN others THEN
    NEW."of File_old" := NULL;
  END;
  RETURN NEW;
END
$$;
  ALTER TABLE "An App"."Version" ADD CONSTRAINT "Version_pkey" PRIMARY KEY USING INDEX "Version_pkey_new";
  ALTER INDEX "An App"."By_new" RENAME TO "By";
  ALTER TABLE file DROP CONSTRAINT file_pkey;
  ALTER TABLE file DROP CONSTRAINT file_size_key;
  DROP INDEX by_name;
  ALTER TABLE file ALTER COLUMN id DROP DEFAULT;
  ALTER TABLE file ALTER COLUMN id DROP NOT NULL;
  ALTER TABLE file RENAME COLUMN id TO id_old;
  ALTER TABLE file RENAME COLUMN id_new TO id;
  ALTER TABLE file RENAME COLUMN latest TO latest_old;
  ALTER TABLE file RENAME COLUMN latest_new TO latest;
  ALTER TABLE file RENAME COLUMN size TO size_old;
  ALTER TABLE file RENAME COLUMN size_new TO size;
  ALTER TABLE file ALTER COLUMN id SET NOT NULL;
  ALTER TABLE file DROP CONSTRAINT file_id_required;
  ALTER TABLE file ALTER COLUMN id SET DEFAULT gen_random_uuid();
  CREATE OR REPLACE FUNCTION zz_file_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    NEW.id_old := NEW.id;
  EXCEPTION WHEN others THEN
    NEW.id_old := NULL;
  END;
  BEGIN
    NEW.latest_old := NEW.latest;
  EXCEPTION WHEN others THEN
    NEW.latest_old := NULL;
  END;
  BEGIN
    NEW.size_old := NEW.size;
  EXCEPTION WHEN others THEN
    NEW.size_old := NULL;
  END;
  RETURN NEW;
END
$$;
  ALTER TABLE file ADD CONSTRAINT file_pkey PRIMARY KEY USING INDEX file_pkey_new;
  ALTER TABLE file ADD CONSTRAINT file_size_key UNIQUE USING INDEX file_size_key_new DEFERRABLE;
  ALTER INDEX by_name_new RENAME TO by_name;
  ALTER TABLE "An App"."Version" RENAME CONSTRAINT "of File_new" TO "of File";
  ALTER TABLE file RENAME CONSTRAINT file_latest_fkey_new TO file_latest_fkey;
END
$swap$;

-- MIGRATE DOWN
-- migrate: no-transaction

ALTER TABLE "An App"."Version" ADD CONSTRAINT "Version_id_fits" CHECK (id_old IS NOT NULL) NOT VALID;
-- Fails unless this is 0: SELECT count(*) FROM "An App"."Version" WHERE id IS NOT NULL AND id_old IS NULL
ALTER TABLE "An App"."Version" VALIDATE CONSTRAINT "Version_id_fits";
ALTER TABLE "An App"."Version" ADD CONSTRAINT "Version_of File_fits" CHECK ("of File_old" IS NOT NULL) NOT VALID;
-- Fails unless this is 0: SELECT count(*) FROM "An App"."Version" WHERE "of File" IS NOT NULL AND "of File_old" IS NULL
ALTER TABLE "An App"."Version" VALIDATE CONSTRAINT "Version_of File_fits";
CREATE UNIQUE INDEX CONCURRENTLY "Version_pkey_old" ON "An App"."Version" (id_old);
CREATE UNIQUE INDEX CONCURRENTLY "Version_pkey_new" ON "An App"."Version" (id);
CREATE INDEX CONCURRENTLY "By_old" ON "An App"."Version" ("of File_old" DESC) INCLUDE (id_old);

ALTER TABLE file ADD CONSTRAINT file_id_fits CHECK (id_old IS NOT NULL) NOT VALID;
-- Fails unless this is 0: SELECT count(*) FROM file WHERE id IS NOT NULL AND id_old IS NULL
ALTER TABLE file VALIDATE CONSTRAINT file_id_fits;
ALTER TABLE file ADD CONSTRAINT file_latest_fits CHECK (latest IS NULL OR latest_old IS NOT NULL) NOT VALID;
-- Fails unless this is 0: SELECT count(*) FROM file WHERE latest IS NOT NULL AND latest_old IS NULL
ALTER TABLE file VALIDATE CONSTRAINT file_latest_fits;
ALTER TABLE file ADD CONSTRAINT file_size_fits CHECK (size IS NULL OR size_old IS NOT NULL) NOT VALID;
-- Fails unless this is 0: SELECT count(*) FROM file WHERE size IS NOT NULL AND size_old IS NULL
ALTER TABLE file VALIDATE CONSTRAINT file_size_fits;
CREATE UNIQUE INDEX CONCURRENTLY file_pkey_old ON file (id_old);
CREATE UNIQUE INDEX CONCURRENTLY file_pkey_new ON file (id);
CREATE UNIQUE INDEX CONCURRENTLY file_size_key_old ON file (size_old);
CREATE UNIQUE INDEX CONCURRENTLY file_size_key_new ON file (size);
CREATE INDEX CONCURRENTLY by_name_old ON file (name, size_old);

DO $$
BEGIN
  BEGIN
    LOCK TABLE file, "An App"."Version" IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout TO '500ms';
    LOCK TABLE file, "An App"."Version" IN SHARE ROW EXCLUSIVE MODE;
  EXCEPTION WHEN insufficient_privilege THEN
    SET LOCAL lock_timeout TO '500ms';
  END;
  ALTER TABLE "An App"."Version" ADD CONSTRAINT "of File_old" FOREIGN KEY ("of File_old") REFERENCES file(id_old) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID;
END
$$;
ALTER TABLE "An App"."Version" VALIDATE CONSTRAINT "of File_old";

DO $$
BEGIN
  BEGIN
    LOCK TABLE "An App"."Version", file IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout TO '500ms';
    LOCK TABLE "An App"."Version", file IN SHARE ROW EXCLUSIVE MODE;
  EXCEPTION WHEN insufficient_privilege THEN
    SET LOCAL lock_timeout TO '500ms';
  END;
  ALTER TABLE file ADD CONSTRAINT file_latest_fkey_old FOREIGN KEY (latest_old) REFERENCES "An App"."Version"(id_old) ON DELETE SET NULL (latest_old) NOT VALID;
END
$$;
ALTER TABLE file VALIDATE CONSTRAINT file_latest_fkey_old;

ANALYZE "An App"."Version";

ANALYZE file;

DO $swap$
BEGIN
  LOCK TABLE "An App"."Version", file IN SHARE UPDATE EXCLUSIVE MODE;
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE "An App"."Version", file IN ACCESS EXCLUSIVE MODE;
  ALTER TABLE "An App"."Version" DROP CONSTRAINT "of File";
  ALTER TABLE file DROP CONSTRAINT file_latest_fkey;
  ALTER TABLE "An App"."Version" DROP CONSTRAINT "Version_pkey";
  ALTER INDEX "An App"."By" RENAME TO "By_new";
  ALTER TABLE "An App"."Version" ALTER COLUMN id DROP NOT NULL;
  ALTER TABLE "An App"."Version" ALTER COLUMN "of File" DROP NOT NULL;
  ALTER TABLE "An App"."Version" RENAME COLUMN id TO id_new;
  ALTER TABLE "An App"."Version" RENAME COLUMN id_old TO id;
  ALTER TABLE "An App"."Version" RENAME COLUMN "of File" TO "of File_new";
  ALTER TABLE "An App"."Version" RENAME COLUMN "of File_old" TO "of File";
  ALTER TABLE "An App"."Version" ALTER COLUMN id SET NOT NULL;
  ALTER TABLE "An App"."Version" DROP CONSTRAINT "Version_id_fits";
  ALTER TABLE "An App"."Version" ALTER COLUMN "of File" SET NOT NULL;
  ALTER TABLE "An App"."Version" DROP CONSTRAINT "Version_of File_fits";
  CREATE OR REPLACE FUNCTION "An App"."zz_Version_twin"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.id_new := (SELECT id::uuid FROM (SELECT NEW.*) AS "Version");
  NEW."of File_new" := (SELECT "of File"::uuid FROM (SELECT NEW.*) AS "Version");
  RETURN NEW;
END
$$;
  ALTER TABLE "An App"."Version" ADD CONSTRAINT "Version_id_required" CHECK (id_new IS NOT NULL) NOT VALID;
  ALTER TABLE "An App"."Version" ADD CONSTRAINT "Version_of File_required" CHECK ("of File_new" IS NOT NULL) NOT VALID;
  ALTER TABLE "An App"."Version" ADD CONSTRAINT "Version_pkey" PRIMARY KEY USING INDEX "Version_pkey_old";
  ALTER INDEX "An App"."By_old" RENAME TO "By";
  ALTER TABLE file DROP CONSTRAINT file_pkey;
  ALTER TABLE file DROP CONSTRAINT file_size_key;
  ALTER INDEX by_name RENAME TO by_name_new;
  ALTER TABLE file ALTER COLUMN id DROP DEFAULT;
  ALTER TABLE file ALTER COLUMN id DROP NOT NULL;
  ALTER TABLE file RENAME COLUMN id TO id_new;
  ALTER TABLE file RENAME COLUMN id_old TO id;
  ALTER TABLE file RENAME COLUMN latest TO latest_new;
  ALTER TABLE file RENAME COLUMN latest_old TO latest;
  ALTER TABLE file RENAME COLUMN size TO size_new;
  ALTER TABLE file RENAME COLUMN size_old TO size;
  ALTER TABLE file ALTER COLUMN id SET NOT NULL;
  ALTER TABLE file DROP CONSTRAINT file_id_fits;
  ALTER TABLE file ALTER COLUMN id SET DEFAULT gen_random_uuid();
  ALTER TABLE file DROP CONSTRAINT file_latest_fits;
  ALTER TABLE file DROP CONSTRAINT file_size_fits;
  CREATE OR REPLACE FUNCTION zz_file_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.id_new := (SELECT id::uuid FROM (SELECT NEW.*) AS file);
  NEW.latest_new := (SELECT latest::uuid FROM (SELECT NEW.*) AS file);
  NEW.size_new := NEW.size;
  RETURN NEW;
END
$$;
  ALTER TABLE file ADD CONSTRAINT file_id_required CHECK (id_new IS NOT NULL) NOT VALID;
  ALTER TABLE file ADD CONSTRAINT file_pkey PRIMARY KEY USING INDEX file_pkey_old;
  ALTER TABLE file ADD CONSTRAINT file_size_key UNIQUE USING INDEX file_size_key_old DEFERRABLE;
  ALTER INDEX by_name_old RENAME TO by_name;
  ALTER TABLE "An App"."Version" RENAME CONSTRAINT "of File_old" TO "of File";
  ALTER TABLE file RENAME CONSTRAINT file_latest_fkey_old TO file_latest_fkey;
  ALTER TABLE "An App"."Version" ADD CONSTRAINT "of File_new" FOREIGN KEY ("of File_new") REFERENCES file(id_new) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID;
  ALTER TABLE file ADD CONSTRAINT file_latest_fkey_new FOREIGN KEY (latest_new) REFERENCES "An App"."Version"(id_new) ON DELETE SET NULL (latest_new) NOT VALID;
END
$swap$;
ALTER TABLE "An App"."Version" VALIDATE CONSTRAINT "Version_id_required";
ALTER TABLE "An App"."Version" VALIDATE CONSTRAINT "Version_of File_required";

ALTER TABLE file VALIDATE CONSTRAINT file_id_required;

ALTER TABLE "An App"."Version" VALIDATE CONSTRAINT "of File_new";

ALTER TABLE file VALIDATE CONSTRAINT file_latest_fkey_new;

-- SCRIPT rewrite drops (lossy)
-- The downgrade brings the schema back, not every value:
--  An App.Version.id is written as uuid is.
--  An App.Version.of File is written as uuid is.
--  file.id is written as uuid is.
--  file.latest is written as uuid is.
--  file.size rounds.

-- MIGRATE UP
-- migrate: no-transaction

DROP TRIGGER "zz_Version_twin" ON "An App"."Version";
DROP FUNCTION "An App"."zz_Version_twin"();
ALTER TABLE "An App"."Version" DROP COLUMN id_old;
ALTER TABLE "An App"."Version" DROP COLUMN "of File_old";

DROP TRIGGER zz_file_twin ON file;
DROP FUNCTION zz_file_twin();
ALTER TABLE file DROP COLUMN id_old;
ALTER TABLE file DROP COLUMN latest_old;
ALTER TABLE file DROP COLUMN size_old;

-- MIGRATE DOWN
-- migrate: no-transaction

ALTER TABLE "An App"."Version" ADD COLUMN id_old text;
ALTER TABLE "An App"."Version" ADD COLUMN "of File_old" text;
CREATE FUNCTION "An App"."zz_Version_twin"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    NEW.id_old := NEW.id;
  EXCEPTION WHEN others THEN
    NEW.id_old := NULL;
  END;
  BEGIN
    NEW."of File_old" := NEW."of File";
  EXCEPTION WHEN others THEN
    NEW."of File_old" := NULL;
  END;
  RETURN NEW;
END
$$;
CREATE TRIGGER "zz_Version_twin" BEFORE INSERT OR UPDATE ON "An App"."Version" FOR EACH ROW EXECUTE FUNCTION "An App"."zz_Version_twin"();
ALTER TABLE "An App"."Version" ENABLE ALWAYS TRIGGER "zz_Version_twin";
-- In batches, each committed by itself. Stopped and run again, it goes on with the rest.
DO $$
-- migrate: repeatable
DECLARE
  backfill_page bigint := 0;
  backfill_start timestamp with time zone;
BEGIN
  WHILE (backfill_page OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint) OPERATOR(pg_catalog.<) (
    WITH RECURSIVE family AS (
      SELECT '"An App"."Version"'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE "An App"."Version" SET id_old = id, "of File_old" = "of File"
    WHERE ((id_old IS NULL AND id IS NOT NULL) OR ("of File_old" IS NULL AND "of File" IS NOT NULL))
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 20)::pg_catalog.tid;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(0.25 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backfill_start));
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 20;
  END LOOP;
END
$$;

ALTER TABLE file ADD COLUMN id_old text;
ALTER TABLE file ADD COLUMN latest_old text;
ALTER TABLE file ADD COLUMN size_old integer;
CREATE FUNCTION zz_file_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    NEW.id_old := NEW.id;
  EXCEPTION WHEN others THEN
    NEW.id_old := NULL;
  END;
  BEGIN
    NEW.latest_old := NEW.latest;
  EXCEPTION WHEN others THEN
    NEW.latest_old := NULL;
  END;
  BEGIN
    NEW.size_old := NEW.size;
  EXCEPTION WHEN others THEN
    NEW.size_old := NULL;
  END;
  RETURN NEW;
END
$$;
CREATE TRIGGER zz_file_twin BEFORE INSERT OR UPDATE ON file FOR EACH ROW EXECUTE FUNCTION zz_file_twin();
ALTER TABLE file ENABLE ALWAYS TRIGGER zz_file_twin;
-- Rounds.
-- In batches, each committed by itself. Stopped and run again, it goes on with the rest.
DO $$
-- migrate: repeatable
DECLARE
  backfill_page bigint := 0;
  backfill_start timestamp with time zone;
BEGIN
  WHILE (backfill_page OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint) OPERATOR(pg_catalog.<) (
    WITH RECURSIVE family AS (
      SELECT 'file'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE file SET id_old = id, latest_old = latest, size_old = size
    WHERE ((id_old IS NULL AND id IS NOT NULL) OR (latest_old IS NULL AND latest IS NOT NULL) OR (size_old IS NULL AND size IS NOT NULL))
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 20)::pg_catalog.tid;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(0.25 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backfill_start));
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 20;
  END LOOP;
END
$$;

-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE file ALTER COLUMN name TYPE text;

-- MIGRATE DOWN

-- Raises where a value has more than 20 characters.
-- Fails unless this is 0: SELECT count(*) FROM file WHERE length(rtrim(name)) > 20
-- Rewrites file under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile. It has no online form.
ALTER TABLE file ALTER COLUMN name TYPE character varying(20);

-- CASE what entities do not describe is kept; where no second column is possible, a line says why
-- SCRIPT rewrite (yes)
-- MIGRATE UP
-- migrate: no-transaction

-- shown.b becomes bigint by a second column, b_new: kept in step, filled, and then swapped.
ALTER TABLE shown ADD COLUMN b_new bigint;
CREATE FUNCTION zz_shown_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.b_new := NEW.b;
  RETURN NEW;
END
$$;
CREATE TRIGGER zz_shown_twin BEFORE INSERT OR UPDATE ON shown FOR EACH ROW EXECUTE FUNCTION zz_shown_twin();
ALTER TABLE shown ENABLE ALWAYS TRIGGER zz_shown_twin;
ALTER TABLE shown ADD CONSTRAINT small_new CHECK (b_new < 9) NOT VALID;

-- MIGRATE DOWN
-- migrate: no-transaction

ALTER TABLE shown DROP CONSTRAINT small_new;
DROP TRIGGER zz_shown_twin ON shown;
DROP FUNCTION zz_shown_twin();
ALTER TABLE shown DROP COLUMN b_new;

-- SCRIPT rewrite backfill (yes)
-- MIGRATE UP
-- migrate: no-transaction

-- In batches, each committed by itself. Stopped and run again, it goes on with the rest.
DO $$
-- migrate: repeatable
DECLARE
  backfill_page bigint := 0;
  backfill_start timestamp with time zone;
BEGIN
  WHILE (backfill_page OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint) OPERATOR(pg_catalog.<) (
    WITH RECURSIVE family AS (
      SELECT 'shown'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE shown SET b_new = b
    WHERE b_new IS NULL AND b IS NOT NULL
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 20)::pg_catalog.tid;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(0.25 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backfill_start));
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 20;
  END LOOP;
END
$$;

-- MIGRATE DOWN
-- migrate: no-transaction

-- Nothing to do.

-- SCRIPT rewrite concurrently (yes)
-- MIGRATE UP
-- migrate: no-transaction

CREATE INDEX CONCURRENTLY by_hand_new ON shown (b_new);

-- MIGRATE DOWN
-- migrate: no-transaction

DROP INDEX CONCURRENTLY by_hand_new;

-- SCRIPT rewrite validate (yes)
-- MIGRATE UP
-- migrate: no-transaction

ALTER TABLE shown VALIDATE CONSTRAINT small_new;
ANALYZE shown;

-- MIGRATE DOWN
-- migrate: no-transaction

-- Nothing to do.

-- SCRIPT rewrite swap (yes)
-- MIGRATE UP

DO $swap$
BEGIN
  LOCK TABLE shown IN SHARE UPDATE EXCLUSIVE MODE;
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE shown IN ACCESS EXCLUSIVE MODE;
  ALTER TABLE shown DROP CONSTRAINT small;
  DROP INDEX by_hand;
  ALTER TABLE shown RENAME COLUMN b TO b_old;
  ALTER TABLE shown RENAME COLUMN b_new TO b;
  CREATE OR REPLACE FUNCTION zz_shown_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    NEW.b_old := NEW.b;
  EXCEPTION WHEN others THEN
    NEW.b_old := NULL;
  END;
  RETURN NEW;
END
$$;
  ALTER INDEX by_hand_new RENAME TO by_hand;
  ALTER TABLE shown RENAME CONSTRAINT small_new TO small;
END
$swap$;

-- MIGRATE DOWN
-- migrate: no-transaction

ALTER TABLE shown ADD CONSTRAINT shown_b_fits CHECK (b IS NULL OR b_old IS NOT NULL) NOT VALID;
-- Fails unless this is 0: SELECT count(*) FROM shown WHERE b IS NOT NULL AND b_old IS NULL
ALTER TABLE shown VALIDATE CONSTRAINT shown_b_fits;
ALTER TABLE shown ADD CONSTRAINT small_old CHECK (b_old < 9) NOT VALID;
ALTER TABLE shown VALIDATE CONSTRAINT small_old;
CREATE INDEX CONCURRENTLY by_hand_old ON shown (b_old);
ANALYZE shown;
DO $swap$
BEGIN
  LOCK TABLE shown IN SHARE UPDATE EXCLUSIVE MODE;
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE shown IN ACCESS EXCLUSIVE MODE;
  ALTER TABLE shown RENAME CONSTRAINT small TO small_new;
  ALTER INDEX by_hand RENAME TO by_hand_new;
  ALTER TABLE shown RENAME COLUMN b TO b_new;
  ALTER TABLE shown RENAME COLUMN b_old TO b;
  ALTER TABLE shown DROP CONSTRAINT shown_b_fits;
  CREATE OR REPLACE FUNCTION zz_shown_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.b_new := NEW.b;
  RETURN NEW;
END
$$;
  ALTER INDEX by_hand_old RENAME TO by_hand;
  ALTER TABLE shown RENAME CONSTRAINT small_old TO small;
END
$swap$;

-- SCRIPT rewrite drops (yes)
-- MIGRATE UP
-- migrate: no-transaction

DROP TRIGGER zz_shown_twin ON shown;
DROP FUNCTION zz_shown_twin();
ALTER TABLE shown DROP COLUMN b_old;

-- MIGRATE DOWN
-- migrate: no-transaction

ALTER TABLE shown ADD COLUMN b_old integer;
CREATE FUNCTION zz_shown_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    NEW.b_old := NEW.b;
  EXCEPTION WHEN others THEN
    NEW.b_old := NULL;
  END;
  RETURN NEW;
END
$$;
CREATE TRIGGER zz_shown_twin BEFORE INSERT OR UPDATE ON shown FOR EACH ROW EXECUTE FUNCTION zz_shown_twin();
ALTER TABLE shown ENABLE ALWAYS TRIGGER zz_shown_twin;
-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM shown WHERE b NOT BETWEEN -2147483648 AND 2147483647
-- In batches, each committed by itself. Stopped and run again, it goes on with the rest.
DO $$
-- migrate: repeatable
DECLARE
  backfill_page bigint := 0;
  backfill_start timestamp with time zone;
BEGIN
  WHILE (backfill_page OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint) OPERATOR(pg_catalog.<) (
    WITH RECURSIVE family AS (
      SELECT 'shown'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE shown SET b_old = b
    WHERE b_old IS NULL AND b IS NOT NULL
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 20)::pg_catalog.tid;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(0.25 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backfill_start));
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 20;
  END LOOP;
END
$$;

-- SCRIPT main (yes)
-- MIGRATE UP

DROP VIEW some_of_it;

-- MIGRATE DOWN

CREATE VIEW some_of_it AS
 SELECT id
   FROM shown
  WHERE (a > 0);

-- SCRIPT under a lock (yes)
-- MIGRATE UP

-- Rewrites shown under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile. No second column can replace it: rule _RETURN on view public.some_of_it uses it.
ALTER TABLE shown ALTER COLUMN a TYPE bigint;

-- MIGRATE DOWN

-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM shown WHERE a NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites shown under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile. It has no online form.
ALTER TABLE shown ALTER COLUMN a TYPE integer;

-- SCRIPT rest (yes)
-- MIGRATE UP

CREATE VIEW some_of_it AS
 SELECT id
   FROM shown
  WHERE (a > 0);

-- MIGRATE DOWN

-- Drops view some_of_it.
DROP VIEW some_of_it;

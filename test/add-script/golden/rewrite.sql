-- What the cases of rewrite.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE keys, indexes, checks and references of an int move to a bigint, on PostgreSQL 14
-- SCRIPT rewrite (yes)
-- MIGRATE UP
-- migrate: no-transaction

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
ALTER TABLE account ADD CONSTRAINT account_id_required CHECK (id_new IS NOT NULL) NOT VALID;

-- MIGRATE DOWN
-- migrate: no-transaction

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
      SELECT 'invoice'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE invoice SET account_new = coalesce(account_new, account), amount_new = coalesce(amount_new, amount), id_new = coalesce(id_new, id), twice_new = coalesce(twice_new, twice)
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
    UPDATE account SET id_new = coalesce(id_new, id), parent_new = coalesce(parent_new, parent)
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
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE account IN SHARE ROW EXCLUSIVE MODE;
  ALTER TABLE account ADD CONSTRAINT account_parent_fkey_new FOREIGN KEY (parent_new) REFERENCES account(id_new) ON DELETE SET NULL NOT VALID;
END
$$;

DO $$
BEGIN
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE account, invoice IN SHARE ROW EXCLUSIVE MODE;
  ALTER TABLE invoice ADD CONSTRAINT invoice_account_fkey_new FOREIGN KEY (account_new) REFERENCES account(id_new) ON DELETE CASCADE NOT VALID;
END
$$;

DO $$
BEGIN
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE account, note IN SHARE ROW EXCLUSIVE MODE;
  ALTER TABLE note ADD CONSTRAINT note_account_fkey_new FOREIGN KEY (account) REFERENCES account(id_new) NOT VALID;
END
$$;

ALTER TABLE account VALIDATE CONSTRAINT account_parent_fkey_new;

ALTER TABLE invoice VALIDATE CONSTRAINT invoice_account_fkey_new;

ALTER TABLE note VALIDATE CONSTRAINT note_account_fkey_new;

ANALYZE invoice;

ANALYZE account;

-- MIGRATE DOWN
-- migrate: no-transaction

DO $$
BEGIN
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE account, note IN ACCESS EXCLUSIVE MODE;
  ALTER TABLE note DROP CONSTRAINT note_account_fkey_new;
END
$$;

DO $$
BEGIN
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE account, invoice IN ACCESS EXCLUSIVE MODE;
  ALTER TABLE invoice DROP CONSTRAINT invoice_account_fkey_new;
END
$$;

DO $$
BEGIN
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE account IN ACCESS EXCLUSIVE MODE;
  ALTER TABLE account DROP CONSTRAINT account_parent_fkey_new;
END
$$;

-- SCRIPT rewrite swap invoice (yes)
-- MIGRATE UP

SET LOCAL lock_timeout TO '500ms';
LOCK TABLE account, invoice IN ACCESS EXCLUSIVE MODE;

ALTER TABLE invoice DROP CONSTRAINT invoice_account_fkey;
ALTER TABLE invoice DROP CONSTRAINT amount_positive;
ALTER TABLE invoice DROP CONSTRAINT invoice_pkey;
ALTER TABLE invoice DROP CONSTRAINT one_amount;
DROP INDEX by_amount;
DROP INDEX by_both;
ALTER TABLE invoice ALTER COLUMN account DROP NOT NULL;
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
ALTER TABLE invoice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME invoice_id_seq_new);
SELECT pg_catalog.setval('invoice_id_seq_new', last_value, is_called) FROM invoice_id_seq;
ALTER TABLE invoice ALTER COLUMN id_old DROP IDENTITY;
ALTER SEQUENCE invoice_id_seq_new RENAME TO invoice_id_seq;
ALTER TABLE invoice ALTER COLUMN id_old DROP NOT NULL;
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
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE account, invoice IN SHARE ROW EXCLUSIVE MODE;
  ALTER TABLE invoice ADD CONSTRAINT invoice_account_fkey_old FOREIGN KEY (account_old) REFERENCES account(id) ON DELETE CASCADE NOT VALID;
END
$$;
ALTER TABLE invoice VALIDATE CONSTRAINT invoice_account_fkey_old;
ANALYZE invoice;
DO $swap$
BEGIN
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE account, invoice IN ACCESS EXCLUSIVE MODE;
  ALTER TABLE invoice RENAME CONSTRAINT invoice_account_fkey TO invoice_account_fkey_new;
  ALTER TABLE invoice RENAME CONSTRAINT amount_positive TO amount_positive_new;
  ALTER TABLE invoice DROP CONSTRAINT invoice_pkey;
  ALTER TABLE invoice DROP CONSTRAINT one_amount;
  ALTER INDEX by_amount RENAME TO by_amount_new;
  ALTER INDEX by_both RENAME TO by_both_new;
  ALTER TABLE invoice ALTER COLUMN account DROP NOT NULL;
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
  ALTER TABLE invoice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME invoice_id_seq_new);
  PERFORM pg_catalog.setval('invoice_id_seq_new', last_value, is_called) FROM invoice_id_seq;
  ALTER TABLE invoice ALTER COLUMN id_new DROP IDENTITY;
  ALTER SEQUENCE invoice_id_seq_new RENAME TO invoice_id_seq;
  ALTER TABLE invoice ALTER COLUMN id_new DROP NOT NULL;
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
END
$swap$;
ALTER TABLE invoice VALIDATE CONSTRAINT invoice_account_required;
ALTER TABLE invoice VALIDATE CONSTRAINT invoice_id_required;

-- SCRIPT rewrite swap account (yes)
-- MIGRATE UP

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
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE account IN SHARE ROW EXCLUSIVE MODE;
  ALTER TABLE account ADD CONSTRAINT account_parent_fkey_old FOREIGN KEY (parent_old) REFERENCES account(id_old) ON DELETE SET NULL NOT VALID;
END
$$;
ALTER TABLE account VALIDATE CONSTRAINT account_parent_fkey_old;

DO $$
BEGIN
  SET LOCAL lock_timeout TO '500ms';
  LOCK TABLE account, note IN SHARE ROW EXCLUSIVE MODE;
  ALTER TABLE note ADD CONSTRAINT note_account_fkey_old FOREIGN KEY (account) REFERENCES account(id_old) NOT VALID;
END
$$;
ALTER TABLE note VALIDATE CONSTRAINT note_account_fkey_old;

ANALYZE account;
DO $swap$
BEGIN
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
    UPDATE invoice SET account_old = coalesce(account_old, account), amount_old = coalesce(amount_old, amount), id_old = coalesce(id_old, id), twice_old = coalesce(twice_old, twice)
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
    UPDATE account SET id_old = coalesce(id_old, id), parent_old = coalesce(parent_old, parent)
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

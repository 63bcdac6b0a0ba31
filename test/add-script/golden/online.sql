-- What the cases of online.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE online: keys and checks are validated in a later script
-- SCRIPT main (yes)
-- MIGRATE UP
-- migrate: no-transaction

DO $$
BEGIN
  BEGIN
    LOCK TABLE t, c IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout TO '500ms';
    LOCK TABLE t, c IN SHARE ROW EXCLUSIVE MODE;
  EXCEPTION WHEN insufficient_privilege THEN
    SET LOCAL lock_timeout TO '500ms';
  END;
  ALTER TABLE c ADD CONSTRAINT key FOREIGN KEY (t) REFERENCES t(id) NOT VALID;
END
$$;

ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0) NOT VALID;

-- MIGRATE DOWN
-- migrate: no-transaction

DO $$
BEGIN
  BEGIN
    LOCK TABLE t, c IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout TO '500ms';
    LOCK TABLE t, c IN ACCESS EXCLUSIVE MODE;
  EXCEPTION WHEN insufficient_privilege THEN
    SET LOCAL lock_timeout TO '500ms';
  END;
  ALTER TABLE c DROP CONSTRAINT key;
END
$$;

ALTER TABLE t DROP CONSTRAINT positive;

-- SCRIPT validate (yes)
-- MIGRATE UP
-- migrate: no-transaction

-- Fails unless this is 0: SELECT count(*) FROM c AS a WHERE a.t IS NOT NULL AND NOT EXISTS (SELECT FROM t AS b WHERE b.id = a.t)
ALTER TABLE c VALIDATE CONSTRAINT key;

-- Fails unless this is 0: SELECT count(*) FROM t WHERE NOT (a > 0)
ALTER TABLE t VALIDATE CONSTRAINT positive;

-- MIGRATE DOWN

-- Nothing to do.

-- CASE online: NOT NULL is set where rows were filled in batches and a validated check has proven it
-- SCRIPT main (yes)
-- MIGRATE UP
-- migrate: no-transaction

CREATE FUNCTION t_fill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.a IS NULL THEN NEW.a := (SELECT 0 FROM (SELECT NEW.*) AS t); END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER t_fill BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION t_fill();
ALTER TABLE t ADD CONSTRAINT t_a_required CHECK (a IS NOT NULL) NOT VALID;

-- MIGRATE DOWN

-- Drops trigger t.t_fill.
DROP TRIGGER t_fill ON t;
ALTER TABLE t DROP CONSTRAINT t_a_required;

-- Drops function t_fill().
DROP FUNCTION t_fill();

-- SCRIPT backfill (yes)
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
      SELECT 't'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE t SET a = 0
    WHERE a IS NULL
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 20)::pg_catalog.tid;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(0.25 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backfill_start));
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 20;
  END LOOP;
END
$$;

-- MIGRATE DOWN

-- Nothing to do.

-- SCRIPT validate (yes)
-- MIGRATE UP

ALTER TABLE t VALIDATE CONSTRAINT t_a_required;

-- MIGRATE DOWN

-- Nothing to do.

-- SCRIPT required (lossy)
-- The downgrade brings the schema back, not every value:
--  t.a keeps what was filled in.

-- MIGRATE UP

ALTER TABLE t ALTER COLUMN a SET NOT NULL;
ALTER TABLE t DROP CONSTRAINT t_a_required;
DROP TRIGGER t_fill ON t;
DROP FUNCTION t_fill();

-- MIGRATE DOWN
-- migrate: no-transaction

CREATE FUNCTION t_fill()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF NEW.a IS NULL THEN NEW.a := (SELECT 0 FROM (SELECT NEW.*) AS t); END IF;
  RETURN NEW;
END
$function$;

ALTER TABLE t ADD CONSTRAINT t_a_required CHECK (a IS NOT NULL) NOT VALID;
CREATE TRIGGER t_fill BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION t_fill();
-- Fails unless this is 0: SELECT count(*) FROM t WHERE NOT (a IS NOT NULL)
ALTER TABLE t VALIDATE CONSTRAINT t_a_required;
ALTER TABLE t ALTER COLUMN a DROP NOT NULL;

-- CASE online: a default that differs from row to row is filled in afterwards
-- SCRIPT main (yes)
-- MIGRATE UP
-- migrate: no-transaction

ALTER TABLE "Odd" ADD COLUMN "Key" double precision;
ALTER TABLE "Odd" ALTER COLUMN "Key" SET DEFAULT random();

ALTER TABLE t ADD COLUMN key uuid;
ALTER TABLE t ALTER COLUMN key SET DEFAULT gen_random_uuid();
CREATE FUNCTION t_fill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.key IS NULL THEN NEW.key := (SELECT gen_random_uuid() FROM (SELECT NEW.*) AS t); END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER t_fill BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION t_fill();
ALTER TABLE t ADD CONSTRAINT t_key_required CHECK (key IS NOT NULL) NOT VALID;
ALTER TABLE t ADD COLUMN at timestamp with time zone NOT NULL DEFAULT now();

-- MIGRATE DOWN
-- migrate: no-transaction

-- Drops trigger t.t_fill.
DROP TRIGGER t_fill ON t;
ALTER TABLE t DROP CONSTRAINT t_key_required;

-- Drops function t_fill().
DROP FUNCTION t_fill();

-- Drops column Odd.Key with its values.
ALTER TABLE "Odd" DROP COLUMN "Key";

-- Drops column t.at with its values.
ALTER TABLE t DROP COLUMN at;
-- Drops column t.key with its values.
ALTER TABLE t DROP COLUMN key;

-- SCRIPT backfill (yes)
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
      SELECT '"Odd"'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE "Odd" SET "Key" = random()
    WHERE "Key" IS NULL
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
      SELECT 't'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE t SET key = gen_random_uuid()
    WHERE key IS NULL
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 20)::pg_catalog.tid;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(0.25 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backfill_start));
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 20;
  END LOOP;
END
$$;

-- MIGRATE DOWN

-- Nothing to do.

-- SCRIPT validate (yes)
-- MIGRATE UP

ALTER TABLE t VALIDATE CONSTRAINT t_key_required;

-- MIGRATE DOWN

-- Nothing to do.

-- SCRIPT required (yes)
-- MIGRATE UP

ALTER TABLE t ALTER COLUMN key SET NOT NULL;
ALTER TABLE t DROP CONSTRAINT t_key_required;
DROP TRIGGER t_fill ON t;
DROP FUNCTION t_fill();

-- MIGRATE DOWN
-- migrate: no-transaction

CREATE FUNCTION t_fill()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF NEW.key IS NULL THEN NEW.key := (SELECT gen_random_uuid() FROM (SELECT NEW.*) AS t); END IF;
  RETURN NEW;
END
$function$;

ALTER TABLE t ADD CONSTRAINT t_key_required CHECK (key IS NOT NULL) NOT VALID;
CREATE TRIGGER t_fill BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION t_fill();
-- Fails unless this is 0: SELECT count(*) FROM t WHERE NOT (key IS NOT NULL)
ALTER TABLE t VALIDATE CONSTRAINT t_key_required;
ALTER TABLE t ALTER COLUMN key DROP NOT NULL;

-- CASE online: a new required column is filled in batches
-- SCRIPT main (yes)
-- MIGRATE UP
-- migrate: no-transaction

ALTER TABLE t ADD COLUMN c text;
CREATE FUNCTION t_fill() RETURNS trigger LANGUAGE plpgsql AS $fill$
BEGIN
  IF NEW.c IS NULL THEN NEW.c := (SELECT '$$' || id FROM (SELECT NEW.*) AS t); END IF;
  RETURN NEW;
END
$fill$;
CREATE TRIGGER t_fill BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION t_fill();
ALTER TABLE t ADD CONSTRAINT t_c_required CHECK (c IS NOT NULL) NOT VALID;

-- MIGRATE DOWN

-- Drops trigger t.t_fill.
DROP TRIGGER t_fill ON t;
ALTER TABLE t DROP CONSTRAINT t_c_required;

-- Drops function t_fill().
DROP FUNCTION t_fill();

-- Drops column t.c with its values.
ALTER TABLE t DROP COLUMN c;

-- SCRIPT backfill (yes)
-- MIGRATE UP
-- migrate: no-transaction

-- In batches, each committed by itself. Stopped and run again, it goes on with the rest.
DO $backfill$
-- migrate: repeatable
DECLARE
  backfill_page bigint := 0;
  backfill_start timestamp with time zone;
BEGIN
  WHILE (backfill_page OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint) OPERATOR(pg_catalog.<) (
    WITH RECURSIVE family AS (
      SELECT 't'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE t SET c = '$$' || id
    WHERE c IS NULL
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 20)::pg_catalog.tid;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(0.25 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backfill_start));
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 20;
  END LOOP;
END
$backfill$;

-- MIGRATE DOWN

-- Nothing to do.

-- SCRIPT validate (yes)
-- MIGRATE UP

ALTER TABLE t VALIDATE CONSTRAINT t_c_required;

-- MIGRATE DOWN

-- Nothing to do.

-- SCRIPT required (lossy)
-- The downgrade brings the schema back, not every value:
--  t.c keeps what was filled in.

-- MIGRATE UP

ALTER TABLE t ALTER COLUMN c SET NOT NULL;
ALTER TABLE t DROP CONSTRAINT t_c_required;
DROP TRIGGER t_fill ON t;
DROP FUNCTION t_fill();

-- MIGRATE DOWN
-- migrate: no-transaction

CREATE FUNCTION t_fill()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF NEW.c IS NULL THEN NEW.c := (SELECT '$$' || id FROM (SELECT NEW.*) AS t); END IF;
  RETURN NEW;
END
$function$;

ALTER TABLE t ADD CONSTRAINT t_c_required CHECK (c IS NOT NULL) NOT VALID;
CREATE TRIGGER t_fill BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION t_fill();
-- Fails unless this is 0: SELECT count(*) FROM t WHERE NOT (c IS NOT NULL)
ALTER TABLE t VALIDATE CONSTRAINT t_c_required;
ALTER TABLE t ALTER COLUMN c DROP NOT NULL;

-- CASE online: a unique constraint is made of an index that was built beside the work
-- SCRIPT concurrently (yes)
-- MIGRATE UP
-- migrate: no-transaction

-- Fails unless this is 0: SELECT count(a) - count(DISTINCT a) FROM c
CREATE UNIQUE INDEX CONCURRENTLY single ON c (a);

-- Fails unless this is 0: SELECT count(a) - count(DISTINCT a) FROM t
CREATE UNIQUE INDEX CONCURRENTLY once ON t (a) INCLUDE (b);

-- MIGRATE DOWN
-- migrate: no-transaction

DROP INDEX CONCURRENTLY once;

DROP INDEX CONCURRENTLY single;

-- SCRIPT constraints (yes)
-- MIGRATE UP
-- migrate: no-transaction

ALTER TABLE c ADD CONSTRAINT single UNIQUE USING INDEX single;

ALTER TABLE t ADD CONSTRAINT once UNIQUE USING INDEX once DEFERRABLE;

-- MIGRATE DOWN
-- migrate: no-transaction

ALTER TABLE c DROP CONSTRAINT single;

ALTER TABLE t DROP CONSTRAINT once;
CREATE UNIQUE INDEX CONCURRENTLY once ON t (a) INCLUDE (b);

CREATE UNIQUE INDEX CONCURRENTLY single ON c (a);

-- CASE online: a key that refers to a new unique constraint waits for it
-- SCRIPT concurrently (yes)
-- MIGRATE UP
-- migrate: no-transaction

-- Fails unless this is 0: SELECT count(a) - count(DISTINCT a) FROM t
CREATE UNIQUE INDEX CONCURRENTLY once ON t (a);

-- MIGRATE DOWN
-- migrate: no-transaction

DROP INDEX CONCURRENTLY once;

-- SCRIPT constraints (yes)
-- MIGRATE UP
-- migrate: no-transaction

ALTER TABLE t ADD CONSTRAINT once UNIQUE USING INDEX once;

DO $$
BEGIN
  BEGIN
    LOCK TABLE t, c IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout TO '500ms';
    LOCK TABLE t, c IN SHARE ROW EXCLUSIVE MODE;
  EXCEPTION WHEN insufficient_privilege THEN
    SET LOCAL lock_timeout TO '500ms';
  END;
  ALTER TABLE c ADD CONSTRAINT key FOREIGN KEY (a) REFERENCES t(a) NOT VALID;
END
$$;

-- MIGRATE DOWN
-- migrate: no-transaction

DO $$
BEGIN
  BEGIN
    LOCK TABLE t, c IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout TO '500ms';
    LOCK TABLE t, c IN ACCESS EXCLUSIVE MODE;
  EXCEPTION WHEN insufficient_privilege THEN
    SET LOCAL lock_timeout TO '500ms';
  END;
  ALTER TABLE c DROP CONSTRAINT key;
END
$$;

ALTER TABLE t DROP CONSTRAINT once;
CREATE UNIQUE INDEX CONCURRENTLY once ON t (a);

-- SCRIPT validate keys (yes)
-- MIGRATE UP

-- Fails unless this is 0: SELECT count(*) FROM c AS a WHERE a.a IS NOT NULL AND NOT EXISTS (SELECT FROM t AS b WHERE b.a = a.a)
ALTER TABLE c VALIDATE CONSTRAINT key;

-- MIGRATE DOWN

-- Nothing to do.

-- CASE online: indexes come and go concurrently, those of new tables at once
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE TABLE n (
  id integer
);
CREATE INDEX n_id ON n (id);

-- MIGRATE DOWN

-- Drops table n with all its rows.
DROP TABLE n;

-- SCRIPT concurrently (yes)
-- MIGRATE UP
-- migrate: no-transaction

CREATE INDEX CONCURRENTLY fresh ON t (b);

-- MIGRATE DOWN
-- migrate: no-transaction

DROP INDEX CONCURRENTLY fresh;

-- SCRIPT drops (yes)
-- MIGRATE UP
-- migrate: no-transaction

DROP INDEX CONCURRENTLY old;

-- MIGRATE DOWN
-- migrate: no-transaction

CREATE INDEX CONCURRENTLY old ON t (a);

-- CASE online: partitioned tables get the forms that they have
-- SCRIPT under a lock (yes)
-- MIGRATE UP

-- Builds an index of p under SHARE: nobody writes it meanwhile. It has no online form.
CREATE INDEX p_a ON p (a);

-- MIGRATE DOWN

DROP INDEX p_a;

-- CASE online: new values, a default and an index become three scripts
-- SCRIPT enum values (yes)
-- MIGRATE UP
-- migrate: no-transaction

ALTER TYPE e ADD VALUE IF NOT EXISTS 'b' AFTER 'a';

-- MIGRATE DOWN

ALTER TYPE e RENAME TO e_old;
CREATE TYPE e AS ENUM ('a');
-- Fails while a row has 'b'.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile. It has no online form.
ALTER TABLE t ALTER COLUMN v TYPE e USING v::varchar::e;
DROP TYPE e_old;

-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE t ALTER COLUMN v SET DEFAULT 'b'::e;

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN v DROP DEFAULT;

-- SCRIPT concurrently (yes)
-- MIGRATE UP
-- migrate: no-transaction

CREATE INDEX CONCURRENTLY i ON t (id) WHERE (v = 'b'::e);

-- MIGRATE DOWN
-- migrate: no-transaction

DROP INDEX CONCURRENTLY i;

-- CASE online: rows of tables that inherit are filled too, however many pages those have
-- SCRIPT main (yes)
-- MIGRATE UP
-- migrate: no-transaction

CREATE FUNCTION t_fill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.a IS NULL THEN NEW.a := (SELECT 0 FROM (SELECT NEW.*) AS t); END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER t_fill BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION t_fill();
ALTER TABLE t ADD CONSTRAINT t_a_required CHECK (a IS NOT NULL) NOT VALID;

-- MIGRATE DOWN

-- Drops trigger t.t_fill.
DROP TRIGGER t_fill ON t;
ALTER TABLE t DROP CONSTRAINT t_a_required;

-- Drops function t_fill().
DROP FUNCTION t_fill();

-- SCRIPT backfill (yes)
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
      SELECT 't'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE t SET a = 0
    WHERE a IS NULL
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 20)::pg_catalog.tid;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(0.25 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backfill_start));
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 20;
  END LOOP;
END
$$;

-- MIGRATE DOWN

-- Nothing to do.

-- SCRIPT validate (yes)
-- MIGRATE UP

ALTER TABLE t VALIDATE CONSTRAINT t_a_required;

-- MIGRATE DOWN

-- Nothing to do.

-- SCRIPT required (lossy)
-- The downgrade brings the schema back, not every value:
--  t.a keeps what was filled in.

-- MIGRATE UP

ALTER TABLE t ALTER COLUMN a SET NOT NULL;
ALTER TABLE t DROP CONSTRAINT t_a_required;
DROP TRIGGER t_fill ON t;
DROP FUNCTION t_fill();

-- MIGRATE DOWN
-- migrate: no-transaction

CREATE FUNCTION t_fill()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF NEW.a IS NULL THEN NEW.a := (SELECT 0 FROM (SELECT NEW.*) AS t); END IF;
  RETURN NEW;
END
$function$;

ALTER TABLE t ADD CONSTRAINT t_a_required CHECK (a IS NOT NULL) NOT VALID;
CREATE TRIGGER t_fill BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION t_fill();
-- Fails unless this is 0: SELECT count(*) FROM t WHERE NOT (a IS NOT NULL)
ALTER TABLE t VALIDATE CONSTRAINT t_a_required;
ALTER TABLE t ALTER COLUMN a DROP NOT NULL;

-- CASE online: what an index or a key becomes is built beside it, and takes its name at once
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE c ADD CONSTRAINT c_a_required CHECK (a IS NOT NULL) NOT VALID;

-- MIGRATE DOWN

ALTER TABLE c DROP CONSTRAINT c_a_required;

-- SCRIPT concurrently (yes)
-- MIGRATE UP
-- migrate: no-transaction

CREATE UNIQUE INDEX CONCURRENTLY c_pkey_new ON c (id, a);

CREATE UNIQUE INDEX CONCURRENTLY once_new ON t (a, b);
CREATE INDEX CONCURRENTLY i_new ON t (a, b) WHERE (a > 0);

-- MIGRATE DOWN
-- migrate: no-transaction

DROP INDEX CONCURRENTLY c_pkey_new;

DROP INDEX CONCURRENTLY i_new;
DROP INDEX CONCURRENTLY once_new;

-- SCRIPT validate (yes)
-- MIGRATE UP

-- Fails unless this is 0: SELECT count(*) FROM c WHERE a IS NULL
ALTER TABLE c VALIDATE CONSTRAINT c_a_required;

-- MIGRATE DOWN

-- Nothing to do.

-- SCRIPT required (yes)
-- MIGRATE UP

ALTER TABLE c ALTER COLUMN a SET NOT NULL;
ALTER TABLE c DROP CONSTRAINT c_a_required;

-- MIGRATE DOWN
-- migrate: no-transaction

ALTER TABLE c ADD CONSTRAINT c_a_required CHECK (a IS NOT NULL) NOT VALID;
-- Fails unless this is 0: SELECT count(*) FROM c WHERE NOT (a IS NOT NULL)
ALTER TABLE c VALIDATE CONSTRAINT c_a_required;
ALTER TABLE c ALTER COLUMN a DROP NOT NULL;

-- SCRIPT swap (yes)
-- MIGRATE UP

ALTER INDEX i RENAME TO i_old;
ALTER INDEX i_new RENAME TO i;

-- MIGRATE DOWN

ALTER INDEX i RENAME TO i_new;
ALTER INDEX i_old RENAME TO i;

-- SCRIPT constraints (yes)
-- MIGRATE UP
-- migrate: no-transaction

ALTER TABLE c DROP CONSTRAINT c_pkey, ADD CONSTRAINT c_pkey PRIMARY KEY USING INDEX c_pkey_new;

ALTER TABLE t DROP CONSTRAINT once, ADD CONSTRAINT once UNIQUE USING INDEX once_new;

COMMENT ON INDEX i IS 'new';

-- MIGRATE DOWN
-- migrate: no-transaction

COMMENT ON INDEX i IS NULL;

-- Fails unless this is 0: SELECT count(id) - count(DISTINCT id) FROM c
CREATE UNIQUE INDEX CONCURRENTLY c_pkey_new2 ON c (id);

-- Fails unless this is 0: SELECT count(a) - count(DISTINCT a) FROM t
CREATE UNIQUE INDEX CONCURRENTLY once_new2 ON t (a);

CREATE UNIQUE INDEX CONCURRENTLY c_pkey_new ON c (id, a);

CREATE UNIQUE INDEX CONCURRENTLY once_new ON t (a, b);

ALTER TABLE c DROP CONSTRAINT c_pkey, ADD CONSTRAINT c_pkey PRIMARY KEY USING INDEX c_pkey_new2;

ALTER TABLE t DROP CONSTRAINT once, ADD CONSTRAINT once UNIQUE USING INDEX once_new2;

-- SCRIPT drops (yes)
-- MIGRATE UP
-- migrate: no-transaction

DROP INDEX CONCURRENTLY i_old;

-- MIGRATE DOWN
-- migrate: no-transaction

CREATE INDEX CONCURRENTLY i_old ON t (a);

-- CASE online: the columns of a table are filled by one statement, and required table by table
-- SCRIPT main (yes)
-- MIGRATE UP
-- migrate: no-transaction

CREATE FUNCTION c_fill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.a IS NULL THEN NEW.a := (SELECT 1 FROM (SELECT NEW.*) AS c); END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER c_fill BEFORE INSERT OR UPDATE ON c FOR EACH ROW EXECUTE FUNCTION c_fill();
ALTER TABLE c ADD CONSTRAINT c_a_required CHECK (a IS NOT NULL) NOT VALID;

CREATE FUNCTION t_fill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.a IS NULL THEN NEW.a := (SELECT 0 FROM (SELECT NEW.*) AS t); END IF;
  IF NEW.b IS NULL THEN NEW.b := (SELECT 'none' FROM (SELECT NEW.*) AS t); END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER t_fill BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION t_fill();
ALTER TABLE t ADD CONSTRAINT t_a_required CHECK (a IS NOT NULL) NOT VALID;
ALTER TABLE t ADD CONSTRAINT t_b_required CHECK (b IS NOT NULL) NOT VALID;

-- MIGRATE DOWN
-- migrate: no-transaction

-- Drops trigger c.c_fill.
DROP TRIGGER c_fill ON c;
ALTER TABLE c DROP CONSTRAINT c_a_required;

-- Drops trigger t.t_fill.
DROP TRIGGER t_fill ON t;
ALTER TABLE t DROP CONSTRAINT t_a_required;
ALTER TABLE t DROP CONSTRAINT t_b_required;

-- Drops function c_fill().
DROP FUNCTION c_fill();

-- Drops function t_fill().
DROP FUNCTION t_fill();

-- SCRIPT backfill (yes)
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
      SELECT 'c'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE c SET a = 1
    WHERE a IS NULL
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
      SELECT 't'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE t SET a = coalesce(a, 0), b = coalesce(b, 'none')
    WHERE (a IS NULL OR b IS NULL)
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 20)::pg_catalog.tid;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(0.25 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backfill_start));
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 20;
  END LOOP;
END
$$;

-- MIGRATE DOWN

-- Nothing to do.

-- SCRIPT validate (yes)
-- MIGRATE UP
-- migrate: no-transaction

ALTER TABLE c VALIDATE CONSTRAINT c_a_required;

ALTER TABLE t VALIDATE CONSTRAINT t_a_required;
ALTER TABLE t VALIDATE CONSTRAINT t_b_required;

-- MIGRATE DOWN

-- Nothing to do.

-- SCRIPT required c (lossy)
-- The downgrade brings the schema back, not every value:
--  c.a keeps what was filled in.

-- MIGRATE UP

ALTER TABLE c ALTER COLUMN a SET NOT NULL;
ALTER TABLE c DROP CONSTRAINT c_a_required;
DROP TRIGGER c_fill ON c;
DROP FUNCTION c_fill();

-- MIGRATE DOWN
-- migrate: no-transaction

CREATE FUNCTION c_fill()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF NEW.a IS NULL THEN NEW.a := (SELECT 1 FROM (SELECT NEW.*) AS c); END IF;
  RETURN NEW;
END
$function$;

ALTER TABLE c ADD CONSTRAINT c_a_required CHECK (a IS NOT NULL) NOT VALID;
CREATE TRIGGER c_fill BEFORE INSERT OR UPDATE ON c FOR EACH ROW EXECUTE FUNCTION c_fill();
-- Fails unless this is 0: SELECT count(*) FROM c WHERE NOT (a IS NOT NULL)
ALTER TABLE c VALIDATE CONSTRAINT c_a_required;
ALTER TABLE c ALTER COLUMN a DROP NOT NULL;

-- SCRIPT required t (lossy)
-- The downgrade brings the schema back, not every value:
--  t.a keeps what was filled in.
--  t.b keeps what was filled in.

-- MIGRATE UP

ALTER TABLE t ALTER COLUMN a SET NOT NULL;
ALTER TABLE t DROP CONSTRAINT t_a_required;
ALTER TABLE t ALTER COLUMN b SET NOT NULL;
ALTER TABLE t DROP CONSTRAINT t_b_required;
DROP TRIGGER t_fill ON t;
DROP FUNCTION t_fill();

-- MIGRATE DOWN
-- migrate: no-transaction

CREATE FUNCTION t_fill()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF NEW.a IS NULL THEN NEW.a := (SELECT 0 FROM (SELECT NEW.*) AS t); END IF;
  IF NEW.b IS NULL THEN NEW.b := (SELECT 'none' FROM (SELECT NEW.*) AS t); END IF;
  RETURN NEW;
END
$function$;

ALTER TABLE t ADD CONSTRAINT t_a_required CHECK (a IS NOT NULL) NOT VALID;
ALTER TABLE t ADD CONSTRAINT t_b_required CHECK (b IS NOT NULL) NOT VALID;
CREATE TRIGGER t_fill BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION t_fill();
-- Fails unless this is 0: SELECT count(*) FROM t WHERE NOT (a IS NOT NULL)
ALTER TABLE t VALIDATE CONSTRAINT t_a_required;
-- Fails unless this is 0: SELECT count(*) FROM t WHERE NOT (b IS NOT NULL)
ALTER TABLE t VALIDATE CONSTRAINT t_b_required;
ALTER TABLE t ALTER COLUMN a DROP NOT NULL;
ALTER TABLE t ALTER COLUMN b DROP NOT NULL;

-- CASE online: what rewrites a table is alone in its transaction
-- SCRIPT main (yes)
-- MIGRATE UP
-- migrate: no-transaction

ALTER TABLE c ADD COLUMN b integer;

ALTER TABLE t ADD COLUMN e integer;

-- MIGRATE DOWN
-- migrate: no-transaction

-- Drops column c.b with its values.
ALTER TABLE c DROP COLUMN b;

-- Drops column t.e with its values.
ALTER TABLE t DROP COLUMN e;

-- SCRIPT under a lock (yes)
-- MIGRATE UP

-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile. It has no online form.
ALTER TABLE t ALTER COLUMN a TYPE bigint;
ALTER TABLE t ALTER COLUMN a SET DEFAULT 5;

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN a DROP DEFAULT;
-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM t WHERE a NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile. It has no online form.
ALTER TABLE t ALTER COLUMN a TYPE integer;

-- CASE online: a wider type is read of all rows where a check is about the column, and says so
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE t ALTER COLUMN m TYPE numeric(14,2);

-- MIGRATE DOWN

-- Raises where a value has too many digits.
-- Fails unless this is 0: SELECT count(*) FROM t WHERE abs(m) >= 1e8
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile. It has no online form.
ALTER TABLE t ALTER COLUMN m TYPE numeric(10,2);

-- SCRIPT under a lock (yes)
-- MIGRATE UP

-- Reads all of t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile. It has no online form.
ALTER TABLE t ALTER COLUMN n TYPE numeric(14,2);

-- MIGRATE DOWN

-- Raises where a value has too many digits.
-- Fails unless this is 0: SELECT count(*) FROM t WHERE abs(n) >= 1e8
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile. It has no online form.
ALTER TABLE t ALTER COLUMN n TYPE numeric(10,2);

-- CASE online: a sequence that comes back goes on after the new numbers of its column
-- SCRIPT under a lock (yes)
-- MIGRATE UP

ALTER TABLE t ALTER COLUMN id DROP DEFAULT;

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN id SET DEFAULT nextval('t_id_seq'::regclass);
SELECT pg_catalog.setval('t_id_seq', GREATEST(COALESCE(pg_catalog.max(id), 0) OPERATOR(pg_catalog.+) 1, (SELECT CASE WHEN is_called THEN last_value OPERATOR(pg_catalog.+) 1 ELSE last_value END FROM t_id_seq)), false) FROM t;

-- SCRIPT rest (yes)
-- MIGRATE UP

DROP SEQUENCE t_id_seq;

-- MIGRATE DOWN

CREATE SEQUENCE t_id_seq;
ALTER SEQUENCE t_id_seq OWNED BY t.id;

-- SCRIPT under a lock (lossy)
-- The downgrade brings the schema back, not every value:
--  t.id gets new values.

-- MIGRATE UP

-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile. It has no online form.
ALTER TABLE t ALTER COLUMN id TYPE uuid USING md5(id::text)::uuid;
ALTER TABLE t ALTER COLUMN id SET DEFAULT gen_random_uuid();

-- MIGRATE DOWN

-- What refers to t.id gets the same new values.
CREATE TEMPORARY TABLE t_id_values AS SELECT id AS old_value, pg_catalog.row_number() OVER ()::bigint AS new_value FROM t;
CREATE UNIQUE INDEX ON pg_temp.t_id_values (old_value);
CREATE FUNCTION pg_temp.t_id_new(uuid) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT new_value FROM pg_temp.t_id_values WHERE old_value OPERATOR(pg_catalog.=) $1';
ALTER TABLE t ALTER COLUMN id DROP DEFAULT;
-- The old values cannot be restored.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile. It has no online form.
ALTER TABLE t ALTER COLUMN id TYPE bigint USING pg_temp.t_id_new(id);
DROP FUNCTION pg_temp.t_id_new(uuid);
DROP TABLE pg_temp.t_id_values;

-- What the cases of online.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE online: keys and checks are validated in a later script
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE c ADD CONSTRAINT key FOREIGN KEY (t) REFERENCES t(id) NOT VALID;

ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0) NOT VALID;

-- MIGRATE DOWN

ALTER TABLE c DROP CONSTRAINT key;

ALTER TABLE t DROP CONSTRAINT positive;

-- SCRIPT validate (yes)
-- MIGRATE UP

-- Fails unless this is 0: SELECT count(*) FROM c AS a WHERE a.t IS NOT NULL AND NOT EXISTS (SELECT FROM t AS b WHERE b.id = a.t)
ALTER TABLE c VALIDATE CONSTRAINT key;

-- Fails unless this is 0: SELECT count(*) FROM t WHERE NOT (a > 0)
ALTER TABLE t VALIDATE CONSTRAINT positive;

-- MIGRATE DOWN

-- Nothing to do.

-- CASE online: NOT NULL is set where rows were filled in batches and a validated check has proven it
-- SCRIPT backfill (yes)
-- MIGRATE UP
-- migrate: no-transaction

-- In batches, each committed by itself. Stopped and run again, it goes on with the rest.
DO $$
-- migrate: repeatable
DECLARE
  backfill_page bigint := 0;
BEGIN
  WHILE (backfill_page OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint) OPERATOR(pg_catalog.<) (
    WITH RECURSIVE family AS (
      SELECT 't'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    UPDATE t SET a = 0
    WHERE a IS NULL
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 500)::pg_catalog.tid;
    COMMIT;
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 500;
  END LOOP;
END
$$;

-- MIGRATE DOWN

-- Nothing to do.

-- SCRIPT constraints (yes)
-- MIGRATE UP

ALTER TABLE t ADD CONSTRAINT t_a_required CHECK (a IS NOT NULL) NOT VALID;

-- MIGRATE DOWN

ALTER TABLE t DROP CONSTRAINT t_a_required;

-- SCRIPT validate (lossy)
-- The downgrade brings the schema back, not every value:
--  t.a keeps what was filled in.

-- MIGRATE UP

ALTER TABLE t VALIDATE CONSTRAINT t_a_required;
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
ALTER TABLE t DROP CONSTRAINT t_a_required;

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN a DROP NOT NULL;
ALTER TABLE t ADD CONSTRAINT t_a_required CHECK (a IS NOT NULL) NOT VALID;

-- CASE online: a default that differs from row to row is filled in afterwards
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE "Odd" ADD COLUMN "Key" double precision;
ALTER TABLE "Odd" ALTER COLUMN "Key" SET DEFAULT random();

ALTER TABLE t ADD COLUMN key uuid;
ALTER TABLE t ALTER COLUMN key SET DEFAULT gen_random_uuid();
ALTER TABLE t ADD COLUMN at timestamp with time zone NOT NULL DEFAULT now();

-- MIGRATE DOWN

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
BEGIN
  WHILE (backfill_page OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint) OPERATOR(pg_catalog.<) (
    WITH RECURSIVE family AS (
      SELECT '"Odd"'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    UPDATE "Odd" SET "Key" = DEFAULT
    WHERE "Key" IS NULL
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 500)::pg_catalog.tid;
    COMMIT;
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 500;
  END LOOP;
END
$$;

-- In batches, each committed by itself. Stopped and run again, it goes on with the rest.
DO $$
-- migrate: repeatable
DECLARE
  backfill_page bigint := 0;
BEGIN
  WHILE (backfill_page OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint) OPERATOR(pg_catalog.<) (
    WITH RECURSIVE family AS (
      SELECT 't'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    UPDATE t SET key = DEFAULT
    WHERE key IS NULL
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 500)::pg_catalog.tid;
    COMMIT;
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 500;
  END LOOP;
END
$$;

-- MIGRATE DOWN

-- Nothing to do.

-- SCRIPT constraints (yes)
-- MIGRATE UP

ALTER TABLE t ADD CONSTRAINT t_key_required CHECK (key IS NOT NULL) NOT VALID;

-- MIGRATE DOWN

ALTER TABLE t DROP CONSTRAINT t_key_required;

-- SCRIPT validate (yes)
-- MIGRATE UP

ALTER TABLE t VALIDATE CONSTRAINT t_key_required;
ALTER TABLE t ALTER COLUMN key SET NOT NULL;
ALTER TABLE t DROP CONSTRAINT t_key_required;

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN key DROP NOT NULL;
ALTER TABLE t ADD CONSTRAINT t_key_required CHECK (key IS NOT NULL) NOT VALID;

-- CASE online: a new required column is filled in batches
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE t ADD COLUMN c text;

-- MIGRATE DOWN

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
BEGIN
  WHILE (backfill_page OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint) OPERATOR(pg_catalog.<) (
    WITH RECURSIVE family AS (
      SELECT 't'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    UPDATE t SET c = '$$' || id
    WHERE c IS NULL
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 500)::pg_catalog.tid;
    COMMIT;
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 500;
  END LOOP;
END
$backfill$;

-- MIGRATE DOWN

-- Nothing to do.

-- SCRIPT constraints (yes)
-- MIGRATE UP

ALTER TABLE t ADD CONSTRAINT t_c_required CHECK (c IS NOT NULL) NOT VALID;

-- MIGRATE DOWN

ALTER TABLE t DROP CONSTRAINT t_c_required;

-- SCRIPT validate (lossy)
-- The downgrade brings the schema back, not every value:
--  t.c keeps what was filled in.

-- MIGRATE UP

ALTER TABLE t VALIDATE CONSTRAINT t_c_required;
ALTER TABLE t ALTER COLUMN c SET NOT NULL;
ALTER TABLE t DROP CONSTRAINT t_c_required;

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN c DROP NOT NULL;
ALTER TABLE t ADD CONSTRAINT t_c_required CHECK (c IS NOT NULL) NOT VALID;

-- CASE online: a unique constraint is made of an index that was built beside the work
-- SCRIPT concurrently (yes)
-- MIGRATE UP
-- migrate: no-transaction

-- Fails unless this is 0: SELECT count(a) - count(DISTINCT a) FROM c
CREATE UNIQUE INDEX CONCURRENTLY single ON c (a);

-- Fails unless this is 0: SELECT count(a) - count(DISTINCT a) FROM t
CREATE UNIQUE INDEX CONCURRENTLY once ON t (a) INCLUDE (b);

-- MIGRATE DOWN

DROP INDEX once;

DROP INDEX single;

-- SCRIPT constraints (yes)
-- MIGRATE UP

ALTER TABLE c ADD CONSTRAINT single UNIQUE USING INDEX single;

ALTER TABLE t ADD CONSTRAINT once UNIQUE USING INDEX once DEFERRABLE;

-- MIGRATE DOWN

ALTER TABLE c DROP CONSTRAINT single;
CREATE UNIQUE INDEX single ON c (a);

ALTER TABLE t DROP CONSTRAINT once;
CREATE UNIQUE INDEX once ON t (a) INCLUDE (b);

-- CASE online: a key that refers to a new unique constraint waits for it
-- SCRIPT concurrently (yes)
-- MIGRATE UP
-- migrate: no-transaction

-- Fails unless this is 0: SELECT count(a) - count(DISTINCT a) FROM t
CREATE UNIQUE INDEX CONCURRENTLY once ON t (a);

-- MIGRATE DOWN

DROP INDEX once;

-- SCRIPT constraints (yes)
-- MIGRATE UP

ALTER TABLE t ADD CONSTRAINT once UNIQUE USING INDEX once;

ALTER TABLE c ADD CONSTRAINT key FOREIGN KEY (a) REFERENCES t(a) NOT VALID;

-- MIGRATE DOWN

ALTER TABLE c DROP CONSTRAINT key;

ALTER TABLE t DROP CONSTRAINT once;
CREATE UNIQUE INDEX once ON t (a);

-- SCRIPT validate (yes)
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

DROP INDEX CONCURRENTLY old;
CREATE INDEX CONCURRENTLY fresh ON t (b);

-- MIGRATE DOWN

DROP INDEX fresh;
CREATE INDEX old ON t (a);

-- CASE online: partitioned tables get the forms that they have
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE INDEX p_a ON p (a);

-- MIGRATE DOWN

DROP INDEX p_a;

-- CASE online: new labels, a default and an index become three scripts
-- SCRIPT enum values (yes)
-- MIGRATE UP
-- migrate: no-transaction

ALTER TYPE e ADD VALUE IF NOT EXISTS 'b' AFTER 'a';

-- MIGRATE DOWN

ALTER TYPE e RENAME TO e_old;
CREATE TYPE e AS ENUM ('a');
-- Fails while a row has 'b'.
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

DROP INDEX i;

-- CASE online: rows of tables that inherit are filled too, however many pages those have
-- SCRIPT backfill (yes)
-- MIGRATE UP
-- migrate: no-transaction

-- In batches, each committed by itself. Stopped and run again, it goes on with the rest.
DO $$
-- migrate: repeatable
DECLARE
  backfill_page bigint := 0;
BEGIN
  WHILE (backfill_page OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint) OPERATOR(pg_catalog.<) (
    WITH RECURSIVE family AS (
      SELECT 't'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    UPDATE t SET a = 0
    WHERE a IS NULL
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 500)::pg_catalog.tid;
    COMMIT;
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 500;
  END LOOP;
END
$$;

-- MIGRATE DOWN

-- Nothing to do.

-- SCRIPT constraints (yes)
-- MIGRATE UP

ALTER TABLE t ADD CONSTRAINT t_a_required CHECK (a IS NOT NULL) NOT VALID;

-- MIGRATE DOWN

ALTER TABLE t DROP CONSTRAINT t_a_required;

-- SCRIPT validate (lossy)
-- The downgrade brings the schema back, not every value:
--  t.a keeps what was filled in.

-- MIGRATE UP

ALTER TABLE t VALIDATE CONSTRAINT t_a_required;
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
ALTER TABLE t DROP CONSTRAINT t_a_required;

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN a DROP NOT NULL;
ALTER TABLE t ADD CONSTRAINT t_a_required CHECK (a IS NOT NULL) NOT VALID;

-- What the cases of downgrades.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE a dropped table comes back with a row for each key that refers to it
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Drops table a with all its rows.

-- MIGRATE UP

ALTER TABLE b DROP CONSTRAINT b_a_fkey;

-- Drops table a with all its rows.
DROP TABLE a;

-- MIGRATE DOWN

CREATE TABLE a (
  id integer NOT NULL,
  CONSTRAINT a_pkey PRIMARY KEY (id)
);
-- Rows for the keys that b still holds; their other values are lost.
INSERT INTO a (id) OVERRIDING SYSTEM VALUE SELECT DISTINCT a FROM b WHERE a IS NOT NULL ON CONFLICT DO NOTHING;

-- Fails unless this is 0: SELECT count(*) FROM b AS a WHERE a.a IS NOT NULL
-- Reads all of b under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE b ADD CONSTRAINT b_a_fkey FOREIGN KEY (a) REFERENCES a(id);

-- CASE a generated column that is dropped loses nothing, since its values are computed again
-- SCRIPT main (yes)
-- MIGRATE UP

-- Drops column t.b, which is computed.
ALTER TABLE t DROP COLUMN b;

-- MIGRATE DOWN

-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ADD COLUMN b integer GENERATED ALWAYS AS (a * 2) STORED;

-- CASE an attribute is added to a composite type in use, and dropped again
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TYPE address ADD ATTRIBUTE city text CASCADE;

-- MIGRATE DOWN

-- Drops attribute address.city.
ALTER TYPE address DROP ATTRIBUTE city CASCADE;

-- CASE a value that was mapped to a new one is mapped back
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Rows with 'done' get 'finished': which they were is lost.

-- MIGRATE UP

ALTER TYPE state RENAME TO state_old;
CREATE TYPE state AS ENUM ('open', 'finished');
-- Rows with 'done' get 'finished': which they were is lost.
-- Rewrites task under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE task ALTER COLUMN state TYPE state USING (CASE WHEN state OPERATOR(pg_catalog.=) 'done' THEN 'finished' ELSE state::varchar END)::state;
DROP TYPE state_old;

-- MIGRATE DOWN

ALTER TYPE state RENAME TO state_old;
CREATE TYPE state AS ENUM ('open', 'done');
-- Rows with 'finished' get 'done': which they were is lost.
-- Rewrites task under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE task ALTER COLUMN state TYPE state USING (CASE WHEN state OPERATOR(pg_catalog.=) 'finished' THEN 'done' ELSE state::varchar END)::state;
DROP TYPE state_old;

-- CASE a table that is not touched gets no rows, though others refer to it
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE customer ADD COLUMN phone text;

-- MIGRATE DOWN

-- Drops column customer.phone with its values.
ALTER TABLE customer DROP COLUMN phone;

-- What the cases of questions.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE a person is asked which new column an old one is, the likeliest first
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE users RENAME COLUMN first TO "firstName";
ALTER TABLE users RENAME COLUMN last TO surname;

-- MIGRATE DOWN

ALTER TABLE users RENAME COLUMN surname TO last;
ALTER TABLE users RENAME COLUMN "firstName" TO first;

-- CASE a person may say that it is none of them, and then agrees to lose it
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Drops column users.passwordHash with its values.

-- MIGRATE UP

ALTER TABLE users ADD COLUMN nickname text;
-- Move the values here.
-- Drops column users.passwordHash with its values.
ALTER TABLE users DROP COLUMN "passwordHash";

-- MIGRATE DOWN

-- Drops column users.nickname with its values.
ALTER TABLE users DROP COLUMN nickname;
ALTER TABLE users ADD COLUMN "passwordHash" text;

-- CASE a person who does not agree gets no script
-- refused: DECLINED

-- CASE a person is asked about tables, schemas and values
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER SCHEMA app RENAME TO core;

ALTER TYPE e RENAME VALUE 'active' TO 'enabled';

ALTER TABLE users RENAME TO people;

-- MIGRATE DOWN

ALTER TABLE people RENAME TO users;

ALTER TYPE e RENAME VALUE 'enabled' TO 'active';

ALTER SCHEMA core RENAME TO app;

-- CASE a person is asked for conversions, missing values and lost values
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Rows with 'b' get 'a': which they were is lost.
--  t.name keeps what was filled in.

-- MIGRATE UP

-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN at TYPE timestamp with time zone USING at AT TIME ZONE 'UTC';
UPDATE t SET name = '?' WHERE name IS NULL;
-- Reads all of t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN name SET NOT NULL;

ALTER TYPE e RENAME TO e_old;
CREATE TYPE e AS ENUM ('a');
-- Rows with 'b' get 'a': which they were is lost.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN v TYPE e USING (CASE WHEN v OPERATOR(pg_catalog.=) 'b' THEN 'a' ELSE v::varchar END)::e;
DROP TYPE e_old;

-- MIGRATE DOWN

-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN at TYPE timestamp without time zone USING at AT TIME ZONE 'UTC';
ALTER TABLE t ALTER COLUMN name DROP NOT NULL;

ALTER TYPE e ADD VALUE 'b' AFTER 'a';

-- CASE every open question is told at once
-- refused: QUESTION_OPEN

-- CASE a rename that fits nothing is an error
-- refused: USAGE

-- CASE a conversion of what is not converted is an error
-- refused: USAGE

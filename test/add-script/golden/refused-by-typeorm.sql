-- What the cases of refused-by-typeorm.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE D03: a default with a quote in it is quoted
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE users ALTER COLUMN a SET DEFAULT 'it''s'::text;

-- MIGRATE DOWN

ALTER TABLE users ALTER COLUMN a DROP DEFAULT;

-- CASE T01: a float with a precision is the type that PostgreSQL makes of it
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Loses digits.

-- MIGRATE UP

-- Loses digits.
-- Rewrites users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ALTER COLUMN a TYPE real;

-- MIGRATE DOWN

-- Rewrites users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ALTER COLUMN a TYPE double precision;

-- CASE V02: a view on a column whose type changes is made again
-- SCRIPT main (yes)
-- MIGRATE UP

DROP VIEW w;

DROP VIEW v;

ALTER TABLE users ALTER COLUMN name TYPE character varying(100);

CREATE VIEW v AS
 SELECT name
   FROM users;

CREATE VIEW w AS
 SELECT name
   FROM v;

COMMENT ON VIEW v IS 'all';
GRANT SELECT ON TABLE v TO PUBLIC;

-- MIGRATE DOWN

DROP VIEW w;

DROP VIEW v;

-- Raises where a value has more than 50 characters.
-- Fails unless this is 0: SELECT count(*) FROM users WHERE length(rtrim(name)) > 50
-- Rewrites users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ALTER COLUMN name TYPE character varying(50);

CREATE VIEW v AS
 SELECT name
   FROM users;

CREATE VIEW w AS
 SELECT name
   FROM v;

COMMENT ON VIEW v IS 'all';
GRANT SELECT ON TABLE v TO PUBLIC;

-- CASE V02: a dropped column takes the view that needs it along only where that was agreed
-- refused: DESTRUCTIVE_REFUSED

-- CASE V05: a view that the scripts made by themselves is no difference
-- nothing differs

-- CASE V07, G04: first views and generated columns need no table of TypeORM
-- SCRIPT main (yes)
-- MIGRATE UP

-- Rewrites users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ADD COLUMN b integer GENERATED ALWAYS AS (a * 2) STORED;

CREATE VIEW v AS
 SELECT b
   FROM users;

-- MIGRATE DOWN

-- Drops view v.
DROP VIEW v;

-- Drops column users.b, which is computed.
ALTER TABLE users DROP COLUMN b;

-- CASE G03, G05: a stored column that is there already is no difference
-- nothing differs

-- CASE S01: a missing schema comes first
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE SCHEMA app;

CREATE TABLE app.users (
  id serial,
  CONSTRAINT users_pkey PRIMARY KEY (id)
);

-- MIGRATE DOWN

-- Drops table app.users with all its rows.
DROP TABLE app.users;

-- Drops schema app.
DROP SCHEMA app;

-- CASE S03: a constraint of the same name in another schema hides nothing
-- SCRIPT main (yes)
-- MIGRATE UP

-- Fails unless this is 0: SELECT count(id) - count(DISTINCT id) FROM users
-- Builds an index of users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ADD CONSTRAINT uq UNIQUE (id);

-- MIGRATE DOWN

ALTER TABLE users DROP CONSTRAINT uq;

-- CASE C09: a new required column is filled by what was told
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE users ADD COLUMN email text;
UPDATE users SET email = a || '@example.org';
-- Reads all of users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ALTER COLUMN email SET NOT NULL;

-- MIGRATE DOWN

-- Drops column users.email with its values.
ALTER TABLE users DROP COLUMN email;

-- CASE C09: a new required column without a value is a question
-- refused: QUESTION_OPEN

-- CASE C09b: a new required column with a default is one statement
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE users ADD COLUMN email text NOT NULL DEFAULT ''::text;

-- MIGRATE DOWN

-- Drops column users.email with its values.
ALTER TABLE users DROP COLUMN email;

-- CASE C14: a column becomes required once its missing values are filled
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  users.a keeps what was filled in.

-- MIGRATE UP

ALTER TABLE users ALTER COLUMN a SET DEFAULT 'none'::text;
UPDATE users SET a = 'none' WHERE a IS NULL;
-- Reads all of users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ALTER COLUMN a SET NOT NULL;

-- MIGRATE DOWN

ALTER TABLE users ALTER COLUMN a DROP DEFAULT;
ALTER TABLE users ALTER COLUMN a DROP NOT NULL;

-- CASE C14: with nothing to fill PostgreSQL raises where something is missing
-- SCRIPT main (yes)
-- MIGRATE UP

-- Fails unless this is 0: SELECT count(*) FROM users WHERE a IS NULL
-- Reads all of users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ALTER COLUMN a SET NOT NULL;

-- MIGRATE DOWN

ALTER TABLE users ALTER COLUMN a DROP NOT NULL;

-- CASE F04: a foreign key over orphans is refused by PostgreSQL, not by us
-- SCRIPT main (yes)
-- MIGRATE UP

-- Fails unless this is 0: SELECT count(*) FROM c AS a WHERE a.p IS NOT NULL AND NOT EXISTS (SELECT FROM p AS b WHERE b.id = a.p)
-- Reads all of c under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE c ADD CONSTRAINT c_p_fkey FOREIGN KEY (p) REFERENCES p(id);

-- MIGRATE DOWN

ALTER TABLE c DROP CONSTRAINT c_p_fkey;

-- CASE U04: a unique constraint over duplicates is refused by PostgreSQL, not by us
-- SCRIPT main (yes)
-- MIGRATE UP

-- Fails unless this is 0: SELECT count(a) - count(DISTINCT a) FROM users
-- Builds an index of users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ADD CONSTRAINT users_a_key UNIQUE (a);

-- MIGRATE DOWN

ALTER TABLE users DROP CONSTRAINT users_a_key;

-- CASE I05: an index is built concurrently in a script of its own where that was asked for
-- SCRIPT concurrently (yes)
-- MIGRATE UP
-- migrate: no-transaction

CREATE INDEX CONCURRENTLY users_a ON users (a);

-- MIGRATE DOWN
-- migrate: no-transaction

DROP INDEX CONCURRENTLY users_a;

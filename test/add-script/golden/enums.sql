-- What the cases of enums.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE E05: a value of a type that two tables share is added once, where it belongs
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TYPE status ADD VALUE 'x' BEFORE 'b';

-- MIGRATE DOWN

ALTER TYPE status RENAME TO status_old;
CREATE TYPE status AS ENUM ('a', 'b');
-- Fails while a row has 'x'.
-- Rewrites a under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE a ALTER COLUMN s TYPE status USING s::varchar::status;
-- Fails while a row has 'x'.
-- Rewrites b under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE b ALTER COLUMN s TYPE status USING s::varchar::status;
DROP TYPE status_old;

-- CASE E01: the downgrade of a new value works although a default uses the type
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TYPE status ADD VALUE 'c' AFTER 'b';

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN s DROP DEFAULT;

ALTER TYPE status RENAME TO status_old;
CREATE TYPE status AS ENUM ('a', 'b');
-- Fails while a row has 'c'.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN s TYPE status USING s::varchar::status;
DROP TYPE status_old;

ALTER TABLE t ALTER COLUMN s SET DEFAULT 'a'::status;

-- CASE E11: a new value that is the new default is committed in a script of its own first
-- SCRIPT enum values (yes)
-- MIGRATE UP
-- migrate: no-transaction

ALTER TYPE status ADD VALUE IF NOT EXISTS 'c' AFTER 'b';

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN s DROP DEFAULT;

ALTER TYPE status RENAME TO status_old;
CREATE TYPE status AS ENUM ('a', 'b');
-- Fails while a row has 'c'.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN s TYPE status USING s::varchar::status;
DROP TYPE status_old;

ALTER TABLE t ALTER COLUMN s SET DEFAULT 'a'::status;

-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE t ALTER COLUMN s SET DEFAULT 'c'::status;

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN s SET DEFAULT 'a'::status;

-- CASE E12: a new value that a partial index uses is committed first
-- SCRIPT enum values (yes)
-- MIGRATE UP
-- migrate: no-transaction

ALTER TYPE status ADD VALUE IF NOT EXISTS 'c' AFTER 'b';

-- MIGRATE DOWN

ALTER TYPE status RENAME TO status_old;
CREATE TYPE status AS ENUM ('a', 'b');
-- Fails while a row has 'c'.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN s TYPE status USING s::varchar::status;
DROP TYPE status_old;

-- SCRIPT main (yes)
-- MIGRATE UP

-- Builds an index of t under SHARE: nobody writes it meanwhile.
CREATE INDEX t_c ON t (id) WHERE (s = 'c'::status);

-- MIGRATE DOWN

DROP INDEX t_c;

-- CASE E03: a renamed value takes rows and defaults along
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TYPE status RENAME VALUE 'active' TO 'enabled';

-- MIGRATE DOWN

ALTER TYPE status RENAME VALUE 'enabled' TO 'active';

-- CASE E04: rows of a lost value get the one that was given, in arrays too
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Rows with 'b' get 'c': which they were is lost.

-- MIGRATE UP

ALTER TABLE t ALTER COLUMN s DROP DEFAULT;

ALTER TYPE status RENAME TO status_old;
CREATE TYPE status AS ENUM ('a', 'c');
-- Rows with 'b' get 'c': which they were is lost.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN l TYPE status[] USING pg_catalog.array_replace(l::varchar[], 'b', 'c')::status[];
-- Rows with 'b' get 'c': which they were is lost.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN s TYPE status USING (CASE WHEN s OPERATOR(pg_catalog.=) 'b' THEN 'c' ELSE s::varchar END)::status;
DROP TYPE status_old;

ALTER TABLE t ALTER COLUMN s SET DEFAULT 'a'::status;

-- MIGRATE DOWN

ALTER TYPE status ADD VALUE 'b' BEFORE 'c';

-- CASE rows of a lost value get the one that was given where what entities cannot say is kept
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Rows with 'b' get 'c': which they were is lost.

-- MIGRATE UP

ALTER TABLE t ALTER COLUMN s DROP DEFAULT;

ALTER TYPE status RENAME TO status_old;
CREATE TYPE status AS ENUM ('a', 'c');
-- Rows with 'b' get 'c': which they were is lost.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN l TYPE status[] USING pg_catalog.array_replace(l::varchar[], 'b', 'c')::status[];
-- Rows with 'b' get 'c': which they were is lost.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN s TYPE status USING (CASE WHEN s OPERATOR(pg_catalog.=) 'b' THEN 'c' ELSE s::varchar END)::status;
DROP TYPE status_old;

ALTER TABLE t ALTER COLUMN s SET DEFAULT 'a'::status;

-- MIGRATE DOWN

ALTER TYPE status ADD VALUE 'b' BEFORE 'c';

-- CASE a lost value of a type in use is always a question
-- refused: QUESTION_OPEN

-- CASE E04: with --map to nothing, PostgreSQL refuses while a row has the lost value
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE t ALTER COLUMN s DROP DEFAULT;

ALTER TYPE status RENAME TO status_old;
CREATE TYPE status AS ENUM ('a', 'c');
-- Fails while a row has 'b'.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN l TYPE status[] USING l::varchar[]::status[];
-- Fails while a row has 'b'.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN s TYPE status USING s::varchar::status;
DROP TYPE status_old;

ALTER TABLE t ALTER COLUMN s SET DEFAULT 'a'::status;

-- MIGRATE DOWN

ALTER TYPE status ADD VALUE 'b' BEFORE 'c';

-- CASE E04: with --map to nothing, and no row has it: the value goes
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE t ALTER COLUMN s DROP DEFAULT;

ALTER TYPE status RENAME TO status_old;
CREATE TYPE status AS ENUM ('a', 'c');
-- Fails while a row has 'b'.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN l TYPE status[] USING l::varchar[]::status[];
-- Fails while a row has 'b'.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN s TYPE status USING s::varchar::status;
DROP TYPE status_old;

ALTER TABLE t ALTER COLUMN s SET DEFAULT 'a'::status;

-- MIGRATE DOWN

ALTER TYPE status ADD VALUE 'b' BEFORE 'c';

-- CASE E09: values change places, and rows keep theirs
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE t ALTER COLUMN s DROP DEFAULT;

ALTER TYPE status RENAME TO status_old;
CREATE TYPE status AS ENUM ('c', 'a', 'b');
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN l TYPE status[] USING l::varchar[]::status[];
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN s TYPE status USING s::varchar::status;
DROP TYPE status_old;

ALTER TABLE t ALTER COLUMN s SET DEFAULT 'a'::status;

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN s DROP DEFAULT;

ALTER TYPE status RENAME TO status_old;
CREATE TYPE status AS ENUM ('a', 'b', 'c');
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN l TYPE status[] USING l::varchar[]::status[];
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN s TYPE status USING s::varchar::status;
DROP TYPE status_old;

ALTER TABLE t ALTER COLUMN s SET DEFAULT 'a'::status;

-- CASE an enum with a view, a check and a partial index on it loses a value
-- SCRIPT main (yes)
-- MIGRATE UP

DROP INDEX t_a;

DROP VIEW v;

ALTER TABLE t DROP CONSTRAINT t_s_check;

ALTER TYPE status RENAME TO status_old;
CREATE TYPE status AS ENUM ('a', 'c');
-- Fails while a row has 'b'.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN s TYPE status USING s::varchar::status;
DROP TYPE status_old;

-- Reads all of t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ADD CONSTRAINT t_s_check CHECK (s <> 'c'::status);

CREATE VIEW v AS
 SELECT s,
    n
   FROM t
  WHERE (s = 'a'::status);

-- Builds an index of t under SHARE: nobody writes it meanwhile.
CREATE INDEX t_a ON t (n) WHERE (s = 'a'::status);

-- MIGRATE DOWN

ALTER TYPE status ADD VALUE 'b' BEFORE 'c';

-- CASE a renamed table and column take their enum type along
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE users RENAME TO customers;
ALTER TABLE customers RENAME COLUMN status TO state;
ALTER TYPE users_status_enum RENAME TO customers_state_enum;
ALTER SEQUENCE users_id_seq RENAME TO customers_id_seq;
ALTER TABLE customers RENAME CONSTRAINT users_pkey TO customers_pkey;

-- MIGRATE DOWN

ALTER TABLE customers RENAME CONSTRAINT customers_pkey TO users_pkey;
ALTER SEQUENCE customers_id_seq RENAME TO users_id_seq;
ALTER TYPE customers_state_enum RENAME TO users_status_enum;
ALTER TABLE customers RENAME COLUMN state TO status;
ALTER TABLE customers RENAME TO users;

-- CASE L01: a type name that PostgreSQL cut at 63 bytes is no difference
-- nothing differs

-- CASE text becomes an enum: a text in the scripts that is no value makes a question
-- refused: QUESTION_OPEN

-- CASE what was told in vain is an error
-- refused: USAGE

-- CASE two enums, the name of one inside the name of the other, lose values in one change
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Rows with 'b' get 'a': which they were is lost.

-- MIGRATE UP

ALTER TYPE status RENAME TO status_old;
CREATE TYPE status AS ENUM ('a');
-- Rows with 'b' get 'a': which they were is lost.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN s TYPE status USING (CASE WHEN s OPERATOR(pg_catalog.=) 'b' THEN 'a' ELSE s::varchar END)::status;
DROP TYPE status_old;

ALTER TYPE user_status RENAME TO user_status_old;
CREATE TYPE user_status AS ENUM ('a');
-- Rows with 'b' get 'a': which they were is lost.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN u TYPE user_status USING (CASE WHEN u OPERATOR(pg_catalog.=) 'b' THEN 'a' ELSE u::varchar END)::user_status;
DROP TYPE user_status_old;

-- MIGRATE DOWN

ALTER TYPE status ADD VALUE 'b' AFTER 'a';

ALTER TYPE user_status ADD VALUE 'b' AFTER 'a';

-- CASE an enum that is replaced leaves the name of another type alone
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TYPE status RENAME TO status_old2;
CREATE TYPE status AS ENUM ('a');
-- Fails while a row has 'b'.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN s TYPE status USING s::varchar::status;
DROP TYPE status_old2;

-- MIGRATE DOWN

ALTER TYPE status ADD VALUE 'b' AFTER 'a';

-- CASE an enum, a domain and a composite type get the names that are told, in another schema too
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TYPE kind RENAME VALUE 'a' TO 'q';
ALTER TYPE kind RENAME VALUE 'b' TO 'r';

CREATE SCHEMA app;

ALTER TYPE kind SET SCHEMA app;
ALTER TYPE app.kind RENAME TO channel;

ALTER DOMAIN code RENAME TO word;

ALTER TYPE place RENAME TO point2;

ALTER DOMAIN word RENAME CONSTRAINT code_check TO word_check;

ALTER TYPE app.channel ADD VALUE 's' AFTER 'r';

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN k DROP DEFAULT;

ALTER TYPE app.channel RENAME TO channel_old;
CREATE TYPE app.channel AS ENUM ('q', 'r');
-- Fails while a row has 's'.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN k TYPE app.channel USING k::varchar::app.channel;
DROP TYPE app.channel_old;

ALTER TABLE t ALTER COLUMN k SET DEFAULT 'q'::app.channel;

ALTER DOMAIN word RENAME CONSTRAINT word_check TO code_check;

ALTER TYPE point2 RENAME TO place;

ALTER DOMAIN word RENAME TO code;

ALTER TYPE app.channel RENAME TO kind;
ALTER TYPE app.kind SET SCHEMA public;

DROP SCHEMA app;

ALTER TYPE kind RENAME VALUE 'r' TO 'b';
ALTER TYPE kind RENAME VALUE 'q' TO 'a';

-- CASE values that an expression of the user merges are lost to the downgrade, which says so
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  t.s keeps what the upgrade made of its values.

-- MIGRATE UP

CREATE TYPE state AS ENUM ('new', 'paid');

ALTER TABLE t ALTER COLUMN s DROP DEFAULT;
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN s TYPE state USING (CASE WHEN s = 'paid' THEN s ELSE 'new' END)::state;
ALTER TABLE t ALTER COLUMN s SET DEFAULT 'new'::state;

-- MIGRATE DOWN

-- Raises where a value has more than 10 characters.
-- Fails unless this is 0: SELECT count(*) FROM t WHERE length(rtrim(s::varchar)) > 10
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN s TYPE character varying(10);
ALTER TABLE t ALTER COLUMN s SET DEFAULT 'new'::character varying;

DROP TYPE state;

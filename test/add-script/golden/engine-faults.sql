-- What the cases of engine-faults.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE an enum value and the default that uses it come in two scripts
-- SCRIPT enum values (yes)
-- MIGRATE UP
-- migrate: no-transaction

ALTER TYPE e ADD VALUE IF NOT EXISTS 'b' AFTER 'a';

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN v DROP DEFAULT;

ALTER TYPE e RENAME TO e_old;
CREATE TYPE e AS ENUM ('a');
-- Fails while a row has 'b'.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN v TYPE e USING v::varchar::e;
DROP TYPE e_old;

ALTER TABLE t ALTER COLUMN v SET DEFAULT 'a'::e;

-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE t ALTER COLUMN v SET DEFAULT 'b'::e;

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN v SET DEFAULT 'a'::e;

-- CASE a generated column that becomes plain keeps its values
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE t ALTER COLUMN b DROP EXPRESSION;
ALTER TABLE t ALTER COLUMN b SET DEFAULT 5;

-- MIGRATE DOWN

-- Drops the values of column t.b: they are computed from now on.
ALTER TABLE t DROP COLUMN b;
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ADD COLUMN b integer GENERATED ALWAYS AS (a * 2) STORED;

-- CASE a generated column gets another expression in place
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE t ALTER COLUMN b SET EXPRESSION AS (a * 3);

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN b SET EXPRESSION AS (a * 2);

-- CASE before PostgreSQL 17 a generated column with another expression is computed anew
-- SCRIPT main (yes)
-- MIGRATE UP

DROP VIEW v;

-- Makes column t.b again, which is computed.
ALTER TABLE t DROP COLUMN b;
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ADD COLUMN b integer GENERATED ALWAYS AS (a * 3) STORED;

CREATE VIEW v AS
 SELECT t.b
   FROM t;

-- MIGRATE DOWN

DROP VIEW v;

-- Makes column t.b again, which is computed.
ALTER TABLE t DROP COLUMN b;
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ADD COLUMN b integer GENERATED ALWAYS AS (a * 2) STORED;

CREATE VIEW v AS
 SELECT t.b
   FROM t;

-- CASE a virtual column is virtual
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE TABLE u (
  a integer,
  b integer GENERATED ALWAYS AS (a * 2) VIRTUAL,
  c integer
);

ALTER TABLE t ADD COLUMN b integer GENERATED ALWAYS AS (a * 2) VIRTUAL;

-- MIGRATE DOWN

-- Drops column t.b, which is computed.
ALTER TABLE t DROP COLUMN b;

-- Drops table u with all its rows.
DROP TABLE u;

-- CASE an index of a partitioned table is made on its partitions too
-- SCRIPT main (yes)
-- MIGRATE UP

-- Builds an index of t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON t (id);

-- MIGRATE DOWN

DROP INDEX i;

-- CASE a partition with other bounds keeps its rows
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE t DETACH PARTITION t1;
-- Reads all of t1 under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ATTACH PARTITION t1 FOR VALUES FROM (0) TO (20);

-- MIGRATE DOWN

ALTER TABLE t DETACH PARTITION t1;
-- Reads all of t1 under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ATTACH PARTITION t1 FOR VALUES FROM (0) TO (10);

-- CASE names of NOT NULL: a table has those that it was given, one that changes its parent keeps its own
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE p DETACH PARTITION p1;
-- Reads all of p1 under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE q ATTACH PARTITION p1 FOR VALUES IN (1);

CREATE TABLE base (
  id integer NOT NULL,
  "At" date NOT NULL
);

CREATE TABLE child (
  CONSTRAINT dated NOT NULL "At",
  NOT NULL id
) INHERITS (base);
ALTER TABLE child ADD CONSTRAINT child_key PRIMARY KEY (id);

CREATE TABLE n (
  id serial,
  "Of" text CONSTRAINT "Named" NOT NULL DEFAULT 'x'::text,
  b integer NOT NULL,
  CONSTRAINT numbered NOT NULL id
);

DO $$
DECLARE
  rule_name pg_catalog.text := (
    SELECT k.conname FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) k.conrelid AND a.attnum OPERATOR(pg_catalog.=) k.conkey[1]
    WHERE k.conrelid OPERATOR(pg_catalog.=) 't'::pg_catalog.regclass::pg_catalog.oid
      AND k.contype OPERATOR(pg_catalog.=) 'n' AND a.attname OPERATOR(pg_catalog.=) 'a');
BEGIN
  IF rule_name OPERATOR(pg_catalog.<>) 'required' THEN
    EXECUTE pg_catalog.format('ALTER TABLE t RENAME CONSTRAINT %I TO required', rule_name);
  END IF;
END
$$;

-- MIGRATE DOWN

ALTER TABLE q DETACH PARTITION p1;
-- Reads all of p1 under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE p ATTACH PARTITION p1 FOR VALUES IN (1);

-- Drops table child with all its rows.
DROP TABLE child;

-- Drops table base with all its rows.
DROP TABLE base;

-- Drops table n with all its rows.
DROP TABLE n;

DO $$
DECLARE
  rule_name pg_catalog.text := (
    SELECT k.conname FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) k.conrelid AND a.attnum OPERATOR(pg_catalog.=) k.conkey[1]
    WHERE k.conrelid OPERATOR(pg_catalog.=) 't'::pg_catalog.regclass::pg_catalog.oid
      AND k.contype OPERATOR(pg_catalog.=) 'n' AND a.attname OPERATOR(pg_catalog.=) 'a');
BEGIN
  IF rule_name OPERATOR(pg_catalog.<>) 'needed' THEN
    EXECUTE pg_catalog.format('ALTER TABLE t RENAME CONSTRAINT %I TO needed', rule_name);
  END IF;
END
$$;

-- CASE a new partition is one statement
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);

-- MIGRATE DOWN

-- Drops table t1 with all its rows.
DROP TABLE t1;

-- CASE a table that becomes partitioned is refused rather than dropped
-- refused: DIFFERENCE_REFUSED

-- CASE privileges on a column outlive those on its table
-- SCRIPT main (yes)
-- MIGRATE UP

GRANT UPDATE (a) ON TABLE t TO PUBLIC;
GRANT SELECT ON TABLE t TO PUBLIC;

-- MIGRATE DOWN

REVOKE ALL (a) ON TABLE t FROM PUBLIC;
REVOKE ALL ON TABLE t FROM PUBLIC;

-- CASE storage, statistics targets, compression and extended statistics are compared
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE t ALTER COLUMN a SET STATISTICS 500;
ALTER TABLE t ALTER COLUMN s SET COMPRESSION pglz;
ALTER TABLE t ALTER COLUMN s SET STORAGE EXTERNAL;
CREATE STATISTICS st ON a, b FROM t;

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN a SET STATISTICS -1;
ALTER TABLE t ALTER COLUMN s SET COMPRESSION DEFAULT;
ALTER TABLE t ALTER COLUMN s SET STORAGE EXTENDED;
DROP STATISTICS IF EXISTS st;

-- CASE casts that are the same on both sides are none of our business
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE TABLE t (
  v e
);

-- MIGRATE DOWN

-- Drops table t with all its rows.
DROP TABLE t;

-- CASE narrowing raises instead of cutting when nothing else was told
-- SCRIPT main (yes)
-- MIGRATE UP

-- Raises where a value has more than 5 characters.
-- Fails unless this is 0: SELECT count(*) FROM t WHERE length(rtrim(v)) > 5
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN v TYPE character varying(5);

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN v TYPE character varying(50);

-- CASE narrowing cuts only where that was told, and says so
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Cuts t.v from character varying(50) to character varying(5): what is longer than 5 characters is lost.

-- MIGRATE UP

-- Cuts t.v from character varying(50) to character varying(5): what is longer than 5 characters is lost.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN v TYPE character varying(5) USING left(v, 5);

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN v TYPE character varying(50);

-- CASE varchar(50) becomes varchar(5): a question
-- refused: QUESTION_OPEN

-- CASE numeric becomes int: a question
-- refused: QUESTION_OPEN

-- CASE bigint becomes int: a question
-- refused: QUESTION_OPEN

-- CASE numeric(10,4) becomes numeric(10,2): a question
-- refused: QUESTION_OPEN

-- CASE timestamptz becomes date: a question
-- refused: QUESTION_OPEN

-- CASE double precision becomes real: a question
-- refused: QUESTION_OPEN

-- CASE text becomes timestamptz: a question
-- refused: QUESTION_OPEN

-- CASE int becomes boolean: a question
-- refused: QUESTION_OPEN

-- CASE text with a default becomes an enum in the right order
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  t.v keeps what was filled in.

-- MIGRATE UP

CREATE TYPE e AS ENUM ('a', 'b');

ALTER TABLE t ALTER COLUMN v DROP DEFAULT;
-- Raises on a text that is no value of e.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN v TYPE e USING v::e;
ALTER TABLE t ALTER COLUMN v SET DEFAULT 'b'::e;
UPDATE t SET v = 'b' WHERE v IS NULL;
-- Reads all of t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN v SET NOT NULL;

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN v DROP NOT NULL;
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN v TYPE text;
ALTER TABLE t ALTER COLUMN v SET DEFAULT 'a'::text;

DROP TYPE e;

-- CASE a materialized view on a changed column is made again, with its index
-- SCRIPT main (yes)
-- MIGRATE UP

DROP MATERIALIZED VIEW m;

-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN a TYPE bigint;

CREATE MATERIALIZED VIEW m AS
 SELECT a
   FROM t;
CREATE INDEX i ON m (a);

-- MIGRATE DOWN

DROP MATERIALIZED VIEW m;

-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM t WHERE a NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN a TYPE integer;

CREATE MATERIALIZED VIEW m AS
 SELECT a
   FROM t;
CREATE INDEX i ON m (a);

-- CASE everything that depends on a dropped table goes, agreed to
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Drops table t with all its rows.

-- MIGRATE UP

-- Drops view v.
DROP VIEW v;

ALTER TABLE c DROP CONSTRAINT c_id_fkey;

-- Drops function f().
DROP FUNCTION f();

-- Drops table t with all its rows.
DROP TABLE t;

-- MIGRATE DOWN

CREATE TABLE t (
  id serial,
  CONSTRAINT t_pkey PRIMARY KEY (id)
);

CREATE FUNCTION f()
 RETURNS SETOF t
 LANGUAGE sql
AS $function$SELECT * FROM t$function$;

CREATE VIEW v AS
 SELECT id
   FROM t;

-- Rows for the keys that c still holds; their other values are lost.
INSERT INTO t (id) OVERRIDING SYSTEM VALUE SELECT DISTINCT id FROM c WHERE id IS NOT NULL ON CONFLICT DO NOTHING;
SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('t', 'id'), COALESCE(pg_catalog.max(id), 0) OPERATOR(pg_catalog.+) 1, false) FROM t;

-- Fails unless this is 0: SELECT count(*) FROM c AS a WHERE a.id IS NOT NULL
-- Reads all of c under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE c ADD CONSTRAINT c_id_fkey FOREIGN KEY (id) REFERENCES t(id);

-- CASE functions, overloads and what calls them come in an order that works
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE TABLE t (
  a integer
);

CREATE FUNCTION f(integer)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT $1 + 1$function$;

CREATE FUNCTION f(text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT $1$function$;

CREATE FUNCTION g()
 RETURNS bigint
 LANGUAGE sql
AS $function$SELECT count(*) FROM t$function$;

CREATE VIEW v AS
 SELECT f(t.a) AS f
   FROM t,
    g() g(g);

ALTER TABLE t ADD COLUMN b integer DEFAULT f(1);
ALTER TABLE t ADD CONSTRAINT t_a_check CHECK (f(a) > 0);
CREATE INDEX i ON t (f(a));

-- MIGRATE DOWN

-- Drops view v.
DROP VIEW v;

-- Drops function f(text).
DROP FUNCTION f(text);

-- Drops function g().
DROP FUNCTION g();

-- Drops table t with all its rows.
DROP TABLE t;

-- Drops function f(integer).
DROP FUNCTION f(integer);

-- CASE composite types, domains, ranges and multiple schemas
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE SCHEMA s;

CREATE TYPE r AS RANGE (SUBTYPE = double precision, MULTIRANGE_TYPE_NAME = r_multirange);

ALTER DOMAIN d DROP CONSTRAINT d_check;
ALTER DOMAIN d ADD CONSTRAINT d_check CHECK (VALUE > 1);

CREATE TABLE s.t (
  y integer
);

ALTER TABLE t ADD COLUMN w c;
ALTER TABLE t ADD COLUMN x r;

ALTER TYPE c ADD ATTRIBUTE b text CASCADE;

-- MIGRATE DOWN

ALTER DOMAIN d DROP CONSTRAINT d_check;
ALTER DOMAIN d ADD CONSTRAINT d_check CHECK (VALUE > 0);

-- Drops attribute c.b.
ALTER TYPE c DROP ATTRIBUTE b CASCADE;

-- Drops column t.w with its values.
ALTER TABLE t DROP COLUMN w;
-- Drops column t.x with its values.
ALTER TABLE t DROP COLUMN x;

DROP TYPE r;

-- Drops table s.t with all its rows.
DROP TABLE s.t;

-- Drops schema s.
DROP SCHEMA s;

-- CASE a rule of a domain is renamed as a domain has it
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER DOMAIN d RENAME CONSTRAINT pos TO "is Positive";

-- MIGRATE DOWN

ALTER DOMAIN d RENAME CONSTRAINT "is Positive" TO pos;

-- CASE a key takes over an index that rules of partitions are attached to
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE m DETACH PARTITION ma;

ALTER TABLE mb DETACH PARTITION mb1;
ALTER TABLE mb1 DROP CONSTRAINT mb1_own;
-- Reads all of mb1 under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE mb ATTACH PARTITION mb1 FOR VALUES IN (2);

DROP INDEX m_key;

-- Reads all of ma under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE m ATTACH PARTITION ma FOR VALUES IN ('a');

-- Builds an index of m under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE m ADD CONSTRAINT m_key PRIMARY KEY (s, id);

-- MIGRATE DOWN

ALTER TABLE m DROP CONSTRAINT m_key;

-- Fails unless this is 0: SELECT count(*) - count(DISTINCT (s, id)) FROM ma WHERE (s, id) IS NOT NULL
-- Builds an index of ma under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE ma ADD CONSTRAINT ma_pkey PRIMARY KEY (s, id);

-- Fails unless this is 0: SELECT count(*) - count(DISTINCT (s, id)) FROM mb1 WHERE (s, id) IS NOT NULL
-- Builds an index of mb1 under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE mb1 ADD CONSTRAINT mb1_own UNIQUE (s, id);

-- Builds an index of m under SHARE: nobody writes it meanwhile.
CREATE UNIQUE INDEX m_key ON m (s, id);

-- CASE the tags of an event trigger are written in the order in which they were declared
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE EVENT TRIGGER "on DDL" ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE') EXECUTE FUNCTION f();

-- MIGRATE DOWN

-- Drops event trigger on DDL.
DROP EVENT TRIGGER "on DDL";

-- CASE a bit string of fixed length gets the bits that it lacks, and the downgrade takes them off
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  t.b keeps the first 4 bits.

-- MIGRATE UP

-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN b TYPE bit(8) USING b::bit(8);

-- MIGRATE DOWN

-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN b TYPE bit(4) USING b::bit(4);

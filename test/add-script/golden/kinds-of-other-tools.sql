-- What the cases of kinds-of-other-tools.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE a NOT NULL that is NOT VALID is added without a look at the rows and 9 others
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  case2.t.a keeps what was filled in.
--  case6.t.a keeps what was filled in.
--  case9.t.a keeps what was filled in.

-- MIGRATE UP

ALTER TABLE case3.t DROP CONSTRAINT nn;

ALTER TABLE case6.t ALTER CONSTRAINT t_a_not_null INHERIT;

CREATE TABLE case4.t (
  a integer
);

ALTER TABLE case9.t ADD COLUMN b integer NOT NULL DEFAULT 1;

UPDATE case2.t SET a = 0 WHERE a IS NULL;
-- Reads all of case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ALTER COLUMN a SET NOT NULL;

UPDATE case6.t SET a = 0 WHERE a IS NULL;
-- Reads all of case6.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case6.t ALTER COLUMN a SET NOT NULL;

UPDATE case9.t SET a = 0 WHERE a IS NULL;
-- Reads all of case9.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case9.t ALTER COLUMN a SET NOT NULL;
DO $$
DECLARE
  rule_name pg_catalog.text := (
    SELECT k.conname FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) k.conrelid AND a.attnum OPERATOR(pg_catalog.=) k.conkey[1]
    WHERE k.conrelid OPERATOR(pg_catalog.=) 'case9.t'::pg_catalog.regclass::pg_catalog.oid
      AND k.contype OPERATOR(pg_catalog.=) 'n' AND a.attname OPERATOR(pg_catalog.=) 'a');
BEGIN
  IF rule_name OPERATOR(pg_catalog.<>) 'one' THEN
    EXECUTE pg_catalog.format('ALTER TABLE case9.t RENAME CONSTRAINT %I TO one', rule_name);
  END IF;
END
$$;
DO $$
DECLARE
  rule_name pg_catalog.text := (
    SELECT k.conname FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) k.conrelid AND a.attnum OPERATOR(pg_catalog.=) k.conkey[1]
    WHERE k.conrelid OPERATOR(pg_catalog.=) 'case9.t'::pg_catalog.regclass::pg_catalog.oid
      AND k.contype OPERATOR(pg_catalog.=) 'n' AND a.attname OPERATOR(pg_catalog.=) 'b');
BEGIN
  IF rule_name OPERATOR(pg_catalog.<>) 'two' THEN
    EXECUTE pg_catalog.format('ALTER TABLE case9.t RENAME CONSTRAINT %I TO two', rule_name);
  END IF;
END
$$;

DO $$
DECLARE
  rule_name pg_catalog.text := (
    SELECT k.conname FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) k.conrelid AND a.attnum OPERATOR(pg_catalog.=) k.conkey[1]
    WHERE k.conrelid OPERATOR(pg_catalog.=) 'case7."T%t"'::pg_catalog.regclass::pg_catalog.oid
      AND k.contype OPERATOR(pg_catalog.=) 'n' AND a.attname OPERATOR(pg_catalog.=) 'A''a');
BEGIN
  IF rule_name OPERATOR(pg_catalog.<>) 'Two%' THEN
    EXECUTE pg_catalog.format('ALTER TABLE case7."T%%t" RENAME CONSTRAINT %I TO "Two%%"', rule_name);
  END IF;
END
$$;

DO $$
DECLARE
  rule_name pg_catalog.text := (
    SELECT k.conname FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) k.conrelid AND a.attnum OPERATOR(pg_catalog.=) k.conkey[1]
    WHERE k.conrelid OPERATOR(pg_catalog.=) 'case8.t'::pg_catalog.regclass::pg_catalog.oid
      AND k.contype OPERATOR(pg_catalog.=) 'n' AND a.attname OPERATOR(pg_catalog.=) 'a');
BEGIN
  IF rule_name OPERATOR(pg_catalog.<>) 'two' THEN
    EXECUTE pg_catalog.format('ALTER TABLE case8.t RENAME CONSTRAINT %I TO two', rule_name);
  END IF;
END
$$;

ALTER TABLE case1.t ADD CONSTRAINT nn NOT NULL a NOT VALID;

COMMENT ON CONSTRAINT nn ON case10.t IS 'why';

ALTER TABLE case4.t ADD CONSTRAINT nn NOT NULL a NOT VALID;

ALTER TABLE case5.t ADD CONSTRAINT nn NOT NULL a NO INHERIT;

-- MIGRATE DOWN

ALTER TABLE case1.t DROP CONSTRAINT nn;

COMMENT ON CONSTRAINT nn ON case10.t IS NULL;

ALTER TABLE case5.t DROP CONSTRAINT nn;

-- Drops column case9.t.b with its values.
ALTER TABLE case9.t DROP COLUMN b;
ALTER TABLE case9.t ALTER COLUMN a DROP NOT NULL;

-- Drops table case4.t with all its rows.
DROP TABLE case4.t;

ALTER TABLE case2.t ALTER COLUMN a DROP NOT NULL;
ALTER TABLE case2.t ADD CONSTRAINT nn NOT NULL a NOT VALID;

ALTER TABLE case6.t ALTER COLUMN a DROP NOT NULL;
ALTER TABLE case6.t ADD CONSTRAINT t_a_not_null NOT NULL a NO INHERIT;

DO $$
DECLARE
  rule_name pg_catalog.text := (
    SELECT k.conname FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) k.conrelid AND a.attnum OPERATOR(pg_catalog.=) k.conkey[1]
    WHERE k.conrelid OPERATOR(pg_catalog.=) 'case7."T%t"'::pg_catalog.regclass::pg_catalog.oid
      AND k.contype OPERATOR(pg_catalog.=) 'n' AND a.attname OPERATOR(pg_catalog.=) 'A''a');
BEGIN
  IF rule_name OPERATOR(pg_catalog.<>) 'one' THEN
    EXECUTE pg_catalog.format('ALTER TABLE case7."T%%t" RENAME CONSTRAINT %I TO one', rule_name);
  END IF;
END
$$;

DO $$
DECLARE
  rule_name pg_catalog.text := (
    SELECT k.conname FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) k.conrelid AND a.attnum OPERATOR(pg_catalog.=) k.conkey[1]
    WHERE k.conrelid OPERATOR(pg_catalog.=) 'case8.t'::pg_catalog.regclass::pg_catalog.oid
      AND k.contype OPERATOR(pg_catalog.=) 'n' AND a.attname OPERATOR(pg_catalog.=) 'a');
BEGIN
  IF rule_name OPERATOR(pg_catalog.<>) 't_a_not_null' THEN
    EXECUTE pg_catalog.format('ALTER TABLE case8.t RENAME CONSTRAINT %I TO t_a_not_null', rule_name);
  END IF;
END
$$;

ALTER TABLE case3.t ADD CONSTRAINT nn NOT NULL a NOT VALID;

-- CASE privileges on the sequence of an identity are written and 5 others
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Drops table case6.t with all its rows.

-- MIGRATE UP

DROP INDEX case6.i;
ALTER TABLE case6.t DROP CONSTRAINT c;

REVOKE USAGE ON SEQUENCE case2.t_id_seq FROM pg_monitor;

-- Drops function case6.f(case6.t).
DROP FUNCTION case6.f(case6.t);

ALTER TABLE case3.t ALTER COLUMN id DROP DEFAULT;
DROP SEQUENCE case3.t_id_seq;
ALTER TABLE case3.t ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY;

ALTER TABLE case2.t ALTER COLUMN id DROP IDENTITY;

-- Reads all of case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('case3.t', 'id'), COALESCE(pg_catalog.max(id), 0) OPERATOR(pg_catalog.+) 1, false) FROM case3.t;

CREATE TABLE case4.p (
  a integer,
  b integer
) PARTITION BY LIST ((((a >= 1) AND (a <= 5) AND (b > 0))));

CREATE TABLE case5.t (
  a integer,
  b text
);

CREATE FUNCTION case4.f(x boolean DEFAULT ((1 >= 0) AND (1 <= 2) AND (now() > '2000-01-01 00:00:00+00'::timestamp with time zone)))
 RETURNS integer
 LANGUAGE sql
AS $function$SELECT 1$function$;

-- Fails unless this is 0: SELECT count(*) FROM case4.t WHERE NOT ((a >= 1) AND (a <= 5) AND (b > 0))
-- Reads all of case4.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case4.t ADD CONSTRAINT k CHECK ((a >= 1) AND (a <= 5) AND (b > 0));

CREATE VIEW case4.v AS
 SELECT a
   FROM case4.t
  WHERE ((a >= 1) AND (a <= 5) AND (b > 0));

-- Builds an index of case4.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case4.t (a) WHERE ((a < 1) OR (a > 5) OR (b > 0));

GRANT USAGE ON SEQUENCE case1.t_id_seq TO pg_monitor;

GRANT USAGE ON SEQUENCE case3.t_id_seq TO pg_monitor;

ALTER SEQUENCE case5.s SET UNLOGGED;

ALTER TABLE case5.t OF case5.c;

-- Move the values here.
-- Drops table case6.t with all its rows.
DROP TABLE case6.t;

-- MIGRATE DOWN

REVOKE USAGE ON SEQUENCE case1.t_id_seq FROM pg_monitor;

REVOKE USAGE ON SEQUENCE case3.t_id_seq FROM pg_monitor;

ALTER SEQUENCE case5.s SET LOGGED;

DROP INDEX case4.i;

-- Drops view case4.v.
DROP VIEW case4.v;

ALTER TABLE case4.t DROP CONSTRAINT k;

-- Drops function case4.f(boolean).
DROP FUNCTION case4.f(boolean);

-- Drops table case4.p with all its rows.
DROP TABLE case4.p;

-- Drops table case5.t with all its rows.
DROP TABLE case5.t;

ALTER TABLE case2.t ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;

-- Reads all of case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('case2.t', 'id'), COALESCE(pg_catalog.max(id), 0) OPERATOR(pg_catalog.+) 1, false) FROM case2.t;

ALTER TABLE case3.t ALTER COLUMN id DROP IDENTITY;
CREATE SEQUENCE case3.t_id_seq AS integer;
ALTER SEQUENCE case3.t_id_seq OWNED BY case3.t.id;
ALTER TABLE case3.t ALTER COLUMN id SET DEFAULT nextval('case3.t_id_seq'::regclass);

CREATE TABLE case6.t (
  a integer
);

-- Reads all of case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
SELECT pg_catalog.setval('case3.t_id_seq', COALESCE(pg_catalog.max(id), 0) OPERATOR(pg_catalog.+) 1, false) FROM case3.t;

CREATE FUNCTION case6.f(case6.t)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT ($1).a$function$;

GRANT USAGE ON SEQUENCE case3.t_id_seq TO pg_monitor;

ALTER TABLE case6.t ADD CONSTRAINT c CHECK (case6.f(t.*) > 0);
CREATE INDEX i ON case6.t (case6.f(t.*));

GRANT USAGE ON SEQUENCE case2.t_id_seq TO pg_monitor;

-- CASE a function returns another type below what calls it, together with the columns and 8 others
-- SCRIPT main (yes)
-- MIGRATE UP

DROP VIEW case1.v;

-- Makes column case1.t.b again, which is computed.
ALTER TABLE case1.t DROP COLUMN b;
ALTER TABLE case1.t ALTER COLUMN a DROP DEFAULT;
DROP INDEX case1.i;
ALTER TABLE case1.t DROP CONSTRAINT c;

ALTER DOMAIN case1.d DROP DEFAULT;

DROP CAST (case6.mood AS text);

DROP OPERATOR case5.=~= (text, text);

ALTER TEXT SEARCH CONFIGURATION case8.c DROP MAPPING FOR asciiword, word;

DROP INDEX case3.i;
ALTER TABLE case3.t DROP CONSTRAINT c;

ALTER DOMAIN case1.d DROP CONSTRAINT c;

DROP FUNCTION case1.f();

DROP FUNCTION case1.g(integer);

CREATE TABLE case9.t (
  a integer
);

-- Rewrites case1.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case1.t ALTER COLUMN a TYPE bigint;

ALTER TABLE case3.t ALTER COLUMN a TYPE text;

CREATE FUNCTION case1.f()
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT 1::bigint$function$;

CREATE FUNCTION case1.g(integer)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT ($1 + 1)::bigint$function$;

CREATE FUNCTION case2.same(text, text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT lower($1) = lower($2)$function$;

CREATE FUNCTION case4.less(text, text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT $1 < $2$function$;

CREATE FUNCTION case4.order_of(text, text)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT length($1) - length($2)$function$;

-- Fails unless this is 0: SELECT count(*) FROM case3.t WHERE NOT (a OPERATOR(apart.=~=) 'y'::text)
-- Reads all of case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.t ADD CONSTRAINT c CHECK (a OPERATOR(apart.=~=) 'y'::text);
-- Builds an index of case3.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case3.t (a) WHERE (a OPERATOR(apart.=~=) 'y'::text);

-- Rewrites case1.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case1.t ADD COLUMN b bigint GENERATED ALWAYS AS (case1.g(id)) STORED;

CREATE VIEW case1.v AS
 SELECT case1.g(id) AS g,
    b
   FROM case1.t;

ALTER TABLE case1.t ALTER COLUMN a SET DEFAULT case1.f();
-- Fails unless this is 0: SELECT count(*) FROM case1.t WHERE NOT (case1.g(id) > (0)::bigint)
-- Reads all of case1.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case1.t ADD CONSTRAINT c CHECK (case1.g(id) > (0)::bigint);
-- Builds an index of case1.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case1.t (case1.g(id));

ALTER DOMAIN case1.d ADD CONSTRAINT c CHECK (case1.g(VALUE) > (0)::bigint);

CREATE ACCESS METHOD m TYPE TABLE HANDLER heap_tableam_handler;
CREATE CAST (case6.mood AS text) WITH INOUT AS ASSIGNMENT;
CREATE CAST (integer AS case6.mood) WITH FUNCTION case6.as_mood(integer);
CREATE LANGUAGE l HANDLER plpgsql_call_handler;

CREATE OPERATOR case2.=~= (FUNCTION = case2.same, LEFTARG = text, RIGHTARG = text, COMMUTATOR = OPERATOR(case2.=~=), HASHES, MERGES);

CREATE OPERATOR FAMILY case4.f USING btree;
ALTER OPERATOR FAMILY case4.f USING btree ADD OPERATOR 1 pg_catalog.< (integer, bigint);
CREATE OPERATOR case4.<~ (FUNCTION = case4.less, LEFTARG = text, RIGHTARG = text, RESTRICT = scalarltsel);

CREATE OPERATOR case5.=~= (FUNCTION = case5.same, LEFTARG = text, RIGHTARG = text, COMMUTATOR = OPERATOR(case5.=~=));

CREATE TEXT SEARCH CONFIGURATION case7.c (PARSER = pg_catalog."default");
CREATE TEXT SEARCH DICTIONARY case7.d (TEMPLATE = pg_catalog.snowball, language = 'english');
ALTER TEXT SEARCH CONFIGURATION case7.c ADD MAPPING FOR asciiword, word WITH case7.d, pg_catalog.simple;
ALTER TEXT SEARCH CONFIGURATION case7.c ADD MAPPING FOR numword, email, url, host, sfloat, version, hword_numpart, hword_part, hword_asciipart, numhword, asciihword, hword, url_path, file, "float", "int", uint WITH pg_catalog.simple;

COMMENT ON TEXT SEARCH DICTIONARY case8.d IS 'd';
ALTER TEXT SEARCH DICTIONARY case8.d (language = 'german');
ALTER TEXT SEARCH CONFIGURATION case8.c ADD MAPPING FOR asciiword, word WITH case8.d, pg_catalog.simple;

CREATE CONVERSION case9.c FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;

ALTER TABLE case9.t SET ACCESS METHOD m;

-- Rewrites case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ADD COLUMN b boolean GENERATED ALWAYS AS (a OPERATOR(case2.=~=) 'x'::text) STORED;

ALTER DOMAIN case1.d SET DEFAULT case1.f();

-- Fails unless this is 0: SELECT count(*) FROM case2.t WHERE NOT (a OPERATOR(case2.=~=) 'x'::text)
-- Reads all of case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ADD CONSTRAINT c CHECK (a OPERATOR(case2.=~=) 'x'::text);

CREATE VIEW case2.v AS
 SELECT a
   FROM case2.t
  WHERE (a OPERATOR(case2.=~=) 'x'::text);

CREATE VIEW case6.v AS
 SELECT (1)::case6.mood AS a;

-- Builds an index of case2.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case2.t (a) WHERE (a OPERATOR(case2.=~=) 'x'::text);
CREATE POLICY p ON case2.t FOR ALL TO PUBLIC USING ((a OPERATOR(case2.=~=) 'x'::text));

-- Builds an index of case7.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case7.t USING gin (to_tsvector('case7.c'::regconfig, a));

COMMENT ON OPERATOR case2.=~= (text, text) IS 'alike';

CREATE OPERATOR CLASS case4.c FOR TYPE text USING btree FAMILY case4.f AS OPERATOR 1 case4.<~ (text, text), FUNCTION 1 (text, text) case4.order_of(text,text);

COMMENT ON OPERATOR case5.=~= (text, text) IS 'alike';

-- Builds an index of case4.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case4.t (a case4.c);

-- MIGRATE DOWN

DROP VIEW case1.v;

-- Makes column case1.t.b again, which is computed.
ALTER TABLE case1.t DROP COLUMN b;
ALTER TABLE case1.t ALTER COLUMN a DROP DEFAULT;
DROP INDEX case1.i;
ALTER TABLE case1.t DROP CONSTRAINT c;

ALTER DOMAIN case1.d DROP DEFAULT;

DROP CAST (case6.mood AS text);
DROP CAST (integer AS case6.mood);
DROP LANGUAGE l;

DROP OPERATOR case5.=~= (text, text);

COMMENT ON TEXT SEARCH DICTIONARY case8.d IS NULL;
ALTER TEXT SEARCH CONFIGURATION case8.c DROP MAPPING FOR asciiword, word;

DROP CONVERSION case9.c;

-- Drops policy case2.t.p.
DROP POLICY p ON case2.t;
DROP INDEX case2.i;

DROP INDEX case3.i;
ALTER TABLE case3.t DROP CONSTRAINT c;

DROP INDEX case4.i;

DROP INDEX case7.i;

-- Drops view case2.v.
DROP VIEW case2.v;

-- Drops view case6.v.
DROP VIEW case6.v;

ALTER DOMAIN case1.d DROP CONSTRAINT c;

ALTER TABLE case2.t DROP CONSTRAINT c;

DROP FUNCTION case1.f();

DROP FUNCTION case1.g(integer);

-- Drops column case2.t.b, which is computed.
ALTER TABLE case2.t DROP COLUMN b;

-- Drops table case9.t with all its rows.
DROP TABLE case9.t;

-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM case1.t WHERE a NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites case1.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case1.t ALTER COLUMN a TYPE integer;

ALTER TABLE case3.t ALTER COLUMN a TYPE character varying;

CREATE FUNCTION case1.f()
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT 1::int$function$;

CREATE FUNCTION case1.g(integer)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT ($1 + 1)::int$function$;

-- Fails unless this is 0: SELECT count(*) FROM case3.t WHERE NOT ((a)::text OPERATOR(apart.=~=) 'x'::text)
-- Reads all of case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.t ADD CONSTRAINT c CHECK ((a)::text OPERATOR(apart.=~=) 'x'::text);
-- Builds an index of case3.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case3.t (a) WHERE ((a)::text OPERATOR(apart.=~=) 'x'::text);

-- Rewrites case1.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case1.t ADD COLUMN b integer GENERATED ALWAYS AS (case1.g(id)) STORED;

CREATE VIEW case1.v AS
 SELECT case1.g(id) AS g,
    b
   FROM case1.t;

ALTER TABLE case1.t ALTER COLUMN a SET DEFAULT case1.f();
-- Fails unless this is 0: SELECT count(*) FROM case1.t WHERE NOT (case1.g(id) > 0)
-- Reads all of case1.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case1.t ADD CONSTRAINT c CHECK (case1.g(id) > 0);
-- Builds an index of case1.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case1.t (case1.g(id));

ALTER DOMAIN case1.d ADD CONSTRAINT c CHECK (case1.g(VALUE) > 0);

CREATE CAST (case6.mood AS text) WITH INOUT;

CREATE OPERATOR case5.=~= (FUNCTION = case5.same, LEFTARG = text, RIGHTARG = text, COMMUTATOR = OPERATOR(case5.=~=), HASHES, MERGES);

ALTER TEXT SEARCH DICTIONARY case8.d (language = 'english');
ALTER TEXT SEARCH CONFIGURATION case8.c ADD MAPPING FOR asciiword, word WITH case8.d;

DROP ACCESS METHOD m;

DROP OPERATOR case2.=~= (text, text);

DROP OPERATOR CLASS case4.c USING btree;
DROP OPERATOR FAMILY case4.f USING btree;
DROP OPERATOR case4.<~ (text, text);

DROP TEXT SEARCH CONFIGURATION case7.c;
DROP TEXT SEARCH DICTIONARY case7.d;

-- Drops function case2.same(text, text).
DROP FUNCTION case2.same(text, text);

-- Drops function case4.less(text, text).
DROP FUNCTION case4.less(text, text);

-- Drops function case4.order_of(text, text).
DROP FUNCTION case4.order_of(text, text);

ALTER DOMAIN case1.d SET DEFAULT case1.f();

COMMENT ON OPERATOR case5.=~= (text, text) IS 'alike';

-- CASE a child of two parents is made with both and 4 others
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Drops table case4.p2 with all its rows.

-- MIGRATE UP

ALTER TABLE case4.c NO INHERIT case4.p2;

ALTER TABLE case5.c NO INHERIT case5.p1;
ALTER TABLE case5.c INHERIT case5.p3;

-- Drops table case4.p2 with all its rows.
DROP TABLE case4.p2;

CREATE TABLE case1.c (
  a text DEFAULT 'z'::text,
  x integer
) INHERITS (case1.p1, case1.p2);

ALTER TABLE case2.p1 ADD COLUMN x integer;

ALTER TABLE case3.p2 ADD COLUMN a text;
-- Fails unless this is 0: SELECT count(*) FROM case3.p2 WHERE NOT (id > 0)
-- Reads all of case3.p2 under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.p2 ADD CONSTRAINT k CHECK (id > 0);

-- Fails unless this is 0: SELECT count(*) FROM case3.p1 WHERE NOT (id > 0)
-- Reads all of case3.p1 under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.p1 ADD CONSTRAINT k CHECK (id > 0);

-- MIGRATE DOWN

ALTER TABLE case5.c NO INHERIT case5.p2;
ALTER TABLE case5.c NO INHERIT case5.p3;
ALTER TABLE case5.c INHERIT case5.p1;
ALTER TABLE case5.c INHERIT case5.p2;

ALTER TABLE case3.p1 DROP CONSTRAINT k;

ALTER TABLE case3.p2 DROP CONSTRAINT k;
-- Drops column case3.p2.a with its values.
ALTER TABLE case3.p2 DROP COLUMN a;

-- Drops column case2.p1.x with its values.
ALTER TABLE case2.p1 DROP COLUMN x;

-- Drops table case1.c with all its rows.
DROP TABLE case1.c;

CREATE TABLE case4.p2 (
  id integer,
  b text
);

ALTER TABLE case4.c INHERIT case4.p2;

-- CASE a partition computes a column otherwise than its parent and 3 others
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE case2.c ALTER COLUMN b SET EXPRESSION AS (a * 2);

CREATE TABLE case1.c PARTITION OF case1.p (b GENERATED ALWAYS AS (a * 22) STORED) FOR VALUES IN (1);

ALTER PUBLICATION generating SET (publish_generated_columns = stored);

ALTER FUNCTION case3.f() DEPENDS ON EXTENSION plpgsql;

ALTER INDEX case3.i DEPENDS ON EXTENSION plpgsql;

-- MIGRATE DOWN

ALTER PUBLICATION generating SET (publish_generated_columns = none);

ALTER FUNCTION case3.f() NO DEPENDS ON EXTENSION plpgsql;

ALTER INDEX case3.i NO DEPENDS ON EXTENSION plpgsql;

-- Drops table case1.c with all its rows.
DROP TABLE case1.c;

ALTER TABLE case2.c ALTER COLUMN b SET EXPRESSION AS (a * 22);

-- CASE aggregates of any number of arguments are made and dropped as such and 4 others
-- SCRIPT main (yes)
-- MIGRATE UP

-- Drops aggregate case1.one(integer[]).
DROP AGGREGATE case1.one(VARIADIC integer[]);

CREATE COLLATION case2.c (PROVIDER = icu, LOCALE = 'und', RULES = '&a < g');

CREATE TABLE case2.t ();
ALTER TABLE case2.t ADD COLUMN a text COLLATE case2.c;

CREATE FOREIGN TABLE case3.f PARTITION OF case3.p FOR VALUES IN (1) SERVER w3;

CREATE FOREIGN TABLE case3.g () INHERITS (case3.q) SERVER w3;
ALTER TABLE case3.g ADD COLUMN b integer;

CREATE AGGREGATE case1.ranked(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, FINALFUNC_MODIFY = READ_WRITE, MFINALFUNC_MODIFY = READ_WRITE, HYPOTHETICAL);

CREATE AGGREGATE case1.two(VARIADIC integer[]) (SFUNC = array_cat, STYPE = integer[]);

COMMENT ON AGGREGATE case1.two(VARIADIC integer[]) IS 'two';

GRANT USAGE ON LANGUAGE plpgsql TO pg_monitor;
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;

ALTER INDEX case5.k SET (fillfactor=70);
ALTER TABLE case5.t SET (toast.autovacuum_enabled=false);

-- MIGRATE DOWN

REVOKE USAGE ON LANGUAGE plpgsql FROM pg_monitor;
GRANT USAGE ON LANGUAGE plpgsql TO PUBLIC;

ALTER INDEX case5.k RESET (fillfactor);
ALTER TABLE case5.t RESET (toast.autovacuum_enabled);

-- Drops aggregate case1.ranked("any").
DROP AGGREGATE case1.ranked(VARIADIC "any" ORDER BY VARIADIC "any");

-- Drops aggregate case1.two(integer[]).
DROP AGGREGATE case1.two(VARIADIC integer[]);

-- Drops foreign table case3.f.
DROP FOREIGN TABLE case3.f;

-- Drops foreign table case3.g.
DROP FOREIGN TABLE case3.g;

-- Drops table case2.t with all its rows.
DROP TABLE case2.t;

DROP COLLATION case2.c;

CREATE AGGREGATE case1.one(VARIADIC integer[]) (SFUNC = array_cat, STYPE = integer[]);

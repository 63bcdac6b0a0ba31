-- What the cases of in-the-way.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE a type changes under a generated column, its index and its view and 5 others
-- SCRIPT main (yes)
-- MIGRATE UP

DROP VIEW case1.v;

ALTER TABLE case2.c DROP CONSTRAINT c_g_fkey;

ALTER TABLE case2.t DROP CONSTRAINT t_g_key;
-- Makes column case2.t.g again, which is computed.
ALTER TABLE case2.t DROP COLUMN g;
-- Raises where a value is out of the range of smallint.
-- Fails unless this is 0: SELECT count(*) FROM case2.t WHERE a NOT BETWEEN -32768 AND 32767
-- Rewrites case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ALTER COLUMN a TYPE smallint;
-- Rewrites case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ADD COLUMN g integer GENERATED ALWAYS AS (a + 1) STORED NOT NULL;
-- Builds an index of case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ADD CONSTRAINT t_g_key UNIQUE (g);

-- Makes column case1.t.search again, which is computed.
ALTER TABLE case1.t DROP COLUMN search;
-- Raises where a value has more than 50 characters.
-- Fails unless this is 0: SELECT count(*) FROM case1.t WHERE length(rtrim(subject)) > 50
-- Rewrites case1.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case1.t ALTER COLUMN subject TYPE character varying(50);
-- Rewrites case1.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case1.t ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, (subject)::text)) STORED;

-- Makes column case3.t.g again, which is computed.
ALTER TABLE case3.t DROP COLUMN g;
-- Rewrites case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.t ALTER COLUMN a TYPE bigint;
-- Rewrites case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.t ADD COLUMN g bigint GENERATED ALWAYS AS (a * 3) STORED;

-- Makes column case4.t.g again, which is computed.
ALTER TABLE case4.t DROP COLUMN g;
ALTER TABLE case4.t ALTER COLUMN a TYPE text COLLATE pg_catalog."C";
-- Rewrites case4.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case4.t ADD COLUMN g text GENERATED ALWAYS AS (a || 'x'::text) STORED;

-- Makes column case5.t.g again, which is computed.
ALTER TABLE case5.t DROP COLUMN g;

-- Makes column case6.t.g again, which is computed.
ALTER TABLE case6.t DROP COLUMN g;
-- Rewrites case6.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case6.t ADD COLUMN g integer GENERATED ALWAYS AS (a + 1) STORED;
-- Rewrites case6.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case6.t ALTER COLUMN b TYPE bigint;

ALTER TYPE case5.e RENAME TO e_old;
CREATE TYPE case5.e AS ENUM ('b', 'a');
-- Fails while a row has 'c'.
-- Rewrites case5.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case5.t ALTER COLUMN v TYPE case5.e USING v::varchar::case5.e;
DROP TYPE case5.e_old;

-- Rewrites case5.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case5.t ADD COLUMN g text GENERATED ALWAYS AS (
CASE v
    WHEN 'a'::case5.e THEN 'x'::text
    ELSE 'y'::text
END) STORED;

-- Reads all of case2.c under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE case2.c ADD CONSTRAINT c_g_fkey FOREIGN KEY (g) REFERENCES case2.t(g);

CREATE VIEW case1.v AS
 SELECT search
   FROM case1.t;

-- Builds an index of case1.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case1.t USING gin (search);
COMMENT ON COLUMN case1.t.search IS 'computed';

GRANT SELECT ON TABLE case1.v TO PUBLIC;

-- MIGRATE DOWN

DROP VIEW case1.v;

ALTER TABLE case2.c DROP CONSTRAINT c_g_fkey;

ALTER TABLE case2.t DROP CONSTRAINT t_g_key;
-- Makes column case2.t.g again, which is computed.
ALTER TABLE case2.t DROP COLUMN g;
-- Rewrites case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ALTER COLUMN a TYPE integer;
-- Rewrites case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ADD COLUMN g integer GENERATED ALWAYS AS (a + 1) STORED NOT NULL;
-- Builds an index of case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ADD CONSTRAINT t_g_key UNIQUE (g);

-- Makes column case1.t.search again, which is computed.
ALTER TABLE case1.t DROP COLUMN search;
ALTER TABLE case1.t ALTER COLUMN subject TYPE character varying(200);
-- Rewrites case1.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case1.t ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, (subject)::text)) STORED;

-- Makes column case3.t.g again, which is computed.
ALTER TABLE case3.t DROP COLUMN g;
-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM case3.t WHERE a NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.t ALTER COLUMN a TYPE integer;
-- Rewrites case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.t ADD COLUMN g integer GENERATED ALWAYS AS (a * 2) STORED;

-- Makes column case4.t.g again, which is computed.
ALTER TABLE case4.t DROP COLUMN g;
ALTER TABLE case4.t ALTER COLUMN a TYPE text;
-- Rewrites case4.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case4.t ADD COLUMN g text GENERATED ALWAYS AS (a || 'x'::text) STORED;

-- Makes column case5.t.g again, which is computed.
ALTER TABLE case5.t DROP COLUMN g;

-- Makes column case6.t.g again, which is computed.
ALTER TABLE case6.t DROP COLUMN g;
-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM case6.t WHERE b NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites case6.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case6.t ALTER COLUMN b TYPE integer;
-- Rewrites case6.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case6.t ADD COLUMN g integer GENERATED ALWAYS AS (b + 1) STORED;

ALTER TYPE case5.e RENAME TO e_old;
CREATE TYPE case5.e AS ENUM ('a', 'b', 'c');
-- Rewrites case5.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case5.t ALTER COLUMN v TYPE case5.e USING v::varchar::case5.e;
DROP TYPE case5.e_old;

-- Rewrites case5.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case5.t ADD COLUMN g text GENERATED ALWAYS AS (
CASE v
    WHEN 'a'::case5.e THEN 'x'::text
    ELSE 'y'::text
END) STORED;

-- Reads all of case2.c under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE case2.c ADD CONSTRAINT c_g_fkey FOREIGN KEY (g) REFERENCES case2.t(g);

CREATE VIEW case1.v AS
 SELECT search
   FROM case1.t;

-- Builds an index of case1.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case1.t USING gin (search);
COMMENT ON COLUMN case1.t.search IS 'computed';

GRANT SELECT ON TABLE case1.v TO PUBLIC;

-- CASE on PostgreSQL 14: a type changes under a generated column, its index and its view and 5 others
-- SCRIPT main (yes)
-- MIGRATE UP

DROP VIEW case1.v;

ALTER TABLE case2.c DROP CONSTRAINT c_g_fkey;

ALTER TABLE case2.t DROP CONSTRAINT t_g_key;
-- Makes column case2.t.g again, which is computed.
ALTER TABLE case2.t DROP COLUMN g;
-- Raises where a value is out of the range of smallint.
-- Fails unless this is 0: SELECT count(*) FROM case2.t WHERE a NOT BETWEEN -32768 AND 32767
-- Rewrites case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ALTER COLUMN a TYPE smallint;
-- Rewrites case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ADD COLUMN g integer GENERATED ALWAYS AS (a + 1) STORED NOT NULL;
-- Builds an index of case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ADD CONSTRAINT t_g_key UNIQUE (g);

-- Makes column case1.t.search again, which is computed.
ALTER TABLE case1.t DROP COLUMN search;
-- Raises where a value has more than 50 characters.
-- Fails unless this is 0: SELECT count(*) FROM case1.t WHERE length(rtrim(subject)) > 50
-- Rewrites case1.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case1.t ALTER COLUMN subject TYPE character varying(50);
-- Rewrites case1.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case1.t ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, (subject)::text)) STORED;

-- Makes column case3.t.g again, which is computed.
ALTER TABLE case3.t DROP COLUMN g;
-- Rewrites case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.t ALTER COLUMN a TYPE bigint;
-- Rewrites case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.t ADD COLUMN g bigint GENERATED ALWAYS AS (a * 3) STORED;

-- Makes column case4.t.g again, which is computed.
ALTER TABLE case4.t DROP COLUMN g;
ALTER TABLE case4.t ALTER COLUMN a TYPE text COLLATE pg_catalog."C";
-- Rewrites case4.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case4.t ADD COLUMN g text GENERATED ALWAYS AS (a || 'x'::text) STORED;

-- Makes column case5.t.g again, which is computed.
ALTER TABLE case5.t DROP COLUMN g;

-- Makes column case6.t.g again, which is computed.
ALTER TABLE case6.t DROP COLUMN g;
-- Rewrites case6.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case6.t ADD COLUMN g integer GENERATED ALWAYS AS (a + 1) STORED;
-- Rewrites case6.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case6.t ALTER COLUMN b TYPE bigint;

ALTER TYPE case5.e RENAME TO e_old;
CREATE TYPE case5.e AS ENUM ('b', 'a');
-- Fails while a row has 'c'.
-- Rewrites case5.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case5.t ALTER COLUMN v TYPE case5.e USING v::varchar::case5.e;
DROP TYPE case5.e_old;

-- Rewrites case5.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case5.t ADD COLUMN g text GENERATED ALWAYS AS (
CASE v
    WHEN 'a'::case5.e THEN 'x'::text
    ELSE 'y'::text
END) STORED;

-- Reads all of case2.c under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE case2.c ADD CONSTRAINT c_g_fkey FOREIGN KEY (g) REFERENCES case2.t(g);

CREATE VIEW case1.v AS
 SELECT t.search
   FROM case1.t;

-- Builds an index of case1.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case1.t USING gin (search);
COMMENT ON COLUMN case1.t.search IS 'computed';

GRANT SELECT ON TABLE case1.v TO PUBLIC;

-- MIGRATE DOWN

DROP VIEW case1.v;

ALTER TABLE case2.c DROP CONSTRAINT c_g_fkey;

ALTER TABLE case2.t DROP CONSTRAINT t_g_key;
-- Makes column case2.t.g again, which is computed.
ALTER TABLE case2.t DROP COLUMN g;
-- Rewrites case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ALTER COLUMN a TYPE integer;
-- Rewrites case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ADD COLUMN g integer GENERATED ALWAYS AS (a + 1) STORED NOT NULL;
-- Builds an index of case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ADD CONSTRAINT t_g_key UNIQUE (g);

-- Makes column case1.t.search again, which is computed.
ALTER TABLE case1.t DROP COLUMN search;
ALTER TABLE case1.t ALTER COLUMN subject TYPE character varying(200);
-- Rewrites case1.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case1.t ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, (subject)::text)) STORED;

-- Makes column case3.t.g again, which is computed.
ALTER TABLE case3.t DROP COLUMN g;
-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM case3.t WHERE a NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.t ALTER COLUMN a TYPE integer;
-- Rewrites case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.t ADD COLUMN g integer GENERATED ALWAYS AS (a * 2) STORED;

-- Makes column case4.t.g again, which is computed.
ALTER TABLE case4.t DROP COLUMN g;
ALTER TABLE case4.t ALTER COLUMN a TYPE text;
-- Rewrites case4.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case4.t ADD COLUMN g text GENERATED ALWAYS AS (a || 'x'::text) STORED;

-- Makes column case5.t.g again, which is computed.
ALTER TABLE case5.t DROP COLUMN g;

-- Makes column case6.t.g again, which is computed.
ALTER TABLE case6.t DROP COLUMN g;
-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM case6.t WHERE b NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites case6.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case6.t ALTER COLUMN b TYPE integer;
-- Rewrites case6.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case6.t ADD COLUMN g integer GENERATED ALWAYS AS (b + 1) STORED;

ALTER TYPE case5.e RENAME TO e_old;
CREATE TYPE case5.e AS ENUM ('a', 'b', 'c');
-- Rewrites case5.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case5.t ALTER COLUMN v TYPE case5.e USING v::varchar::case5.e;
DROP TYPE case5.e_old;

-- Rewrites case5.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case5.t ADD COLUMN g text GENERATED ALWAYS AS (
CASE v
    WHEN 'a'::case5.e THEN 'x'::text
    ELSE 'y'::text
END) STORED;

-- Reads all of case2.c under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE case2.c ADD CONSTRAINT c_g_fkey FOREIGN KEY (g) REFERENCES case2.t(g);

CREATE VIEW case1.v AS
 SELECT t.search
   FROM case1.t;

-- Builds an index of case1.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case1.t USING gin (search);
COMMENT ON COLUMN case1.t.search IS 'computed';

GRANT SELECT ON TABLE case1.v TO PUBLIC;

-- CASE a virtual column and 8 others
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER PUBLICATION in_the_way DROP TABLE case7.t;

DROP TRIGGER g ON case2.t;

DROP FUNCTION case3.f();

-- Makes column case1.t.g again, which is computed.
ALTER TABLE case1.t DROP COLUMN g;

-- Makes column case8.t.g again, which is computed.
ALTER TABLE case8.t DROP COLUMN g;
DROP POLICY p ON case8.t;
DROP INDEX case8.i;
ALTER TABLE case8.t DROP CONSTRAINT t_n_check;

-- Makes column case9.t.g again, which is computed.
ALTER TABLE case9.t DROP COLUMN g;
DROP INDEX case9.i;

DROP POLICY p ON case4.t;

DROP RULE r ON case5.t;

DROP VIEW case9.w;

ALTER TABLE case9.t DROP CONSTRAINT t_v_check;

DROP FUNCTION case9.f(case9.e);

ALTER TABLE case8.t ALTER COLUMN n DROP DEFAULT;

DROP FUNCTION case8.f(integer);

-- Rewrites case1.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case1.t ALTER COLUMN a TYPE bigint;
ALTER TABLE case1.t ADD COLUMN g bigint GENERATED ALWAYS AS (a + 1) VIRTUAL;

-- Rewrites case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ALTER COLUMN a TYPE bigint;

-- Rewrites case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.t ALTER COLUMN a TYPE bigint;

-- Rewrites case4.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case4.t ALTER COLUMN a TYPE bigint;

-- Rewrites case5.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case5.t ALTER COLUMN a TYPE bigint;

-- Rewrites case6.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case6.t ALTER COLUMN a TYPE bigint;

-- Rewrites case7.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case7.t ALTER COLUMN a TYPE bigint;

ALTER TYPE case9.e RENAME TO e_old;
CREATE TYPE case9.e AS ENUM ('a');
-- Fails while a row has 'b'.
-- Rewrites case9.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case9.t ALTER COLUMN v TYPE case9.e USING v::varchar::case9.e;
DROP TYPE case9.e_old;

CREATE FUNCTION case3.f()
 RETURNS numeric
 LANGUAGE sql
BEGIN ATOMIC
 SELECT sum(t.a) AS sum
    FROM case3.t;
END;

CREATE FUNCTION case8.f(integer)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT 6::bigint$function$;

CREATE FUNCTION case9.f(case9.e)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT 1$function$;

CREATE VIEW case9.w AS
 SELECT case9.f(v) AS f
   FROM case9.t;

CREATE RULE r AS
    ON DELETE TO case5.t
   WHERE (old.a > 1) DO INSTEAD NOTHING;

CREATE TRIGGER g BEFORE UPDATE OF a ON case2.t FOR EACH ROW WHEN ((new.a > 1)) EXECUTE FUNCTION case2.f();
ALTER TABLE case2.t DISABLE TRIGGER g;

CREATE POLICY p ON case4.t FOR ALL TO PUBLIC USING ((a > 1));

CREATE POLICY p ON case8.t FOR ALL TO PUBLIC USING ((case8.f(n) > 0));
-- Rewrites case8.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case8.t ADD COLUMN g integer GENERATED ALWAYS AS (case8.f(n)) STORED;
ALTER TABLE case8.t ALTER COLUMN n SET DEFAULT case8.f(1);
-- Reads all of case8.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case8.t ADD CONSTRAINT t_n_check CHECK (case8.f(n) > 0);
-- Builds an index of case8.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case8.t (case8.f(n));

ALTER PUBLICATION in_the_way ADD TABLE case7.t (a, id) WHERE ((a > 1));

-- Rewrites case9.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case9.t ADD COLUMN g integer GENERATED ALWAYS AS (case9.f(v)) STORED;
-- Reads all of case9.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case9.t ADD CONSTRAINT t_v_check CHECK (case9.f(v) > 0);
-- Builds an index of case9.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case9.t (case9.f(v));

-- MIGRATE DOWN

ALTER PUBLICATION in_the_way DROP TABLE case7.t;

DROP TRIGGER g ON case2.t;

DROP FUNCTION case3.f();

-- Makes column case1.t.g again, which is computed.
ALTER TABLE case1.t DROP COLUMN g;

-- Makes column case8.t.g again, which is computed.
ALTER TABLE case8.t DROP COLUMN g;
DROP POLICY p ON case8.t;
DROP INDEX case8.i;
ALTER TABLE case8.t DROP CONSTRAINT t_n_check;
ALTER TABLE case8.t ALTER COLUMN n DROP DEFAULT;

DROP POLICY p ON case4.t;

DROP RULE r ON case5.t;

DROP FUNCTION case8.f(integer);

-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM case1.t WHERE a NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites case1.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case1.t ALTER COLUMN a TYPE integer;
ALTER TABLE case1.t ADD COLUMN g integer GENERATED ALWAYS AS (a + 1) VIRTUAL;

-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM case2.t WHERE a NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ALTER COLUMN a TYPE integer;

-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM case3.t WHERE a NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.t ALTER COLUMN a TYPE integer;

-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM case4.t WHERE a NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites case4.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case4.t ALTER COLUMN a TYPE integer;

-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM case5.t WHERE a NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites case5.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case5.t ALTER COLUMN a TYPE integer;

-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM case6.t WHERE a NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites case6.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case6.t ALTER COLUMN a TYPE integer;

-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM case7.t WHERE a NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites case7.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case7.t ALTER COLUMN a TYPE integer;

ALTER TYPE case9.e ADD VALUE 'b' AFTER 'a';

CREATE FUNCTION case3.f()
 RETURNS numeric
 LANGUAGE sql
BEGIN ATOMIC
 SELECT sum(t.a) AS sum
    FROM case3.t;
END;

CREATE FUNCTION case8.f(integer)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT 5$function$;

CREATE RULE r AS
    ON DELETE TO case5.t
   WHERE (old.a > 1) DO INSTEAD NOTHING;

CREATE TRIGGER g BEFORE UPDATE OF a ON case2.t FOR EACH ROW WHEN ((new.a > 1)) EXECUTE FUNCTION case2.f();
ALTER TABLE case2.t DISABLE TRIGGER g;

CREATE POLICY p ON case4.t FOR ALL TO PUBLIC USING ((a > 1));

CREATE POLICY p ON case8.t FOR ALL TO PUBLIC USING ((case8.f(n) > 0));
-- Rewrites case8.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case8.t ADD COLUMN g integer GENERATED ALWAYS AS (case8.f(n)) STORED;
ALTER TABLE case8.t ALTER COLUMN n SET DEFAULT case8.f(1);
-- Reads all of case8.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case8.t ADD CONSTRAINT t_n_check CHECK (case8.f(n) > 0);
-- Builds an index of case8.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case8.t (case8.f(n));

ALTER PUBLICATION in_the_way ADD TABLE case7.t (a, id) WHERE ((a > 1));

-- What the cases of put-aside.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE a domain in use gets other rules and 12 others
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  case5.t.v goes by way of text.
--  case6.t.d goes by way of text.
--  case6.t.m goes by way of text.
--  case6.t.v goes by way of text.
--  case7.t.v goes by way of text.

-- MIGRATE UP

ALTER TYPE case6.r RENAME TO r_old;

ALTER TYPE case6.r_multirange RENAME TO r_multirange_old;
ALTER FUNCTION case6.r_multirange() RENAME TO r_multirange_old;

ALTER TYPE case7.r RENAME TO r_old;

ALTER TYPE case7.r_multirange RENAME TO r_multirange_old;

ALTER FUNCTION case7.r(text, text) RENAME TO r_old;
ALTER FUNCTION case7.r(text, text, text) RENAME TO r_old;

ALTER FUNCTION case7.r_multirange() RENAME TO r_multirange_old;

ALTER DOMAIN case2.d RENAME TO d_old;

ALTER DOMAIN case3.d RENAME TO d_old;

ALTER DOMAIN case5.d RENAME TO d_old;

ALTER COLLATION case9.g RENAME TO g_old;

ALTER TYPE case5.c RENAME TO c_old;

CREATE COLLATION case9.g (PROVIDER = icu, LOCALE = 'fr');

CREATE DOMAIN case2.d AS integer CONSTRAINT d_check CHECK (VALUE > 1);

CREATE DOMAIN case3.d AS text;

CREATE DOMAIN case5.d AS bigint;

CREATE TYPE case5.c AS (a case5.d);

CREATE TYPE case6.r AS RANGE (SUBTYPE = bigint, MULTIRANGE_TYPE_NAME = case6.r_multirange);

CREATE TYPE case7.r AS RANGE (SUBTYPE = text, COLLATION = pg_catalog."C", MULTIRANGE_TYPE_NAME = case7.r_multirange);

ALTER TABLE case12.t DETACH PARTITION case12.t1;

ALTER TABLE case12.t DETACH PARTITION case12.t2;

ALTER TABLE case13.d NO INHERIT case13.p;

DROP INDEX case11.i;
CREATE TABLE case11.u (
  id integer NOT NULL,
  s text
) PARTITION BY RANGE (id);
ALTER TABLE case11.u ADD CONSTRAINT u_pkey PRIMARY KEY (id);
CREATE INDEX i ON case11.u (s);

DROP INDEX case9.i;
ALTER TABLE case9.t ALTER COLUMN s TYPE text COLLATE case9.g;
-- Builds an index of case9.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case9.t (s);

DROP VIEW case3.v;

ALTER DOMAIN case1.d DROP CONSTRAINT one;
ALTER DOMAIN case1.d DROP CONSTRAINT two;

DROP COLLATION case8.g;
CREATE COLLATION case8.g (PROVIDER = icu, LOCALE = 'fr');

DROP DOMAIN case8.d;
CREATE DOMAIN case8.d AS text;

DROP TYPE case8.r;
CREATE TYPE case8.r AS RANGE (SUBTYPE = bigint, MULTIRANGE_TYPE_NAME = case8.r_multirange);

ALTER TABLE case6.t ALTER COLUMN d DROP DEFAULT;
-- Rewrites case6.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case6.t ALTER COLUMN m TYPE case6.r_multirange USING m::text::case6.r_multirange;
-- Rewrites case6.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case6.t ALTER COLUMN d TYPE case6.r USING d::text::case6.r;
-- Rewrites case6.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case6.t ALTER COLUMN v TYPE case6.r[] USING v::text[]::case6.r[];

CREATE TABLE case12.u (
  id integer NOT NULL,
  s text
) PARTITION BY RANGE (id);

DROP COLLATION case9.g_old;

ALTER DOMAIN case1.d SET DEFAULT 7;
ALTER DOMAIN case1.d SET NOT NULL;

-- Rewrites case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ALTER COLUMN v TYPE case2.d;
-- Rewrites case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ALTER COLUMN w TYPE case2.d[];

DROP DOMAIN case2.d_old;

-- Rewrites case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.t ALTER COLUMN l TYPE case3.d[];
-- Rewrites case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.t ALTER COLUMN v TYPE case3.d;

DROP DOMAIN case3.d_old;

ALTER TABLE case3.t ALTER COLUMN v SET DEFAULT 'q'::text;

-- Rewrites case5.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case5.t ALTER COLUMN v TYPE case5.c USING v::text::case5.c;

DROP TYPE case5.c_old;

DROP DOMAIN case5.d_old;

DROP TYPE case6.r_old;

ALTER TABLE case6.t ALTER COLUMN d SET DEFAULT '[1,2)'::case6.r;

-- Rewrites case7.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case7.t ALTER COLUMN v TYPE case7.r USING v::text::case7.r;

DROP TYPE case7.r_old;

ALTER TYPE case4.c ADD ATTRIBUTE b text CASCADE;

ALTER TYPE case8.c ALTER ATTRIBUTE a TYPE text CASCADE;

ALTER DOMAIN case1.d ADD CONSTRAINT one CHECK (VALUE > 1);
-- Fails unless this is 0: SELECT count(*) FROM (SELECT v AS value FROM case1.t) AS uses WHERE NOT (VALUE < 50)
ALTER DOMAIN case1.d ADD CONSTRAINT three CHECK (VALUE < 50);

CREATE VIEW case3.v AS
 SELECT v
   FROM case3.t;

-- Reads all of case10.t1 under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case10.t ATTACH PARTITION case10.t1 FOR VALUES FROM (0) TO (10);

-- Reads all of case11.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case11.u ATTACH PARTITION case11.t FOR VALUES FROM (0) TO (10);

-- Reads all of case12.t2 under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case12.u ATTACH PARTITION case12.t2 DEFAULT;

ALTER TABLE case13.c INHERIT case13.p;

-- MIGRATE DOWN

CREATE COLLATION case9.g_old (PROVIDER = icu, LOCALE = 'de');

CREATE DOMAIN case2.d_old AS integer CONSTRAINT d_check CHECK (VALUE > 0);

CREATE DOMAIN case3.d_old AS character varying(5);

CREATE DOMAIN case5.d_old AS integer;

CREATE TYPE case5.c_old AS (a case5.d_old);

CREATE TYPE case6.r_old AS RANGE (SUBTYPE = integer, MULTIRANGE_TYPE_NAME = case6.r_multirange_old);

CREATE TYPE case7.r_old AS RANGE (SUBTYPE = text, COLLATION = pg_catalog."default", MULTIRANGE_TYPE_NAME = case7.r_multirange_old);

ALTER TABLE case10.t DETACH PARTITION case10.t1;

ALTER TABLE case11.u DETACH PARTITION case11.t;

ALTER TABLE case12.u DETACH PARTITION case12.t2;

ALTER TABLE case13.c NO INHERIT case13.p;

DROP INDEX case9.i;
ALTER TABLE case9.t ALTER COLUMN s TYPE text COLLATE case9.g_old;
-- Builds an index of case9.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case9.t (s);

DROP VIEW case3.v;

ALTER DOMAIN case1.d DROP CONSTRAINT one;
ALTER DOMAIN case1.d DROP CONSTRAINT three;

DROP COLLATION case8.g;
CREATE COLLATION case8.g (PROVIDER = icu, LOCALE = 'de');

DROP DOMAIN case8.d;
CREATE DOMAIN case8.d AS integer;

DROP TYPE case8.r;
CREATE TYPE case8.r AS RANGE (SUBTYPE = integer, MULTIRANGE_TYPE_NAME = case8.r_multirange);

-- Drops attribute case4.c.b.
ALTER TYPE case4.c DROP ATTRIBUTE b CASCADE;

ALTER TABLE case6.t ALTER COLUMN d DROP DEFAULT;
-- Rewrites case6.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case6.t ALTER COLUMN m TYPE case6.r_multirange_old USING m::varchar::case6.r_multirange_old;
-- Rewrites case6.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case6.t ALTER COLUMN d TYPE case6.r_old USING d::varchar::case6.r_old;
-- Rewrites case6.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case6.t ALTER COLUMN v TYPE case6.r_old[] USING v::varchar[]::case6.r_old[];

-- Drops table case11.u with all its rows.
DROP TABLE case11.u;

-- Drops table case12.u with all its rows.
DROP TABLE case12.u;

DROP COLLATION case9.g;

ALTER DOMAIN case1.d DROP DEFAULT;
ALTER DOMAIN case1.d DROP NOT NULL;

-- Rewrites case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ALTER COLUMN v TYPE case2.d_old;
-- Rewrites case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ALTER COLUMN w TYPE case2.d_old[];

DROP DOMAIN case2.d;

-- Raises where a value has more than 5 characters.
-- Rewrites case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.t ALTER COLUMN l TYPE case3.d_old[];
-- Raises where a value has more than 5 characters.
-- Fails unless this is 0: SELECT count(*) FROM case3.t WHERE length(rtrim(v)) > 5
-- Rewrites case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.t ALTER COLUMN v TYPE case3.d_old;

DROP DOMAIN case3.d;

ALTER TABLE case3.t ALTER COLUMN v SET DEFAULT 'q'::character varying;

-- Rewrites case5.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case5.t ALTER COLUMN v TYPE case5.c_old USING v::varchar::case5.c_old;

DROP TYPE case5.c;

DROP DOMAIN case5.d;

DROP TYPE case6.r;

ALTER TABLE case6.t ALTER COLUMN d SET DEFAULT '[1,2)'::case6.r_old;

-- Rewrites case7.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case7.t ALTER COLUMN v TYPE case7.r_old USING v::varchar::case7.r_old;

DROP TYPE case7.r;

ALTER TYPE case8.c ALTER ATTRIBUTE a TYPE integer CASCADE;

ALTER DOMAIN case1.d ADD CONSTRAINT one CHECK (VALUE > 0);
-- Fails unless this is 0: SELECT count(*) FROM (SELECT v AS value FROM case1.t) AS uses WHERE NOT (VALUE < 90)
ALTER DOMAIN case1.d ADD CONSTRAINT two CHECK (VALUE < 90);

CREATE VIEW case3.v AS
 SELECT v
   FROM case3.t;

-- Reads all of case12.t1 under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case12.t ATTACH PARTITION case12.t1 FOR VALUES FROM (0) TO (10);

-- Reads all of case12.t2 under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case12.t ATTACH PARTITION case12.t2 FOR VALUES FROM (10) TO (20);

ALTER TABLE case13.d INHERIT case13.p;

DROP INDEX case10.t1_s_idx;

DROP INDEX case11.t_s_idx;
-- Builds an index of case11.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case11.t (s);

ALTER TYPE case5.c_old RENAME TO c;

ALTER COLLATION case9.g_old RENAME TO g;

ALTER DOMAIN case5.d_old RENAME TO d;

ALTER DOMAIN case3.d_old RENAME TO d;

ALTER DOMAIN case2.d_old RENAME TO d;

ALTER FUNCTION case7.r_multirange_old() RENAME TO r_multirange;

ALTER FUNCTION case7.r_old(text, text, text) RENAME TO r;
ALTER FUNCTION case7.r_old(text, text) RENAME TO r;

ALTER TYPE case7.r_multirange_old RENAME TO r_multirange;

ALTER TYPE case7.r_old RENAME TO r;

ALTER FUNCTION case6.r_multirange_old() RENAME TO r_multirange;
ALTER TYPE case6.r_multirange_old RENAME TO r_multirange;

ALTER TYPE case6.r_old RENAME TO r;

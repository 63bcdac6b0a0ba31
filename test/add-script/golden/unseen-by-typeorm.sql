-- What the cases of unseen-by-typeorm.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE seen: K01: the expression of a check and 14 others
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE case15.t RENAME CONSTRAINT c TO c2;
ALTER TABLE case15.t RENAME CONSTRAINT f TO f2;
ALTER TABLE case15.t RENAME CONSTRAINT u TO u2;
ALTER INDEX case15.i RENAME TO i2;

DROP INDEX case11.i;
DROP INDEX case11.j;

DROP INDEX case2.i;

DROP INDEX case3.i;

ALTER TABLE case1.t DROP CONSTRAINT c;

ALTER TABLE case10.t DROP CONSTRAINT p;

ALTER TABLE case4.t DROP CONSTRAINT u;

ALTER TABLE case5.t DROP CONSTRAINT u;

ALTER TABLE case7.t DROP CONSTRAINT f;

ALTER TABLE case8.t DROP CONSTRAINT f;

ALTER TABLE case9.t DROP CONSTRAINT x;

ALTER SEQUENCE case12.numbers INCREMENT BY 5;

ALTER TABLE case13.t ENABLE ROW LEVEL SECURITY;

CREATE FUNCTION case14.f()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$BEGIN RETURN NEW; END$function$;

-- Fails unless this is 0: SELECT count(*) FROM case1.t WHERE NOT (a >= 1)
-- Reads all of case1.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case1.t ADD CONSTRAINT c CHECK (a >= 1);

-- Builds an index of case10.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case10.t ADD CONSTRAINT p PRIMARY KEY (b, a);

-- Builds an index of case4.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case4.t ADD CONSTRAINT u UNIQUE (a) DEFERRABLE INITIALLY DEFERRED;

-- Builds an index of case5.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case5.t ADD CONSTRAINT u UNIQUE (a, b);

-- Fails unless this is 0: WITH r AS (SELECT row_number() OVER () AS n, r AS e1 FROM case9.t) SELECT count(*) FROM r AS a JOIN r AS b ON a.n < b.n AND a.e1 = b.e1
-- Builds an index of case9.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case9.t ADD CONSTRAINT x EXCLUDE USING gist (r WITH =);

-- Builds an index of case11.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case11.t (s text_pattern_ops) INCLUDE (b);
-- Fails unless this is 0: SELECT count(*) - count(DISTINCT ROW(a)) FROM case11.t
-- Builds an index of case11.t under SHARE: nobody writes it meanwhile.
CREATE UNIQUE INDEX j ON case11.t (a) NULLS NOT DISTINCT;

-- Builds an index of case2.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case2.t (a) WHERE (b > 1);

-- Builds an index of case3.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case3.t (b, a DESC);

CREATE TRIGGER g BEFORE INSERT ON case14.t FOR EACH ROW EXECUTE FUNCTION case14.f();

CREATE POLICY p ON case13.t FOR ALL TO PUBLIC USING ((a > 0));

ALTER TABLE case6.t ALTER CONSTRAINT f DEFERRABLE;

-- Reads all of case7.t under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE case7.t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES case7.t(id);

-- Reads all of case8.t under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE case8.t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES case8.t(id) ON DELETE CASCADE;

-- MIGRATE DOWN

-- Drops policy case13.t.p.
DROP POLICY p ON case13.t;

-- Drops trigger case14.t.g.
DROP TRIGGER g ON case14.t;

DROP INDEX case11.i;
DROP INDEX case11.j;

DROP INDEX case2.i;

DROP INDEX case3.i;

ALTER TABLE case1.t DROP CONSTRAINT c;

ALTER TABLE case10.t DROP CONSTRAINT p;

ALTER TABLE case4.t DROP CONSTRAINT u;

ALTER TABLE case5.t DROP CONSTRAINT u;

ALTER TABLE case7.t DROP CONSTRAINT f;

ALTER TABLE case8.t DROP CONSTRAINT f;

ALTER TABLE case9.t DROP CONSTRAINT x;

-- Drops function case14.f().
DROP FUNCTION case14.f();

ALTER SEQUENCE case12.numbers INCREMENT BY 1;

ALTER TABLE case13.t DISABLE ROW LEVEL SECURITY;

-- Fails unless this is 0: SELECT count(*) FROM case1.t WHERE NOT (a > 0)
-- Reads all of case1.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case1.t ADD CONSTRAINT c CHECK (a > 0);

-- Builds an index of case10.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case10.t ADD CONSTRAINT p PRIMARY KEY (a, b);

-- Builds an index of case4.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case4.t ADD CONSTRAINT u UNIQUE (a);

-- Fails unless this is 0: SELECT count(a) - count(DISTINCT a) FROM case5.t
-- Builds an index of case5.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case5.t ADD CONSTRAINT u UNIQUE (a);

-- Fails unless this is 0: WITH r AS (SELECT row_number() OVER () AS n, r AS e1 FROM case9.t) SELECT count(*) FROM r AS a JOIN r AS b ON a.n < b.n AND a.e1 && b.e1
-- Builds an index of case9.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case9.t ADD CONSTRAINT x EXCLUDE USING gist (r WITH &&);

-- Builds an index of case11.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case11.t (s);
-- Builds an index of case11.t under SHARE: nobody writes it meanwhile.
CREATE UNIQUE INDEX j ON case11.t (a);

-- Builds an index of case2.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case2.t (a) WHERE (b > 0);

-- Builds an index of case3.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case3.t (a, b);

ALTER TABLE case6.t ALTER CONSTRAINT f NOT DEFERRABLE;

-- Reads all of case7.t under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE case7.t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES case7.t(id) ON DELETE CASCADE;

-- Reads all of case8.t under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE case8.t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES case8.t(id);

ALTER INDEX case15.i2 RENAME TO i;
ALTER TABLE case15.t RENAME CONSTRAINT u2 TO u;
ALTER TABLE case15.t RENAME CONSTRAINT f2 TO f;
ALTER TABLE case15.t RENAME CONSTRAINT c2 TO c;

-- CASE D05b: serial becomes identity and goes on counting
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE t ALTER COLUMN id DROP DEFAULT;
DROP SEQUENCE t_id_seq;
ALTER TABLE t ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY;
SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('t', 'id'), COALESCE(pg_catalog.max(id), 0) OPERATOR(pg_catalog.+) 1, false) FROM t;

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN id DROP IDENTITY;
CREATE SEQUENCE t_id_seq AS integer;
ALTER SEQUENCE t_id_seq OWNED BY t.id;
ALTER TABLE t ALTER COLUMN id SET DEFAULT nextval('t_id_seq'::regclass);
SELECT pg_catalog.setval('t_id_seq', COALESCE(pg_catalog.max(id), 0) OPERATOR(pg_catalog.+) 1, false) FROM t;

-- CASE C08: a removed table goes with a word on what is lost
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Drops table other with all its rows.

-- MIGRATE UP

-- Drops table other with all its rows.
DROP TABLE other;

-- MIGRATE DOWN

CREATE TABLE other (
  id integer NOT NULL,
  CONSTRAINT other_pkey PRIMARY KEY (id)
);
ALTER TABLE other ADD CONSTRAINT other_id_fkey FOREIGN KEY (id) REFERENCES t(id);

-- CASE C08: and not at all where nobody agrees
-- refused: DESTRUCTIVE_REFUSED

-- CASE V03, V06: a view that the canonical schema lacks goes
-- SCRIPT main (yes)
-- MIGRATE UP

-- Drops view v.
DROP VIEW v;

CREATE VIEW w AS
 SELECT a
   FROM t;

-- MIGRATE DOWN

-- Drops view w.
DROP VIEW w;

CREATE VIEW v AS
 SELECT a
   FROM t;

-- CASE K02, U03, F07, I01: entities keep what was made by hand, and report it
-- nothing differs

-- CASE a column that was made by hand is not dropped unless that was agreed
-- refused: DESTRUCTIVE_REFUSED

-- CASE what TypeORM named itself goes when the entities lose it
-- SCRIPT main (yes)
-- MIGRATE UP

DROP INDEX "IDX_97672ac88f789774dd47f7c8be";
ALTER TABLE t DROP CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3";

-- MIGRATE DOWN

-- Fails unless this is 0: SELECT count(a) - count(DISTINCT a) FROM t
-- Builds an index of t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ADD CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" UNIQUE (a);
-- Builds an index of t under SHARE: nobody writes it meanwhile.
CREATE INDEX "IDX_97672ac88f789774dd47f7c8be" ON t (b);

-- CASE a kept view stands on a column whose type changes
-- SCRIPT main (yes)
-- MIGRATE UP

DROP VIEW v;

-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN a TYPE bigint;

CREATE VIEW v AS
 SELECT a
   FROM t;

-- MIGRATE DOWN

DROP VIEW v;

-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM t WHERE a NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN a TYPE integer;

CREATE VIEW v AS
 SELECT a
   FROM t;

-- CASE partitions stay, since no entity can say them
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE t ADD COLUMN more text;

-- MIGRATE DOWN

-- Drops column t.more with its values.
ALTER TABLE t DROP COLUMN more;

-- CASE parents stay, since no entity can say them
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE t ADD COLUMN more text;

-- MIGRATE DOWN

-- Drops column t.more with its values.
ALTER TABLE t DROP COLUMN more;

-- CASE what cannot be said by entities and is made of parts stays, and is named once
-- nothing differs

-- CASE what an extension brings, and what a kept object has, is not named beside it
-- nothing differs

-- CASE the defaults that TypeORM writes again and again are equal
-- nothing differs

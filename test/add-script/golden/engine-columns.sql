-- What the cases of engine-columns.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE column type text->int (using) and 14 others
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Converts case2.t.v from numeric to integer by an expression, which may lose values.
--  case1.t.v is written as integer is.
--  case2.t.v keeps what the upgrade made of its values.
--  case3.t.v is written as integer is.
--  case8.t.a keeps what was filled in.

-- MIGRATE UP

DROP INDEX case6.i;
DROP INDEX case6.j;

ALTER TABLE case14.c DROP CONSTRAINT f;

ALTER TABLE case8.t DROP CONSTRAINT t_pkey;

CREATE TABLE case15.c (
  id integer NOT NULL,
  p integer,
  CONSTRAINT c_pkey PRIMARY KEY (id)
);

CREATE TABLE case15.p (
  id integer NOT NULL,
  c integer,
  CONSTRAINT p_pkey PRIMARY KEY (id)
);

-- Raises on a text that is no integer.
-- Fails unless this is 0: SELECT count(*) FROM case1.t WHERE NOT pg_input_is_valid(v, 'integer')
-- Rewrites case1.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case1.t ALTER COLUMN v TYPE integer USING v::integer;

-- Converts case2.t.v from numeric to integer by an expression, which may lose values.
-- Rewrites case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ALTER COLUMN v TYPE integer USING (v * 10)::integer;

ALTER TABLE case3.t ALTER COLUMN v DROP DEFAULT;
-- Raises on a text that is no integer.
-- Fails unless this is 0: SELECT count(*) FROM case3.t WHERE NOT pg_input_is_valid(v, 'integer')
-- Rewrites case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.t ALTER COLUMN v TYPE integer USING v::integer;

ALTER TABLE case4.t ALTER COLUMN id SET GENERATED ALWAYS;
ALTER TABLE case4.t ALTER COLUMN id SET INCREMENT BY 5 SET CACHE 3;

UPDATE case8.t SET a = 0 WHERE a IS NULL;
-- Reads all of case8.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case8.t ALTER COLUMN a SET NOT NULL;
-- Builds an index of case8.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case8.t ADD CONSTRAINT t_pkey PRIMARY KEY (id, a);

ALTER TABLE case3.t ALTER COLUMN v SET DEFAULT 3;

ALTER TABLE case10.t ADD CONSTRAINT c CHECK (a > 6) NOT VALID;

-- Fails unless this is 0: SELECT count(*) - count(DISTINCT ROW(a)) FROM case7.t
-- Builds an index of case7.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case7.t ADD CONSTRAINT u UNIQUE NULLS NOT DISTINCT (a);

-- Fails unless this is 0: WITH r AS (SELECT row_number() OVER () AS n, r AS e1 FROM case9.t) SELECT count(*) FROM r AS a JOIN r AS b ON a.n < b.n AND a.e1 && b.e1
-- Builds an index of case9.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case9.t ADD CONSTRAINT x EXCLUDE USING gist (r WITH &&);

-- Builds an index of case5.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case5.t (lower(s), a) INCLUDE (b) WHERE (a > 0);

-- Builds an index of case6.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case6.t (s text_pattern_ops) WITH (fillfactor='50');
-- Builds an index of case6.t under SHARE: nobody writes it meanwhile.
CREATE INDEX j ON case6.t USING hash (a);

-- Fails unless this is 0: SELECT count(*) FROM case11.t WHERE NOT (a > 1)
ALTER TABLE case11.t VALIDATE CONSTRAINT c;
-- Fails unless this is 0: SELECT count(*) FROM case11.t AS a WHERE a.id IS NOT NULL AND NOT EXISTS (SELECT FROM case11.t AS b WHERE b.id = a.id)
ALTER TABLE case11.t VALIDATE CONSTRAINT f;

ALTER TABLE case13.t ALTER CONSTRAINT f DEFERRABLE INITIALLY DEFERRED;

ALTER DOMAIN case11.d VALIDATE CONSTRAINT k;

-- Fails unless this is 0: SELECT count(*) FROM case12.t AS a WHERE a.id IS NOT NULL AND NOT EXISTS (SELECT FROM case12.t AS b WHERE b.id = a.id)
-- Reads all of case12.t under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE case12.t ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES case12.t(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

-- Reads all of case14.c under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE case14.c ADD CONSTRAINT f FOREIGN KEY (a, b) REFERENCES case14.p(a, b) ON DELETE SET NULL (b);

ALTER TABLE case15.p ADD CONSTRAINT p_c_fkey FOREIGN KEY (c) REFERENCES case15.c(id);

ALTER TABLE case15.c ADD CONSTRAINT c_p_fkey FOREIGN KEY (p) REFERENCES case15.p(id);

-- MIGRATE DOWN

DROP INDEX case5.i;

DROP INDEX case6.i;
DROP INDEX case6.j;
-- Builds an index of case6.t under SHARE: nobody writes it meanwhile.
CREATE INDEX i ON case6.t (s);
-- Builds an index of case6.t under SHARE: nobody writes it meanwhile.
CREATE INDEX j ON case6.t (a);

ALTER TABLE case10.t DROP CONSTRAINT c;

ALTER DOMAIN case11.d DROP CONSTRAINT k;
ALTER DOMAIN case11.d ADD CONSTRAINT k CHECK (VALUE > 0) NOT VALID;

ALTER TABLE case11.t DROP CONSTRAINT c;
ALTER TABLE case11.t DROP CONSTRAINT f;
ALTER TABLE case11.t ADD CONSTRAINT c CHECK (a > 1) NOT VALID;
ALTER TABLE case11.t ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES case11.t(id) NOT VALID;

ALTER TABLE case12.t DROP CONSTRAINT f;

ALTER TABLE case14.c DROP CONSTRAINT f;
-- Reads all of case14.c under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE case14.c ADD CONSTRAINT f FOREIGN KEY (a, b) REFERENCES case14.p(a, b);

ALTER TABLE case15.c DROP CONSTRAINT c_p_fkey;

ALTER TABLE case15.p DROP CONSTRAINT p_c_fkey;
-- Drops table case15.p with all its rows.
DROP TABLE case15.p;

ALTER TABLE case7.t DROP CONSTRAINT u;

ALTER TABLE case8.t DROP CONSTRAINT t_pkey;
ALTER TABLE case8.t ALTER COLUMN a DROP NOT NULL;
-- Fails unless this is 0: SELECT count(id) - count(DISTINCT id) FROM case8.t
-- Builds an index of case8.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case8.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);

ALTER TABLE case9.t DROP CONSTRAINT x;

-- Drops table case15.c with all its rows.
DROP TABLE case15.c;

-- Rewrites case1.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case1.t ALTER COLUMN v TYPE text;

-- Rewrites case2.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.t ALTER COLUMN v TYPE numeric;

-- Rewrites case3.t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.t ALTER COLUMN v TYPE text;
ALTER TABLE case3.t ALTER COLUMN v SET DEFAULT '3'::text;

ALTER TABLE case4.t ALTER COLUMN id SET GENERATED BY DEFAULT;
ALTER TABLE case4.t ALTER COLUMN id SET INCREMENT BY 1 SET CACHE 1;

ALTER TABLE case13.t ALTER CONSTRAINT f NOT DEFERRABLE;

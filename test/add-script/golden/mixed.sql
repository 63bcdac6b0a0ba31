-- What the cases of mixed.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE a downgrade that adds a value and uses it runs outside a transaction
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE t ALTER COLUMN v DROP DEFAULT;

ALTER TYPE e RENAME TO e_old;
CREATE TYPE e AS ENUM ('a');
-- Fails while a row has 'b'.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN v TYPE e USING v::varchar::e;
DROP TYPE e_old;

ALTER TABLE t ALTER COLUMN v SET DEFAULT 'a'::e;

-- MIGRATE DOWN
-- migrate: no-transaction

ALTER TYPE e ADD VALUE IF NOT EXISTS 'b' AFTER 'a';

ALTER TABLE t ALTER COLUMN v SET DEFAULT 'b'::e;

-- CASE renames have a script of their own where the first one has no transaction
-- SCRIPT renames (yes)
-- MIGRATE UP

ALTER TABLE t RENAME TO u;
ALTER TABLE u RENAME COLUMN old TO fresh;

-- MIGRATE DOWN

ALTER TABLE u RENAME COLUMN fresh TO old;
ALTER TABLE u RENAME TO t;

-- SCRIPT enum values (yes)
-- MIGRATE UP
-- migrate: no-transaction

ALTER TYPE e ADD VALUE IF NOT EXISTS 'b' AFTER 'a';

-- MIGRATE DOWN

ALTER TYPE e RENAME TO e_old;
CREATE TYPE e AS ENUM ('a');
-- Fails while a row has 'b'.
-- Rewrites u under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE u ALTER COLUMN v TYPE e USING v::varchar::e;
DROP TYPE e_old;

-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE u ALTER COLUMN v SET DEFAULT 'b'::e;

-- MIGRATE DOWN

ALTER TABLE u ALTER COLUMN v DROP DEFAULT;

-- CASE a key that refers to its own table becomes uuid with it
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  t.id gets new values.

-- MIGRATE UP

ALTER TABLE t DROP CONSTRAINT t_parent_fkey;
-- What refers to t.id gets the same new values.
CREATE TEMPORARY TABLE t_id_values AS SELECT id AS old_value, gen_random_uuid() AS new_value FROM t;
CREATE UNIQUE INDEX ON pg_temp.t_id_values (old_value);
CREATE FUNCTION pg_temp.t_id_new(integer) RETURNS uuid LANGUAGE sql STABLE AS 'SELECT new_value FROM pg_temp.t_id_values WHERE old_value OPERATOR(pg_catalog.=) $1';
ALTER TABLE t ALTER COLUMN id DROP DEFAULT;
DROP SEQUENCE t_id_seq;
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN id TYPE uuid USING pg_temp.t_id_new(id);
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN parent TYPE uuid USING pg_temp.t_id_new(parent);
ALTER TABLE t ALTER COLUMN id SET DEFAULT gen_random_uuid();
-- Reads all of t under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE t ADD CONSTRAINT t_parent_fkey FOREIGN KEY (parent) REFERENCES t(id);
DROP FUNCTION pg_temp.t_id_new(integer);
DROP TABLE pg_temp.t_id_values;

-- MIGRATE DOWN

ALTER TABLE t DROP CONSTRAINT t_parent_fkey;
-- What refers to t.id gets the same new values.
CREATE TEMPORARY TABLE t_id_values AS SELECT id AS old_value, pg_catalog.row_number() OVER ()::integer AS new_value FROM t;
CREATE UNIQUE INDEX ON pg_temp.t_id_values (old_value);
CREATE FUNCTION pg_temp.t_id_new(uuid) RETURNS integer LANGUAGE sql STABLE AS 'SELECT new_value FROM pg_temp.t_id_values WHERE old_value OPERATOR(pg_catalog.=) $1';
CREATE SEQUENCE t_id_seq AS integer;
ALTER SEQUENCE t_id_seq OWNED BY t.id;
ALTER TABLE t ALTER COLUMN id DROP DEFAULT;
-- The old values cannot be restored.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN id TYPE integer USING pg_temp.t_id_new(id);
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN parent TYPE integer USING pg_temp.t_id_new(parent);
ALTER TABLE t ALTER COLUMN id SET DEFAULT nextval('t_id_seq'::regclass);
SELECT pg_catalog.setval('t_id_seq', COALESCE(pg_catalog.max(id), 0) OPERATOR(pg_catalog.+) 1, false) FROM t;
-- Reads all of t under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE t ADD CONSTRAINT t_parent_fkey FOREIGN KEY (parent) REFERENCES t(id);
DROP FUNCTION pg_temp.t_id_new(uuid);
DROP TABLE pg_temp.t_id_values;

-- CASE a foreign key of two columns follows both
-- SCRIPT main (yes)
-- MIGRATE UP

-- Rewrites c under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
-- Reads all of p under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE c ALTER COLUMN a TYPE bigint;
ALTER TABLE c ALTER COLUMN b TYPE text;

-- Rewrites p under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
-- Reads all of c under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE p ALTER COLUMN a TYPE bigint;
ALTER TABLE p ALTER COLUMN b TYPE text;

-- MIGRATE DOWN

-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM c WHERE a NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites c under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
-- Reads all of p under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE c ALTER COLUMN a TYPE integer;
-- Raises where a value has more than 5 characters.
-- Fails unless this is 0: SELECT count(*) FROM c WHERE length(rtrim(b)) > 5
-- Rewrites c under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
-- Reads all of p under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE c ALTER COLUMN b TYPE character varying(5);

-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM p WHERE a NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites p under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
-- Reads all of c under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE p ALTER COLUMN a TYPE integer;
-- Raises where a value has more than 5 characters.
-- Fails unless this is 0: SELECT count(*) FROM p WHERE length(rtrim(b)) > 5
-- Rewrites p under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
-- Reads all of c under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE p ALTER COLUMN b TYPE character varying(5);

-- CASE int keys become text with what refers to them
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE c DROP CONSTRAINT c_p_fkey;
-- Rewrites c under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE c ALTER COLUMN p TYPE text;

-- Rewrites p under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE p ALTER COLUMN id TYPE text;

-- Reads all of c under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE c ADD CONSTRAINT c_p_fkey FOREIGN KEY (p) REFERENCES p(id);

-- MIGRATE DOWN

ALTER TABLE c DROP CONSTRAINT c_p_fkey;
-- Raises on a text that is no integer.
-- Fails unless this is 0: SELECT count(*) FROM c WHERE NOT pg_input_is_valid(p, 'integer')
-- Rewrites c under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE c ALTER COLUMN p TYPE integer USING p::integer;

-- Raises on a text that is no integer.
-- Fails unless this is 0: SELECT count(*) FROM p WHERE NOT pg_input_is_valid(id, 'integer')
-- Rewrites p under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE p ALTER COLUMN id TYPE integer USING id::integer;

-- Reads all of c under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE c ADD CONSTRAINT c_p_fkey FOREIGN KEY (p) REFERENCES p(id);

-- CASE a value is renamed, another is added, and the type gets a new name
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TYPE old RENAME VALUE 'a' TO 'x';

ALTER TYPE old RENAME TO fresh;

ALTER TYPE fresh ADD VALUE 'c' AFTER 'b';

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN v DROP DEFAULT;

ALTER TYPE fresh RENAME TO fresh_old;
CREATE TYPE fresh AS ENUM ('x', 'b');
-- Fails while a row has 'c'.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN v TYPE fresh USING v::varchar::fresh;
-- Fails while a row has 'c'.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN w TYPE fresh[] USING w::varchar[]::fresh[];
DROP TYPE fresh_old;

ALTER TABLE t ALTER COLUMN v SET DEFAULT 'x'::fresh;
ALTER TYPE fresh RENAME TO old;

ALTER TYPE old RENAME VALUE 'x' TO 'a';

-- CASE a dropped required column comes back filled, and that is said
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Drops column t.l with its values.
--  Drops column t.name with its values.
--  Drops column t.n with its values.
--  Drops column t.v with its values.
--  t.l gets '{}' in every row.
--  t.n gets 0 in every row.
--  t.name gets '' in every row.
--  t.v gets 'a' in every row.

-- MIGRATE UP

-- Drops column t.l with its values.
ALTER TABLE t DROP COLUMN l;
-- Drops column t.name with its values.
ALTER TABLE t DROP COLUMN name;
-- Drops column t.n with its values.
ALTER TABLE t DROP COLUMN n;
-- Drops column t.v with its values.
ALTER TABLE t DROP COLUMN v;

-- MIGRATE DOWN

ALTER TABLE t ADD COLUMN name text;
UPDATE t SET name = '';
-- Reads all of t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN name SET NOT NULL;
ALTER TABLE t ADD COLUMN n numeric(5,2);
UPDATE t SET n = 0;
-- Reads all of t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN n SET NOT NULL;
ALTER TABLE t ADD COLUMN v e;
UPDATE t SET v = 'a';
-- Reads all of t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN v SET NOT NULL;
ALTER TABLE t ADD COLUMN l integer[];
UPDATE t SET l = '{}';
-- Reads all of t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN l SET NOT NULL;

-- CASE a dropped required key cannot come back while there are rows
-- SCRIPT main (no)
-- The downgrade works while the tables are empty only:
--  c.p cannot be filled again.
--  Drops column c.p with its values.

-- MIGRATE UP

ALTER TABLE c DROP CONSTRAINT c_p_fkey;
-- Drops column c.p with its values.
ALTER TABLE c DROP COLUMN p;

-- MIGRATE DOWN

-- Fails where the table has rows.
ALTER TABLE c ADD COLUMN p integer NOT NULL;
-- Reads all of c under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE c ADD CONSTRAINT c_p_fkey FOREIGN KEY (p) REFERENCES p(id);

-- CASE a column becomes of an enum that is made anew at once
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE t ALTER COLUMN w DROP DEFAULT;

ALTER TYPE e RENAME TO e_old;
CREATE TYPE e AS ENUM ('b', 'a');

-- Raises on a text that is no value of e.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN v TYPE e USING v::e;

-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN w TYPE e USING w::varchar::e;
DROP TYPE e_old;

ALTER TABLE t ALTER COLUMN v SET DEFAULT 'b'::e;
ALTER TABLE t ALTER COLUMN w SET DEFAULT 'a'::e;

-- MIGRATE DOWN

ALTER TABLE t ALTER COLUMN v DROP DEFAULT;
ALTER TABLE t ALTER COLUMN w DROP DEFAULT;
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN v TYPE text;

ALTER TYPE e RENAME TO e_old;
CREATE TYPE e AS ENUM ('a', 'b');
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN w TYPE e USING w::varchar::e;
DROP TYPE e_old;

ALTER TABLE t ALTER COLUMN w SET DEFAULT 'a'::e;

-- CASE an index goes with its column, and says nothing
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Drops column t.b with its values.

-- MIGRATE UP

-- Drops column t.b with its values.
ALTER TABLE t DROP COLUMN b;

-- MIGRATE DOWN
-- migrate: no-transaction

ALTER TABLE t ADD COLUMN b integer;
CREATE INDEX CONCURRENTLY i ON t (a, b);

-- CASE one value becomes a list, and the first of it again
-- SCRIPT main (yes)
-- MIGRATE UP

-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN v TYPE text[] USING ARRAY[v]::text[];

-- MIGRATE DOWN

-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN v TYPE e USING v[1]::e;

-- CASE a rich schema is made from nothing, and goes again
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE SCHEMA app;

CREATE COLLATION app.german (PROVIDER = icu, LOCALE = 'de');

CREATE DOMAIN app.positive AS integer DEFAULT 1 NOT NULL CONSTRAINT positive_check CHECK (VALUE > 0);

CREATE TYPE app.pair AS (a integer, b text);

CREATE TYPE app.span AS RANGE (SUBTYPE = double precision, MULTIRANGE_TYPE_NAME = app.span_multirange);

CREATE SEQUENCE app.numbers INCREMENT BY 2 START WITH 10;

CREATE UNLOGGED TABLE app.a (
  id integer GENERATED ALWAYS AS IDENTITY (START WITH 5),
  d text,
  CONSTRAINT a_pkey PRIMARY KEY (id)
);
ALTER TABLE app.a SET (fillfactor=50);
ALTER TABLE app.a ADD COLUMN c text COLLATE app.german;
ALTER TABLE app.a ADD COLUMN n app.positive;
ALTER TABLE app.a ADD COLUMN p app.pair;
ALTER TABLE app.a ADD COLUMN s app.span;

CREATE TABLE b (
  id bigserial,
  x integer
);

CREATE TABLE b_child (
  more integer
) INHERITS (b);

ALTER TABLE b ENABLE ROW LEVEL SECURITY;
ALTER TABLE b REPLICA IDENTITY FULL;

CREATE TABLE part (
  id integer NOT NULL,
  at date NOT NULL
) PARTITION BY RANGE (at);

CREATE TABLE part_a PARTITION OF part FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');

CREATE TABLE part_rest PARTITION OF part DEFAULT;

CREATE FUNCTION app.add(integer, integer DEFAULT 2)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
RETURN ($1 + $2);

CREATE FUNCTION app.noted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$BEGIN -- it's; "odd"
    RETURN NEW; END$function$;

CREATE PROCEDURE app.go()
 LANGUAGE sql
AS $procedure$SELECT 1$procedure$;

CREATE AGGREGATE app.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');

ALTER TABLE b ADD CONSTRAINT b_int4range_excl EXCLUDE USING gist (int4range((id)::integer, x) WITH &&);

ALTER TABLE part ADD CONSTRAINT part_pkey PRIMARY KEY (id, at);
CREATE INDEX part_at ON part (at);

CREATE VIEW public.v WITH (security_barrier=true) AS
 SELECT id,
    app.add(x) AS y
   FROM public.b;

CREATE INDEX odd ON b (lower((x)::text) COLLATE "C" text_pattern_ops DESC NULLS LAST) INCLUDE (id) WHERE (x > 0);
CREATE RULE quiet AS
    ON DELETE TO b DO INSTEAD NOTHING;
CREATE TRIGGER noted AFTER INSERT OR UPDATE OF x ON b FOR EACH ROW WHEN ((new.x > 0)) EXECUTE FUNCTION app.noted();
CREATE POLICY own ON b FOR UPDATE TO PUBLIC USING ((x > 0)) WITH CHECK (x > 1);

CREATE PUBLICATION all_of_b FOR TABLE b, b_child;

COMMENT ON COLUMN b.x IS 'it''s -- a comment';

COMMENT ON FUNCTION app.add(integer, integer) IS 'adds';

REVOKE ALL ON FUNCTION app.add(integer, integer) FROM PUBLIC;

GRANT USAGE ON SCHEMA app TO PUBLIC;

GRANT SELECT (id) ON TABLE b TO PUBLIC;
GRANT UPDATE (x) ON TABLE b TO PUBLIC;
CREATE STATISTICS both_of ON id, x FROM b;

CREATE MATERIALIZED VIEW m AS
 SELECT count(*) AS n
   FROM v;
CREATE UNIQUE INDEX m_n ON m (n);

ALTER TABLE app.a ALTER COLUMN d SET STORAGE EXTERNAL;

-- MIGRATE DOWN

-- Drops publication all_of_b.
DROP PUBLICATION all_of_b;

-- Drops materialized view m.
DROP MATERIALIZED VIEW m;

-- Drops view v.
DROP VIEW v;

-- Drops aggregate app.total(integer).
DROP AGGREGATE app.total(integer);

-- Drops function app.add(integer, integer).
DROP FUNCTION app.add(integer, integer);

-- Drops procedure app.go().
DROP PROCEDURE app.go();

-- Drops table app.a with all its rows.
DROP TABLE app.a;

DROP COLLATION app.german;

DROP DOMAIN app.positive;

DROP TYPE app.pair;

DROP TYPE app.span;

-- Drops table b_child with all its rows.
DROP TABLE b_child;

-- Drops table b with all its rows.
DROP TABLE b;

-- Drops function app.noted().
DROP FUNCTION app.noted();

-- Drops table part_a with all its rows.
DROP TABLE part_a;

-- Drops table part_rest with all its rows.
DROP TABLE part_rest;

-- Drops table part with all its rows.
DROP TABLE part;

-- Drops sequence app.numbers.
DROP SEQUENCE app.numbers;

-- Drops schema app.
DROP SCHEMA app;

-- CASE a rich schema goes, and is made again
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Drops table app.a with all its rows.
--  Drops table b_child with all its rows.
--  Drops table b with all its rows.
--  Drops table part_a with all its rows.
--  Drops table part_rest with all its rows.
--  Drops table part with all its rows.
--  Drops sequence app.numbers.

-- MIGRATE UP

-- Drops publication all_of_b.
DROP PUBLICATION all_of_b;

-- Drops materialized view m.
DROP MATERIALIZED VIEW m;

-- Drops view v.
DROP VIEW v;

-- Drops aggregate app.total(integer).
DROP AGGREGATE app.total(integer);

-- Drops function app.add(integer, integer).
DROP FUNCTION app.add(integer, integer);

-- Drops procedure app.go().
DROP PROCEDURE app.go();

-- Drops table app.a with all its rows.
DROP TABLE app.a;

DROP COLLATION app.german;

DROP DOMAIN app.positive;

DROP TYPE app.pair;

DROP TYPE app.span;

-- Drops table b_child with all its rows.
DROP TABLE b_child;

-- Drops table b with all its rows.
DROP TABLE b;

-- Drops function app.noted().
DROP FUNCTION app.noted();

-- Drops table part_a with all its rows.
DROP TABLE part_a;

-- Drops table part_rest with all its rows.
DROP TABLE part_rest;

-- Drops table part with all its rows.
DROP TABLE part;

-- Drops sequence app.numbers.
DROP SEQUENCE app.numbers;

-- Drops schema app.
DROP SCHEMA app;

-- MIGRATE DOWN

CREATE SCHEMA app;

CREATE COLLATION app.german (PROVIDER = icu, LOCALE = 'de');

CREATE DOMAIN app.positive AS integer DEFAULT 1 NOT NULL CONSTRAINT positive_check CHECK (VALUE > 0);

CREATE TYPE app.pair AS (a integer, b text);

CREATE TYPE app.span AS RANGE (SUBTYPE = double precision, MULTIRANGE_TYPE_NAME = app.span_multirange);

CREATE SEQUENCE app.numbers INCREMENT BY 2 START WITH 10;

CREATE UNLOGGED TABLE app.a (
  id integer GENERATED ALWAYS AS IDENTITY (START WITH 5),
  d text,
  CONSTRAINT a_pkey PRIMARY KEY (id)
);
ALTER TABLE app.a SET (fillfactor=50);
ALTER TABLE app.a ADD COLUMN c text COLLATE app.german;
ALTER TABLE app.a ADD COLUMN n app.positive;
ALTER TABLE app.a ADD COLUMN p app.pair;
ALTER TABLE app.a ADD COLUMN s app.span;

CREATE TABLE b (
  id bigserial,
  x integer
);

CREATE TABLE b_child (
  more integer
) INHERITS (b);

ALTER TABLE b ENABLE ROW LEVEL SECURITY;
ALTER TABLE b REPLICA IDENTITY FULL;

CREATE TABLE part (
  id integer NOT NULL,
  at date NOT NULL
) PARTITION BY RANGE (at);

CREATE TABLE part_a PARTITION OF part FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');

CREATE TABLE part_rest PARTITION OF part DEFAULT;

CREATE FUNCTION app.add(integer, integer DEFAULT 2)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
RETURN ($1 + $2);

CREATE FUNCTION app.noted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$BEGIN -- it's; "odd"
    RETURN NEW; END$function$;

CREATE PROCEDURE app.go()
 LANGUAGE sql
AS $procedure$SELECT 1$procedure$;

CREATE AGGREGATE app.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');

ALTER TABLE b ADD CONSTRAINT b_int4range_excl EXCLUDE USING gist (int4range((id)::integer, x) WITH &&);

ALTER TABLE part ADD CONSTRAINT part_pkey PRIMARY KEY (id, at);
CREATE INDEX part_at ON part (at);

CREATE VIEW public.v WITH (security_barrier=true) AS
 SELECT id,
    app.add(x) AS y
   FROM public.b;

CREATE INDEX odd ON b (lower((x)::text) COLLATE "C" text_pattern_ops DESC NULLS LAST) INCLUDE (id) WHERE (x > 0);
CREATE RULE quiet AS
    ON DELETE TO b DO INSTEAD NOTHING;
CREATE TRIGGER noted AFTER INSERT OR UPDATE OF x ON b FOR EACH ROW WHEN ((new.x > 0)) EXECUTE FUNCTION app.noted();
CREATE POLICY own ON b FOR UPDATE TO PUBLIC USING ((x > 0)) WITH CHECK (x > 1);

CREATE PUBLICATION all_of_b FOR TABLE b, b_child;

COMMENT ON COLUMN b.x IS 'it''s -- a comment';

COMMENT ON FUNCTION app.add(integer, integer) IS 'adds';

REVOKE ALL ON FUNCTION app.add(integer, integer) FROM PUBLIC;

GRANT USAGE ON SCHEMA app TO PUBLIC;

GRANT SELECT (id) ON TABLE b TO PUBLIC;
GRANT UPDATE (x) ON TABLE b TO PUBLIC;
CREATE STATISTICS both_of ON id, x FROM b;

CREATE MATERIALIZED VIEW m AS
 SELECT count(*) AS n
   FROM v;
CREATE UNIQUE INDEX m_n ON m (n);

ALTER TABLE app.a ALTER COLUMN d SET STORAGE EXTERNAL;

-- CASE a rich schema that is there is no difference
-- nothing differs

-- CASE on PostgreSQL 14: types, enums, keys and names change as elsewhere
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE t RENAME TO people;
ALTER SEQUENCE t_id_seq RENAME TO people_id_seq;
ALTER TABLE people RENAME CONSTRAINT t_pkey TO people_pkey;

DROP VIEW w;

ALTER TABLE people ALTER COLUMN v DROP DEFAULT;
ALTER SEQUENCE people_id_seq AS bigint;
-- Rewrites people under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
-- Reads all of c under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE people ALTER COLUMN id TYPE bigint;
ALTER TABLE people ALTER COLUMN n TYPE character varying(9);

-- Rewrites c under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
-- Reads all of people under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE c ALTER COLUMN t TYPE bigint;

ALTER TYPE e RENAME TO e_old;
CREATE TYPE e AS ENUM ('b', 'a', 'c');
-- Rewrites people under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE people ALTER COLUMN v TYPE e USING v::varchar::e;
DROP TYPE e_old;

ALTER TABLE people ALTER COLUMN v SET DEFAULT 'c'::e;

CREATE VIEW w AS
 SELECT people.n,
    people.v
   FROM people;

-- MIGRATE DOWN

DROP VIEW w;

ALTER TABLE people ALTER COLUMN v DROP DEFAULT;
ALTER SEQUENCE people_id_seq AS integer;
-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM people WHERE id NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites people under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
-- Reads all of c under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE people ALTER COLUMN id TYPE integer;
-- Raises where a value has more than 5 characters.
-- Fails unless this is 0: SELECT count(*) FROM people WHERE length(rtrim(n)) > 5
-- Rewrites people under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE people ALTER COLUMN n TYPE character varying(5);

-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM c WHERE t NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites c under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
-- Reads all of people under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE c ALTER COLUMN t TYPE integer;

ALTER TYPE e RENAME TO e_old;
CREATE TYPE e AS ENUM ('a', 'b');
-- Fails while a row has 'c'.
-- Rewrites people under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE people ALTER COLUMN v TYPE e USING v::varchar::e;
DROP TYPE e_old;

ALTER TABLE people ALTER COLUMN v SET DEFAULT 'a'::e;

CREATE VIEW w AS
 SELECT people.n,
    people.v
   FROM people;

ALTER TABLE people RENAME CONSTRAINT people_pkey TO t_pkey;
ALTER SEQUENCE people_id_seq RENAME TO t_id_seq;
ALTER TABLE people RENAME TO t;

-- CASE the first table of a folder without scripts, the journal being none of it
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE TABLE users (
  id serial,
  CONSTRAINT users_pkey PRIMARY KEY (id)
);

-- MIGRATE DOWN

-- Drops table users with all its rows.
DROP TABLE users;

-- CASE a table that shares the sequence of another is no serial itself
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE TABLE users (
  id serial
);

CREATE TABLE admins (
  id integer NOT NULL DEFAULT nextval('users_id_seq'::regclass)
);

-- MIGRATE DOWN

-- Drops table admins with all its rows.
DROP TABLE admins;

-- Drops table users with all its rows.
DROP TABLE users;

-- CASE a table that is clustered, and no more, and elsewhere
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE b SET WITHOUT CLUSTER;

ALTER TABLE a CLUSTER ON a_key;

-- MIGRATE DOWN

ALTER TABLE a SET WITHOUT CLUSTER;

ALTER TABLE b CLUSTER ON b_key;

-- CASE lists on a varchar, which PostgreSQL writes in two ways
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE TABLE users (
  kind character varying(9) DEFAULT 'a'::character varying,
  code text,
  CONSTRAINT users_kind_check CHECK ((kind)::text = ANY (ARRAY[('a'::character varying)::text, ('it''s, [b]'::character varying)::text]))
);
ALTER TABLE users ENABLE ROW LEVEL SECURITY;

CREATE VIEW kinds AS
 SELECT code,
    '(ARRAY[''x''::a])::text[]'::text AS say
   FROM users
  WHERE ((kind)::text = ANY (ARRAY[('a'::character varying)::text, ('it''s, [b]'::character varying)::text]));

CREATE INDEX users_kind ON users (kind) WHERE ((kind)::text <> ALL (ARRAY[('a'::character varying)::text, ('it''s, [b]'::character varying)::text]));
CREATE POLICY own ON users FOR ALL TO PUBLIC USING (((kind)::text = ANY (ARRAY['a'::text, 'it''s, [b]'::text])));

-- MIGRATE DOWN

-- Drops view kinds.
DROP VIEW kinds;

-- Drops table users with all its rows.
DROP TABLE users;

-- CASE a longer list on a varchar
-- SCRIPT main (yes)
-- MIGRATE UP

DROP POLICY own ON users;
DROP INDEX users_kind;
ALTER TABLE users DROP CONSTRAINT users_kind_check;
-- Fails unless this is 0: SELECT count(*) FROM users WHERE NOT ((kind)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text, ('c'::character varying)::text]))
-- Reads all of users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ADD CONSTRAINT users_kind_check CHECK ((kind)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text, ('c'::character varying)::text]));
-- Builds an index of users under SHARE: nobody writes it meanwhile.
CREATE INDEX users_kind ON users (kind) WHERE ((kind)::text <> ALL (ARRAY[('a'::character varying)::text, ('b'::character varying)::text, ('c'::character varying)::text]));
CREATE POLICY own ON users FOR ALL TO PUBLIC USING (((kind)::text = ANY (ARRAY['a'::text, 'b'::text, 'c'::text])));

CREATE OR REPLACE VIEW kinds AS
 SELECT code,
    '(ARRAY[''x''::a])::text[]'::text AS say
   FROM users
  WHERE ((kind)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text, ('c'::character varying)::text]));

-- MIGRATE DOWN

DROP POLICY own ON users;
DROP INDEX users_kind;
ALTER TABLE users DROP CONSTRAINT users_kind_check;
-- Fails unless this is 0: SELECT count(*) FROM users WHERE NOT ((kind)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]))
-- Reads all of users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ADD CONSTRAINT users_kind_check CHECK ((kind)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]));
-- Builds an index of users under SHARE: nobody writes it meanwhile.
CREATE INDEX users_kind ON users (kind) WHERE ((kind)::text <> ALL (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]));
CREATE POLICY own ON users FOR ALL TO PUBLIC USING (((kind)::text = ANY (ARRAY['a'::text, 'b'::text])));

CREATE OR REPLACE VIEW kinds AS
 SELECT code,
    '(ARRAY[''x''::a])::text[]'::text AS say
   FROM users
  WHERE ((kind)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]));

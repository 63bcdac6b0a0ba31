-- What the cases of idempotence.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE entities
-- everything
--
-- From the entities, compared with the scripts before this one.
-- Proven on PostgreSQL 18.

-- MIGRATE UP

CREATE SCHEMA billing;

CREATE TYPE billing.invoice_state_enum AS ENUM ('open', 'paid');

CREATE TYPE content_length_enum AS ENUM ('s', 'l');

CREATE TYPE enum_arrays_moods_enum AS ENUM ('good', 'it''s bad', 'semi-bad', 'a, b');

CREATE TYPE enum_arrays_none_enum AS ENUM ('good', 'it''s bad', 'semi-bad', 'a, b');

CREATE TYPE enum_arrays_text_enum AS ENUM ('good', 'it''s bad', 'semi-bad', 'a, b');

CREATE TYPE enums_level_enum AS ENUM ('1', '10');

CREATE TYPE enums_listed_enum AS ENUM ('x', 'Y', '3');

CREATE TYPE enums_maybe_enum AS ENUM ('good', 'it''s bad', 'semi-bad', 'a, b');

CREATE TYPE enums_mood_enum AS ENUM ('good', 'it''s bad', 'semi-bad', 'a, b');

CREATE TYPE shared_mood AS ENUM ('good', 'it''s bad', 'semi-bad', 'a, b');

CREATE TYPE simples_pick_enum AS ENUM ('p', 'q');

CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public;

CREATE EXTENSION IF NOT EXISTS citext SCHEMA public;

CREATE EXTENSION IF NOT EXISTS hstore SCHEMA public;

CREATE EXTENSION IF NOT EXISTS ltree SCHEMA public;

CREATE EXTENSION IF NOT EXISTS "uuid-ossp" SCHEMA public;

CREATE TABLE billing."Invoice Line" (
  number integer NOT NULL,
  invoice_id integer NOT NULL,
  CONSTRAINT "PK_274d167d011a1aadf586740fe7a" PRIMARY KEY (number, invoice_id)
);

CREATE TABLE billing.invoice (
  id serial,
  state billing.invoice_state_enum NOT NULL DEFAULT 'open'::billing.invoice_state_enum,
  tags text[] NOT NULL DEFAULT '{}'::text[],
  CONSTRAINT "PK_15d25c200d9bcd8a33f698daf18" PRIMARY KEY (id)
);

CREATE TABLE "own join" (
  p integer NOT NULL,
  l uuid NOT NULL,
  CONSTRAINT "PK_29d1ef8aa8eea640b211c198af2" PRIMARY KEY (p, l)
);

CREATE TABLE "CamelTable" (
  id serial,
  "camelColumn" character varying DEFAULT 'x'::character varying,
  a_very_long_name_of_a_column_that_comes_near_the_limit_of_sixty character varying,
  CONSTRAINT "PK_d0fb5629bc6bc79a2887445a61b" PRIMARY KEY (id)
);

CREATE TABLE bigints (
  id bigserial,
  text bigint NOT NULL DEFAULT '9007199254740993'::bigint,
  zero bigint NOT NULL DEFAULT '0'::bigint,
  raw bigint NOT NULL DEFAULT 0,
  CONSTRAINT "PK_3fa3f512239264250d21daaba74" PRIMARY KEY (id)
);

CREATE TABLE booleans (
  id serial,
  off boolean NOT NULL DEFAULT false,
  "on" boolean NOT NULL DEFAULT true,
  text boolean NOT NULL DEFAULT false,
  raw boolean NOT NULL DEFAULT (NOT true),
  CONSTRAINT "PK_b8b215528dc329ccf909822a162" PRIMARY KEY (id)
);

CREATE TABLE checks (
  id serial,
  low integer,
  high integer NOT NULL DEFAULT 5,
  kind character varying NOT NULL DEFAULT 'a'::character varying,
  CONSTRAINT "CHK_3ef6ce0f2d45bb127bfc4debde" CHECK (low < high),
  CONSTRAINT "CHK_named" CHECK (((kind)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])) OR (low IS NULL)),
  CONSTRAINT "PK_5b78bc7432d3654a701ca5f35e5" PRIMARY KEY (id)
);

CREATE TABLE closure_tree_closure (
  id_ancestor integer NOT NULL,
  id_descendant integer NOT NULL,
  CONSTRAINT "PK_00daf8483d68f562fdb06daadb6" PRIMARY KEY (id_ancestor, id_descendant)
);

CREATE TABLE closure_tree (
  id serial,
  "parentId" integer,
  CONSTRAINT "PK_caf4525b08f441d00874061e916" PRIMARY KEY (id)
);
ALTER TABLE closure_tree ADD CONSTRAINT "FK_a1fa5fc8714c889082a051bf82d" FOREIGN KEY ("parentId") REFERENCES closure_tree(id);

CREATE TABLE collated (
  id serial,
  plain character varying COLLATE pg_catalog."C" NOT NULL DEFAULT 'c'::character varying,
  posix text COLLATE pg_catalog."POSIX",
  CONSTRAINT "PK_79e013f063344fb46d27a476c05" PRIMARY KEY (id)
);

CREATE TABLE comments (
  id serial,
  noted character varying NOT NULL,
  lines character varying,
  CONSTRAINT "PK_8bf68bc960f2b69e818bdb90dcb" PRIMARY KEY (id)
);
COMMENT ON COLUMN comments.lines IS 'two
lines';
COMMENT ON COLUMN comments.noted IS 'it''s a column; -- really';
COMMENT ON TABLE comments IS 'it''s a table';

CREATE TABLE composite_child (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  "parentTenant" integer,
  "parentCode" character varying(10),
  CONSTRAINT "PK_50f4e0be49825a1768e0f51f5ad" PRIMARY KEY (id)
);

CREATE TABLE composite_key (
  tenant integer NOT NULL,
  code character varying(10) NOT NULL,
  CONSTRAINT "PK_4445e491abd7bbe0cf937dbbedf" PRIMARY KEY (tenant, code)
);

CREATE TABLE content (
  id serial,
  title character varying NOT NULL DEFAULT 'untitled'::character varying,
  size integer DEFAULT 0,
  length content_length_enum DEFAULT 's'::content_length_enum,
  type character varying NOT NULL,
  CONSTRAINT "PK_6a2083913f3647b44f205204e36" PRIMARY KEY (id)
);
CREATE INDEX "IDX_b9b0eb0c1e1e5f61a56ef072bc" ON content (type);

CREATE TABLE days (
  id serial,
  today date NOT NULL DEFAULT ('now'::text)::date,
  fixed date NOT NULL DEFAULT '2020-02-29'::date,
  start time(0) without time zone NOT NULL DEFAULT '08:00:00'::time without time zone,
  zoned time with time zone,
  lasts interval NOT NULL DEFAULT '1 day'::interval,
  brief interval(3) NOT NULL DEFAULT '01:30:00'::interval,
  CONSTRAINT "PK_c2c66eb46534bea34ba48cc4d7f" PRIMARY KEY (id)
);

CREATE TABLE derived_things (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  "createdAt" timestamp without time zone NOT NULL DEFAULT now(),
  version integer NOT NULL,
  text character varying NOT NULL DEFAULT '{}'::character varying,
  CONSTRAINT "PK_dfdb65ba292b33d8518d4de1646" PRIMARY KEY (id)
);

CREATE TABLE embeds (
  id serial,
  "homeCountry" character varying NOT NULL DEFAULT 'DE'::character varying,
  "homeLat" numeric(9,6),
  "w_Country" character varying NOT NULL DEFAULT 'DE'::character varying,
  "w_Lat" numeric(9,6),
  country character varying NOT NULL DEFAULT 'DE'::character varying,
  lat numeric(9,6),
  CONSTRAINT "PK_c44f5ea08993d1a72a9539693af" PRIMARY KEY (id)
);

CREATE TABLE enum_arrays (
  id serial,
  moods enum_arrays_moods_enum[] NOT NULL DEFAULT '{good}'::enum_arrays_moods_enum[],
  "none" enum_arrays_none_enum[] NOT NULL DEFAULT '{}'::enum_arrays_none_enum[],
  text enum_arrays_text_enum[] NOT NULL DEFAULT '{semi-bad,good}'::enum_arrays_text_enum[],
  CONSTRAINT "PK_0579a81ba352278b03c91b68a3b" PRIMARY KEY (id)
);

CREATE TABLE enums (
  id serial,
  mood enums_mood_enum NOT NULL DEFAULT 'it''s bad'::enums_mood_enum,
  maybe enums_maybe_enum,
  level enums_level_enum NOT NULL DEFAULT '10'::enums_level_enum,
  listed enums_listed_enum NOT NULL DEFAULT '3'::enums_listed_enum,
  CONSTRAINT "PK_73c848cc8bdacb24a68826663a0" PRIMARY KEY (id)
);

CREATE TABLE exclusions (
  id serial,
  span tstzrange NOT NULL,
  CONSTRAINT "PK_1aa551b63ab576ab22f74130a15" PRIMARY KEY (id)
);
ALTER TABLE exclusions ADD CONSTRAINT "XCL_cd2cd6ff7c1e55c10e36b129db" EXCLUDE USING gist (span WITH &&);

CREATE TABLE expressions (
  id serial,
  code character varying NOT NULL DEFAULT substr(md5((random())::text), 1, 8),
  joined text NOT NULL DEFAULT ((lower('ABC'::text) || '-'::text) || (CURRENT_USER)::text),
  sum integer NOT NULL DEFAULT ((1 + 2) * 3),
  dice integer NOT NULL DEFAULT (floor((random() * (10)::double precision)))::integer,
  raw character varying NOT NULL DEFAULT 'it''s raw'::character varying,
  CONSTRAINT "PK_e75aa87c24b37cd86f6c8a668c9" PRIMARY KEY (id)
);

CREATE TABLE generateds (
  id serial,
  width integer NOT NULL,
  height integer NOT NULL,
  area integer GENERATED ALWAYS AS (width * height) STORED NOT NULL,
  shape character varying GENERATED ALWAYS AS (
CASE
    WHEN (width > height) THEN 'wide'::text
    ELSE 'it''s tall'::text
END) STORED,
  CONSTRAINT "PK_4e2c181ef15eca9473bf7b18c3b" PRIMARY KEY (id)
);

CREATE TABLE identity_always (
  id integer GENERATED ALWAYS AS IDENTITY,
  name character varying NOT NULL,
  CONSTRAINT "PK_da03abdaa7b6e1173c470431759" PRIMARY KEY (id)
);

CREATE TABLE identity_default (
  id bigint GENERATED BY DEFAULT AS IDENTITY,
  CONSTRAINT "PK_665215d15da3e0d5dcfe88b498a" PRIMARY KEY (id)
);

CREATE TABLE increments (
  id uuid NOT NULL,
  number serial,
  CONSTRAINT "PK_c852ad74b11f6ddcb1c25be7e64" PRIMARY KEY (id)
);

CREATE TABLE indices (
  id serial,
  a integer,
  b integer NOT NULL,
  t character varying,
  CONSTRAINT "PK_8d7904e826a6671884d4636ade3" PRIMARY KEY (id)
);
CREATE INDEX "IDX_047567800f910c29a6c3d06252" ON indices (b, a);
CREATE UNIQUE INDEX "IDX_1daa35f0201ed81360fc636bd8" ON indices (t);
CREATE INDEX "IDX_69e003f122f6fb88972dc1433a" ON indices (b);
CREATE INDEX "IDX_77d6016b19b24aebfe3709d844" ON indices (t) WHERE ((t)::text = 'it''s'::text);
CREATE UNIQUE INDEX partial ON indices (a) WHERE ((a IS NOT NULL) AND (b > 0));

CREATE TABLE "json_array" (
  id serial,
  "none" jsonb NOT NULL DEFAULT '[]'::jsonb,
  "some" jsonb NOT NULL DEFAULT '["a", {"b": 1}]'::jsonb,
  raw jsonb NOT NULL DEFAULT '["x"]'::jsonb,
  CONSTRAINT "PK_4b786e2907d0691b954c0fb3070" PRIMARY KEY (id)
);

CREATE TABLE public."json_object" (
  id serial,
  value jsonb NOT NULL DEFAULT '{"a": null, "b": [1, 2, {"c": "it''s"}]}'::jsonb,
  empty jsonb NOT NULL DEFAULT '{}'::jsonb,
  plain json NOT NULL DEFAULT '{"z":1,"a":2}'::json,
  CONSTRAINT "PK_4b9b0b60351ad96f696eb26ba86" PRIMARY KEY (id)
);

CREATE TABLE json_string (
  id serial,
  text jsonb NOT NULL DEFAULT '"text"'::jsonb,
  nothing jsonb NOT NULL DEFAULT 'null'::jsonb,
  absent jsonb,
  CONSTRAINT "PK_6d00ce8b3f5360d6766b4502b8a" PRIMARY KEY (id)
);

CREATE TABLE label (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  CONSTRAINT "PK_5692ac5348861d3776eb5843672" PRIMARY KEY (id)
);

CREATE TABLE lengths (
  id serial,
  sized character varying(50) NOT NULL DEFAULT 'x'::character varying,
  fixed character(3) NOT NULL DEFAULT 'EUR'::bpchar,
  one character(1) NOT NULL DEFAULT 'a'::bpchar,
  "any" character varying NOT NULL,
  bits bit(4) NOT NULL DEFAULT '0101'::"bit",
  more bit varying,
  bytes bytea NOT NULL DEFAULT '\xdeadbeef'::bytea,
  CONSTRAINT "PK_86fb74209c3817f4f10bdf13147" PRIMARY KEY (id)
);

CREATE TABLE moments (
  id serial,
  "createdAt" timestamp(3) with time zone NOT NULL DEFAULT now(),
  "updatedAt" timestamp(0) without time zone NOT NULL DEFAULT now(),
  "deletedAt" timestamp with time zone,
  due timestamp with time zone NOT NULL DEFAULT (CURRENT_TIMESTAMP + '1 day'::interval),
  utc timestamp without time zone NOT NULL DEFAULT (now() AT TIME ZONE 'utc'::text),
  six timestamp(6) without time zone NOT NULL DEFAULT ('now'::text)::timestamp(6) with time zone,
  upper timestamp with time zone NOT NULL DEFAULT now(),
  fixed timestamp with time zone NOT NULL DEFAULT '2020-01-01 00:00:00+00'::timestamp with time zone,
  CONSTRAINT "PK_5e37a182a29676eb8aa410bec12" PRIMARY KEY (id)
);

CREATE TABLE moneys (
  id serial,
  zero money NOT NULL DEFAULT '$0.00'::money,
  text money NOT NULL DEFAULT '$12.50'::money,
  CONSTRAINT "PK_c2cf2cced009a5d99b3ba5cb57a" PRIMARY KEY (id)
);

CREATE TABLE networks (
  id serial,
  host inet NOT NULL DEFAULT '127.0.0.1'::inet,
  net cidr NOT NULL DEFAULT '10.0.0.0/8'::cidr,
  card macaddr,
  CONSTRAINT "PK_61b1ee921bf79550d9d4742b9f7" PRIMARY KEY (id)
);

CREATE TABLE null_defaults (
  id serial,
  "none" text,
  raw integer,
  xml xml,
  CONSTRAINT "PK_149d389187970e4d6f84a38aaf3" PRIMARY KEY (id)
);

CREATE TABLE number_array (
  id serial,
  whole integer[] NOT NULL DEFAULT '{1,-2}'::integer[],
  exact numeric(8,2)[] NOT NULL DEFAULT '{1.5,2}'::numeric[],
  ids uuid[] NOT NULL DEFAULT '{}'::uuid[],
  many jsonb[] NOT NULL DEFAULT '{}'::jsonb[],
  CONSTRAINT "PK_c16dce0d2c8f4a33863ce758056" PRIMARY KEY (id)
);

CREATE TABLE numerics (
  id serial,
  amount numeric(10,2) NOT NULL DEFAULT 1.5,
  whole numeric(5,0) NOT NULL DEFAULT '10'::numeric,
  "any" numeric NOT NULL DEFAULT '0'::numeric,
  double double precision NOT NULL DEFAULT '0.1'::double precision,
  "real" real NOT NULL DEFAULT '-1e-07'::real,
  four real NOT NULL DEFAULT '1'::real,
  small smallint NOT NULL DEFAULT '-1'::smallint,
  CONSTRAINT "PK_aeb362f545b06ff4b8291dd82b7" PRIMARY KEY (id)
);

CREATE TABLE one_to_ones (
  id serial,
  "childId" uuid,
  "bossId" integer,
  CONSTRAINT "PK_7beefae090451a0366b34221a47" PRIMARY KEY (id),
  CONSTRAINT "REL_7ee3e509f689abc982d07decbc" UNIQUE ("childId")
);

CREATE TABLE path_tree (
  id serial,
  mpath character varying DEFAULT ''::character varying,
  "parentId" integer,
  CONSTRAINT "PK_87d64139b2de3780bba03d8ea74" PRIMARY KEY (id)
);
ALTER TABLE path_tree ADD CONSTRAINT "FK_11a5b35e0f274309006407da2ff" FOREIGN KEY ("parentId") REFERENCES path_tree(id);

CREATE TABLE post_labels_label (
  "postId" integer NOT NULL,
  "labelId" uuid NOT NULL,
  CONSTRAINT "PK_86a855dfd0efc6a2c18c5534181" PRIMARY KEY ("postId", "labelId")
);

CREATE TABLE post (
  id serial,
  CONSTRAINT "PK_be5fda3aac270b134ff9c21cdee" PRIMARY KEY (id)
);

CREATE TABLE quotes (
  id serial,
  single character varying NOT NULL DEFAULT 'it''s'::character varying,
  double character varying NOT NULL DEFAULT 'say "so"'::character varying,
  back character varying NOT NULL DEFAULT 'back\slash'::character varying,
  empty character varying NOT NULL DEFAULT ''::character varying,
  comment character varying NOT NULL DEFAULT ' -- ; $$ '::character varying,
  "Odd name" character varying NOT NULL DEFAULT 'null'::character varying,
  "select" character varying NOT NULL DEFAULT 'now()'::character varying,
  wide character varying NOT NULL DEFAULT 'zwölf 🎉
lines'::character varying,
  CONSTRAINT "PK_99a0e8bcbcd8719d3a41f23c263" PRIMARY KEY (id)
);

CREATE TABLE ranges (
  id serial,
  span int4range NOT NULL DEFAULT '[1,5)'::int4range,
  during tstzrange NOT NULL DEFAULT tstzrange(now(), NULL::timestamp with time zone),
  spans int4multirange,
  at point NOT NULL DEFAULT point((1)::double precision, (2)::double precision),
  box box,
  CONSTRAINT "PK_cc6bfd0d09dda9fa9158cadb6c5" PRIMARY KEY (id)
);

CREATE TABLE searches (
  id serial,
  title character varying NOT NULL,
  words tsvector GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, (title)::text)) STORED NOT NULL,
  query tsquery,
  pairs hstore,
  loose citext NOT NULL DEFAULT 'Any'::citext,
  path ltree,
  CONSTRAINT "PK_60a4e082658af4c8834c23f6fad" PRIMARY KEY (id)
);

CREATE TABLE set_tree (
  id serial,
  nsleft integer NOT NULL DEFAULT 1,
  nsright integer NOT NULL DEFAULT 2,
  "parentId" integer,
  CONSTRAINT "PK_4a87fe1a50ff3cf1a35009ffbdd" PRIMARY KEY (id)
);
ALTER TABLE set_tree ADD CONSTRAINT "FK_1df142d2df27a85d0edf8638ad7" FOREIGN KEY ("parentId") REFERENCES set_tree(id);

CREATE TABLE shared_one (
  id serial,
  mood shared_mood NOT NULL DEFAULT 'good'::shared_mood,
  CONSTRAINT "PK_de8e97a65044e12c5ee6024ab1d" PRIMARY KEY (id)
);

CREATE TABLE shared_two (
  id serial,
  moods shared_mood[] NOT NULL DEFAULT '{}'::shared_mood[],
  CONSTRAINT "PK_07fb2b2ad92932d9e7a3d966002" PRIMARY KEY (id)
);

CREATE TABLE simples (
  id serial,
  list text NOT NULL DEFAULT 'a,b'::text,
  data text,
  pick simples_pick_enum NOT NULL DEFAULT 'q'::simples_pick_enum,
  CONSTRAINT "PK_94abd4fee413122f654e8d6eeb5" PRIMARY KEY (id)
);

CREATE TABLE small_key (
  id smallserial,
  CONSTRAINT own_key PRIMARY KEY (id)
);

CREATE TABLE text_array (
  id serial,
  "none" text[] NOT NULL DEFAULT '{}'::text[],
  braces text[] NOT NULL DEFAULT '{}'::text[],
  built text[] NOT NULL DEFAULT ARRAY[]::text[],
  odd text[] NOT NULL DEFAULT '{"a b",it''s,"c,d",""}'::text[],
  sized character varying(20)[],
  CONSTRAINT "PK_247059d06a3d2d42216f40339fc" PRIMARY KEY (id)
);

CREATE TABLE uniques (
  id serial,
  a integer NOT NULL,
  b integer NOT NULL,
  CONSTRAINT "PK_c9ed0c0c6ee7307bba5288119ed" PRIMARY KEY (id),
  CONSTRAINT "UQ_497da895ac358008cb52fd88a34" UNIQUE (b),
  CONSTRAINT late UNIQUE (a, b) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE uuid_function (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  zero uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'::uuid,
  CONSTRAINT "PK_0f5891de5e808de29479ab3b7d9" PRIMARY KEY (id)
);

CREATE TABLE uuid_generated (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  other uuid NOT NULL DEFAULT gen_random_uuid(),
  third uuid NOT NULL DEFAULT uuid_generate_v4(),
  CONSTRAINT "PK_51a818fa2098af4de4f871eb74f" PRIMARY KEY (id)
);

ALTER TABLE billing."Invoice Line" ADD CONSTRAINT line_of FOREIGN KEY (invoice_id) REFERENCES billing.invoice(id) ON UPDATE RESTRICT ON DELETE CASCADE;

ALTER TABLE closure_tree_closure ADD CONSTRAINT "FK_800e5d7de98689c0dcb9c9399e6" FOREIGN KEY (id_descendant) REFERENCES closure_tree(id) ON DELETE CASCADE;
ALTER TABLE closure_tree_closure ADD CONSTRAINT "FK_fb5f6ce898159b5e3561389decc" FOREIGN KEY (id_ancestor) REFERENCES closure_tree(id) ON DELETE CASCADE;
CREATE INDEX "IDX_800e5d7de98689c0dcb9c9399e" ON closure_tree_closure (id_descendant);
CREATE INDEX "IDX_fb5f6ce898159b5e3561389dec" ON closure_tree_closure (id_ancestor);

ALTER TABLE composite_child ADD CONSTRAINT "FK_51a0381903d277d3c2d3d8b2f61" FOREIGN KEY ("parentTenant", "parentCode") REFERENCES composite_key(tenant, code) ON DELETE SET NULL DEFERRABLE;

ALTER TABLE "own join" ADD CONSTRAINT "FK_0b0418db1e6c334cfeb125eece5" FOREIGN KEY (l) REFERENCES label(id) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE "own join" ADD CONSTRAINT "FK_f58854d10f3e908f1ef0faff92e" FOREIGN KEY (p) REFERENCES post(id) ON UPDATE CASCADE ON DELETE CASCADE;
CREATE INDEX "IDX_0b0418db1e6c334cfeb125eece" ON "own join" (l);
CREATE INDEX "IDX_f58854d10f3e908f1ef0faff92" ON "own join" (p);

ALTER TABLE one_to_ones ADD CONSTRAINT "FK_7ee3e509f689abc982d07decbc9" FOREIGN KEY ("childId") REFERENCES composite_child(id);
ALTER TABLE one_to_ones ADD CONSTRAINT "FK_105eadbd084096862ced9f0d986" FOREIGN KEY ("bossId") REFERENCES one_to_ones(id);

ALTER TABLE post_labels_label ADD CONSTRAINT "FK_ef02870221f511dad11b8dde936" FOREIGN KEY ("postId") REFERENCES post(id) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE post_labels_label ADD CONSTRAINT "FK_f3504a366909c2a7876c1c54587" FOREIGN KEY ("labelId") REFERENCES label(id) ON UPDATE CASCADE ON DELETE CASCADE;
CREATE INDEX "IDX_ef02870221f511dad11b8dde93" ON post_labels_label ("postId");
CREATE INDEX "IDX_f3504a366909c2a7876c1c5458" ON post_labels_label ("labelId");

CREATE VIEW boolean_view AS
 SELECT id,
    'it''s'::text AS text
   FROM booleans b
  WHERE (off = false);

CREATE VIEW billing.second_view AS
 SELECT id
   FROM boolean_view v;

CREATE MATERIALIZED VIEW numbers AS
 SELECT id,
    (amount * (2)::numeric) AS twice
   FROM numerics;
CREATE INDEX "IDX_9d74c17d679ae3b50f5251ef76" ON numbers (id);

-- What TypeORM remembers of views and generated columns.
CREATE TABLE IF NOT EXISTS "public"."typeorm_metadata" ("type" varchar NOT NULL, "database" varchar, "schema" varchar, "table" varchar, "name" varchar, "value" text);
INSERT INTO "public"."typeorm_metadata" ("type", "schema", "table", "name", "value", "database") VALUES ('GENERATED_COLUMN', 'public', 'generateds', 'area', 'width * height', pg_catalog.current_database());
INSERT INTO "public"."typeorm_metadata" ("type", "schema", "table", "name", "value", "database") VALUES ('GENERATED_COLUMN', 'public', 'generateds', 'shape', 'CASE WHEN width > height THEN ''wide'' ELSE ''it''''s tall'' END', pg_catalog.current_database());
INSERT INTO "public"."typeorm_metadata" ("type", "schema", "table", "name", "value", "database") VALUES ('GENERATED_COLUMN', 'public', 'searches', 'words', 'to_tsvector(''simple'', title)', pg_catalog.current_database());
INSERT INTO "public"."typeorm_metadata" ("type", "schema", "table", "name", "value", "database") VALUES ('MATERIALIZED_VIEW', 'public', NULL, 'numbers', 'SELECT id, amount * 2 AS twice FROM "numerics" WITH DATA', NULL);
INSERT INTO "public"."typeorm_metadata" ("type", "schema", "table", "name", "value", "database") VALUES ('VIEW', 'billing', NULL, 'second_view', 'SELECT v.id FROM "boolean_view" v', NULL);
INSERT INTO "public"."typeorm_metadata" ("type", "schema", "table", "name", "value", "database") VALUES ('VIEW', 'public', NULL, 'boolean_view', 'SELECT "b"."id" AS "id", ''it''''s'' AS "text" FROM "booleans" "b" WHERE "b"."off" = false', NULL);

-- MIGRATE DOWN

-- What TypeORM remembers of views and generated columns.
DELETE FROM "public"."typeorm_metadata" WHERE "type" = 'GENERATED_COLUMN' AND "schema" = 'public' AND "table" = 'generateds' AND "name" = 'area';
DELETE FROM "public"."typeorm_metadata" WHERE "type" = 'GENERATED_COLUMN' AND "schema" = 'public' AND "table" = 'generateds' AND "name" = 'shape';
DELETE FROM "public"."typeorm_metadata" WHERE "type" = 'GENERATED_COLUMN' AND "schema" = 'public' AND "table" = 'searches' AND "name" = 'words';
DELETE FROM "public"."typeorm_metadata" WHERE "type" = 'MATERIALIZED_VIEW' AND "schema" = 'public' AND "table" IS NULL AND "name" = 'numbers';
DELETE FROM "public"."typeorm_metadata" WHERE "type" = 'VIEW' AND "schema" = 'billing' AND "table" IS NULL AND "name" = 'second_view';
DELETE FROM "public"."typeorm_metadata" WHERE "type" = 'VIEW' AND "schema" = 'public' AND "table" IS NULL AND "name" = 'boolean_view';

-- Drops materialized view numbers.
DROP MATERIALIZED VIEW numbers;

-- Drops view billing.second_view.
DROP VIEW billing.second_view;

-- Drops view boolean_view.
DROP VIEW boolean_view;

-- Drops table billing.Invoice Line with all its rows.
DROP TABLE billing."Invoice Line";

-- Drops table own join with all its rows.
DROP TABLE "own join";

-- Drops table closure_tree_closure with all its rows.
DROP TABLE closure_tree_closure;

-- Drops table one_to_ones with all its rows.
DROP TABLE one_to_ones;

-- Drops table path_tree with all its rows.
DROP TABLE path_tree;

-- Drops table post_labels_label with all its rows.
DROP TABLE post_labels_label;

-- Drops table set_tree with all its rows.
DROP TABLE set_tree;

-- Drops table CamelTable with all its rows.
DROP TABLE "CamelTable";

-- Drops table bigints with all its rows.
DROP TABLE bigints;

-- Drops table booleans with all its rows.
DROP TABLE booleans;

-- Drops table checks with all its rows.
DROP TABLE checks;

-- Drops table collated with all its rows.
DROP TABLE collated;

-- Drops table comments with all its rows.
DROP TABLE comments;

-- Drops table content with all its rows.
DROP TABLE content;

-- Drops table days with all its rows.
DROP TABLE days;

-- Drops table derived_things with all its rows.
DROP TABLE derived_things;

-- Drops table embeds with all its rows.
DROP TABLE embeds;

-- Drops table enum_arrays with all its rows.
DROP TABLE enum_arrays;

DROP TYPE content_length_enum;

-- Drops table enums with all its rows.
DROP TABLE enums;

-- Drops table exclusions with all its rows.
DROP TABLE exclusions;

-- Drops table expressions with all its rows.
DROP TABLE expressions;

-- Drops table generateds with all its rows.
DROP TABLE generateds;

DROP TYPE enum_arrays_moods_enum;

DROP TYPE enum_arrays_none_enum;

DROP TYPE enum_arrays_text_enum;

-- Drops table identity_always with all its rows.
DROP TABLE identity_always;

DROP TYPE enums_level_enum;

DROP TYPE enums_listed_enum;

DROP TYPE enums_maybe_enum;

DROP TYPE enums_mood_enum;

-- Drops table identity_default with all its rows.
DROP TABLE identity_default;

-- Drops table increments with all its rows.
DROP TABLE increments;

-- Drops table indices with all its rows.
DROP TABLE indices;

-- Drops table json_array with all its rows.
DROP TABLE "json_array";

-- Drops table json_object with all its rows.
DROP TABLE public."json_object";

-- Drops table json_string with all its rows.
DROP TABLE json_string;

-- Drops table lengths with all its rows.
DROP TABLE lengths;

-- Drops table moments with all its rows.
DROP TABLE moments;

-- Drops table moneys with all its rows.
DROP TABLE moneys;

-- Drops table networks with all its rows.
DROP TABLE networks;

-- Drops table null_defaults with all its rows.
DROP TABLE null_defaults;

-- Drops table number_array with all its rows.
DROP TABLE number_array;

-- Drops table numerics with all its rows.
DROP TABLE numerics;

-- Drops table quotes with all its rows.
DROP TABLE quotes;

-- Drops table ranges with all its rows.
DROP TABLE ranges;

-- Drops table searches with all its rows.
DROP TABLE searches;

-- Drops table shared_one with all its rows.
DROP TABLE shared_one;

-- Drops table shared_two with all its rows.
DROP TABLE shared_two;

-- Drops table simples with all its rows.
DROP TABLE simples;

-- Drops table small_key with all its rows.
DROP TABLE small_key;

-- Drops table text_array with all its rows.
DROP TABLE text_array;

-- Drops table uniques with all its rows.
DROP TABLE uniques;

-- Drops table uuid_function with all its rows.
DROP TABLE uuid_function;

-- Drops table uuid_generated with all its rows.
DROP TABLE uuid_generated;

DROP TYPE shared_mood;

-- Drops table billing.invoice with all its rows.
DROP TABLE billing.invoice;

DROP TYPE simples_pick_enum;

-- Drops table closure_tree with all its rows.
DROP TABLE closure_tree;

-- Drops table composite_child with all its rows.
DROP TABLE composite_child;

-- Drops table label with all its rows.
DROP TABLE label;

-- Drops table post with all its rows.
DROP TABLE post;

-- Drops table composite_key with all its rows.
DROP TABLE composite_key;

-- Drops extension btree_gist.
DROP EXTENSION btree_gist;

-- Drops extension citext.
DROP EXTENSION citext;

-- Drops extension hstore.
DROP EXTENSION hstore;

-- Drops extension ltree.
DROP EXTENSION ltree;

-- Drops extension uuid-ossp.
DROP EXTENSION "uuid-ossp";

DROP TYPE billing.invoice_state_enum;

-- Drops schema billing.
DROP SCHEMA billing;

-- What the cases of compared.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE the journal, its indexes and its own schema are no part of a difference
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE t ADD COLUMN a integer;

-- MIGRATE DOWN

-- Drops column t.a with its values.
ALTER TABLE t DROP COLUMN a;

-- CASE a schema in which there is more than the journal is compared
-- refused: QUESTION_OPEN

-- CASE default privileges are written, without the role that migrates
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;

-- MIGRATE DOWN

ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM PUBLIC;

-- CASE a secret never enters a script
-- refused: DIFFERENCE_REFUSED

-- CASE names that need quotes keep them, and schemas that are needed stay
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE SCHEMA "Odd one";

CREATE TYPE "Odd one".line AS ENUM ('a');

CREATE TYPE public.line AS ENUM ('b');

CREATE TABLE "Odd one"."user" (
  "order" integer DEFAULT 1,
  "a""b" text DEFAULT 'public.x'::text,
  v line,
  w public.line,
  "select" "Odd one".line DEFAULT 'a'::"Odd one".line
);

CREATE TABLE "user" (
  id serial,
  "table" integer,
  CONSTRAINT user_pkey PRIMARY KEY (id),
  CONSTRAINT user_table_check CHECK ("table" > 0)
);

CREATE VIEW public.v AS
 WITH "user" AS (
         SELECT 1 AS id
        )
 SELECT u.id,
    i.id AS other
   FROM "user" u,
    public."user" i;

-- MIGRATE DOWN

-- Drops view v.
DROP VIEW v;

-- Drops table Odd one.user with all its rows.
DROP TABLE "Odd one"."user";

DROP TYPE "Odd one".line;

DROP TYPE public.line;

-- Drops table user with all its rows.
DROP TABLE "user";

-- Drops schema Odd one.
DROP SCHEMA "Odd one";

-- CASE what differs in nothing that PostgreSQL stores is no difference
-- nothing differs

-- CASE a long chain of tables is dropped and made again
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Drops table t29 with all its rows.
--  Drops table t28 with all its rows.
--  Drops table t27 with all its rows.
--  Drops table t26 with all its rows.
--  Drops table t25 with all its rows.
--  Drops table t24 with all its rows.
--  Drops table t23 with all its rows.
--  Drops table t22 with all its rows.
--  Drops table t21 with all its rows.
--  Drops table t20 with all its rows.
--  Drops table t19 with all its rows.
--  Drops table t18 with all its rows.
--  Drops table t17 with all its rows.
--  Drops table t16 with all its rows.
--  Drops table t15 with all its rows.
--  Drops table t14 with all its rows.
--  Drops table t13 with all its rows.
--  Drops table t12 with all its rows.
--  Drops table t11 with all its rows.
--  Drops table t10 with all its rows.
--  Drops table t9 with all its rows.
--  Drops table t8 with all its rows.
--  Drops table t7 with all its rows.
--  Drops table t6 with all its rows.
--  Drops table t5 with all its rows.
--  Drops table t4 with all its rows.
--  Drops table t3 with all its rows.
--  Drops table t2 with all its rows.
--  Drops table t1 with all its rows.
--  Drops table t0 with all its rows.

-- MIGRATE UP

-- Drops table t29 with all its rows.
DROP TABLE t29;

-- Drops table t28 with all its rows.
DROP TABLE t28;

-- Drops table t27 with all its rows.
DROP TABLE t27;

-- Drops table t26 with all its rows.
DROP TABLE t26;

-- Drops table t25 with all its rows.
DROP TABLE t25;

-- Drops table t24 with all its rows.
DROP TABLE t24;

-- Drops table t23 with all its rows.
DROP TABLE t23;

-- Drops table t22 with all its rows.
DROP TABLE t22;

-- Drops table t21 with all its rows.
DROP TABLE t21;

-- Drops table t20 with all its rows.
DROP TABLE t20;

-- Drops table t19 with all its rows.
DROP TABLE t19;

-- Drops table t18 with all its rows.
DROP TABLE t18;

-- Drops table t17 with all its rows.
DROP TABLE t17;

-- Drops table t16 with all its rows.
DROP TABLE t16;

-- Drops table t15 with all its rows.
DROP TABLE t15;

-- Drops table t14 with all its rows.
DROP TABLE t14;

-- Drops table t13 with all its rows.
DROP TABLE t13;

-- Drops table t12 with all its rows.
DROP TABLE t12;

-- Drops table t11 with all its rows.
DROP TABLE t11;

-- Drops table t10 with all its rows.
DROP TABLE t10;

-- Drops table t9 with all its rows.
DROP TABLE t9;

-- Drops table t8 with all its rows.
DROP TABLE t8;

-- Drops table t7 with all its rows.
DROP TABLE t7;

-- Drops table t6 with all its rows.
DROP TABLE t6;

-- Drops table t5 with all its rows.
DROP TABLE t5;

-- Drops table t4 with all its rows.
DROP TABLE t4;

-- Drops table t3 with all its rows.
DROP TABLE t3;

-- Drops table t2 with all its rows.
DROP TABLE t2;

-- Drops table t1 with all its rows.
DROP TABLE t1;

-- Drops table t0 with all its rows.
DROP TABLE t0;

-- MIGRATE DOWN

CREATE TABLE t0 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t0_pkey PRIMARY KEY (id)
);

CREATE TABLE t10 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t10_pkey PRIMARY KEY (id)
);

CREATE TABLE t11 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t11_pkey PRIMARY KEY (id)
);
ALTER TABLE t11 ADD CONSTRAINT t11_p_fkey FOREIGN KEY (p) REFERENCES t10(id);

CREATE TABLE t12 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t12_pkey PRIMARY KEY (id)
);
ALTER TABLE t12 ADD CONSTRAINT t12_p_fkey FOREIGN KEY (p) REFERENCES t11(id);

CREATE TABLE t13 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t13_pkey PRIMARY KEY (id)
);
ALTER TABLE t13 ADD CONSTRAINT t13_p_fkey FOREIGN KEY (p) REFERENCES t12(id);

CREATE TABLE t14 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t14_pkey PRIMARY KEY (id)
);
ALTER TABLE t14 ADD CONSTRAINT t14_p_fkey FOREIGN KEY (p) REFERENCES t13(id);

CREATE TABLE t15 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t15_pkey PRIMARY KEY (id)
);
ALTER TABLE t15 ADD CONSTRAINT t15_p_fkey FOREIGN KEY (p) REFERENCES t14(id);

CREATE TABLE t16 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t16_pkey PRIMARY KEY (id)
);
ALTER TABLE t16 ADD CONSTRAINT t16_p_fkey FOREIGN KEY (p) REFERENCES t15(id);

CREATE TABLE t17 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t17_pkey PRIMARY KEY (id)
);
ALTER TABLE t17 ADD CONSTRAINT t17_p_fkey FOREIGN KEY (p) REFERENCES t16(id);

CREATE TABLE t18 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t18_pkey PRIMARY KEY (id)
);
ALTER TABLE t18 ADD CONSTRAINT t18_p_fkey FOREIGN KEY (p) REFERENCES t17(id);

CREATE TABLE t19 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t19_pkey PRIMARY KEY (id)
);
ALTER TABLE t19 ADD CONSTRAINT t19_p_fkey FOREIGN KEY (p) REFERENCES t18(id);

CREATE TABLE t1 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t1_pkey PRIMARY KEY (id)
);
ALTER TABLE t1 ADD CONSTRAINT t1_p_fkey FOREIGN KEY (p) REFERENCES t0(id);

CREATE TABLE t20 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t20_pkey PRIMARY KEY (id)
);
ALTER TABLE t20 ADD CONSTRAINT t20_p_fkey FOREIGN KEY (p) REFERENCES t19(id);

CREATE TABLE t21 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t21_pkey PRIMARY KEY (id)
);
ALTER TABLE t21 ADD CONSTRAINT t21_p_fkey FOREIGN KEY (p) REFERENCES t20(id);

CREATE TABLE t22 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t22_pkey PRIMARY KEY (id)
);
ALTER TABLE t22 ADD CONSTRAINT t22_p_fkey FOREIGN KEY (p) REFERENCES t21(id);

CREATE TABLE t23 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t23_pkey PRIMARY KEY (id)
);
ALTER TABLE t23 ADD CONSTRAINT t23_p_fkey FOREIGN KEY (p) REFERENCES t22(id);

CREATE TABLE t24 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t24_pkey PRIMARY KEY (id)
);
ALTER TABLE t24 ADD CONSTRAINT t24_p_fkey FOREIGN KEY (p) REFERENCES t23(id);

CREATE TABLE t25 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t25_pkey PRIMARY KEY (id)
);
ALTER TABLE t25 ADD CONSTRAINT t25_p_fkey FOREIGN KEY (p) REFERENCES t24(id);

CREATE TABLE t26 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t26_pkey PRIMARY KEY (id)
);
ALTER TABLE t26 ADD CONSTRAINT t26_p_fkey FOREIGN KEY (p) REFERENCES t25(id);

CREATE TABLE t27 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t27_pkey PRIMARY KEY (id)
);
ALTER TABLE t27 ADD CONSTRAINT t27_p_fkey FOREIGN KEY (p) REFERENCES t26(id);

CREATE TABLE t28 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t28_pkey PRIMARY KEY (id)
);
ALTER TABLE t28 ADD CONSTRAINT t28_p_fkey FOREIGN KEY (p) REFERENCES t27(id);

CREATE TABLE t29 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t29_pkey PRIMARY KEY (id)
);
ALTER TABLE t29 ADD CONSTRAINT t29_p_fkey FOREIGN KEY (p) REFERENCES t28(id);

CREATE TABLE t2 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t2_pkey PRIMARY KEY (id)
);
ALTER TABLE t2 ADD CONSTRAINT t2_p_fkey FOREIGN KEY (p) REFERENCES t1(id);

CREATE TABLE t3 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t3_pkey PRIMARY KEY (id)
);
ALTER TABLE t3 ADD CONSTRAINT t3_p_fkey FOREIGN KEY (p) REFERENCES t2(id);

CREATE TABLE t4 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t4_pkey PRIMARY KEY (id)
);
ALTER TABLE t4 ADD CONSTRAINT t4_p_fkey FOREIGN KEY (p) REFERENCES t3(id);

CREATE TABLE t5 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t5_pkey PRIMARY KEY (id)
);
ALTER TABLE t5 ADD CONSTRAINT t5_p_fkey FOREIGN KEY (p) REFERENCES t4(id);

CREATE TABLE t6 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t6_pkey PRIMARY KEY (id)
);
ALTER TABLE t6 ADD CONSTRAINT t6_p_fkey FOREIGN KEY (p) REFERENCES t5(id);

CREATE TABLE t7 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t7_pkey PRIMARY KEY (id)
);
ALTER TABLE t7 ADD CONSTRAINT t7_p_fkey FOREIGN KEY (p) REFERENCES t6(id);

CREATE TABLE t8 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t8_pkey PRIMARY KEY (id)
);
ALTER TABLE t8 ADD CONSTRAINT t8_p_fkey FOREIGN KEY (p) REFERENCES t7(id);

CREATE TABLE t9 (
  id integer NOT NULL,
  p integer,
  CONSTRAINT t9_pkey PRIMARY KEY (id)
);
ALTER TABLE t9 ADD CONSTRAINT t9_p_fkey FOREIGN KEY (p) REFERENCES t8(id);

ALTER TABLE t10 ADD CONSTRAINT t10_p_fkey FOREIGN KEY (p) REFERENCES t9(id);

-- CASE tables that refer to each other are made and dropped
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE TABLE a (
  id integer NOT NULL,
  b integer,
  CONSTRAINT a_pkey PRIMARY KEY (id)
);

CREATE TABLE b (
  id integer NOT NULL,
  a integer,
  CONSTRAINT b_pkey PRIMARY KEY (id)
);
ALTER TABLE b ADD CONSTRAINT b_a_fkey FOREIGN KEY (a) REFERENCES a(id);

ALTER TABLE a ADD CONSTRAINT a_b_fkey FOREIGN KEY (b) REFERENCES b(id);

-- MIGRATE DOWN

ALTER TABLE a DROP CONSTRAINT a_b_fkey;

ALTER TABLE b DROP CONSTRAINT b_a_fkey;
-- Drops table b with all its rows.
DROP TABLE b;

-- Drops table a with all its rows.
DROP TABLE a;

-- CASE a new table is one statement, its columns where they were declared
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE TYPE users_role_enum AS ENUM ('user', 'admin');

CREATE DOMAIN email AS text CONSTRAINT email_check CHECK (VALUE ~ '@'::text);

CREATE TABLE users (
  role users_role_enum NOT NULL DEFAULT 'user'::users_role_enum,
  id serial,
  name text,
  upper text GENERATED ALWAYS AS (upper(name)) STORED,
  roles users_role_enum[],
  at timestamp(3) with time zone,
  CONSTRAINT users_pkey PRIMARY KEY (id)
);

-- MIGRATE DOWN

DROP DOMAIN email;

-- Drops table users with all its rows.
DROP TABLE users;

DROP TYPE users_role_enum;

-- CASE a new table of an enum that loses a value uses the new type
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE TABLE u ();

ALTER TYPE e RENAME TO e_old;
CREATE TYPE e AS ENUM ('a', 'c');
-- Fails while a row has 'b'.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN v TYPE e USING v::varchar::e;
DROP TYPE e_old;

ALTER TABLE u ADD COLUMN v e DEFAULT 'c'::e;

-- MIGRATE DOWN

-- Drops table u with all its rows.
DROP TABLE u;

ALTER TYPE e RENAME TO e_old;
CREATE TYPE e AS ENUM ('a', 'b');
-- Fails while a row has 'c'.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN v TYPE e USING v::varchar::e;
DROP TYPE e_old;

-- CASE a new table of an enum with a new value as its default comes after the value
-- SCRIPT enum values (yes)
-- MIGRATE UP
-- migrate: no-transaction

ALTER TYPE e ADD VALUE IF NOT EXISTS 'c' AFTER 'a';

-- MIGRATE DOWN

ALTER TYPE e RENAME TO e_old;
CREATE TYPE e AS ENUM ('a');
-- Fails while a row has 'c'.
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN v TYPE e USING v::varchar::e;
DROP TYPE e_old;

-- SCRIPT main (yes)
-- MIGRATE UP

CREATE TABLE u (
  v e DEFAULT 'c'::e
);

-- MIGRATE DOWN

-- Drops table u with all its rows.
DROP TABLE u;

-- CASE an identity is written as short as it can be
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE TABLE t (
  id integer GENERATED ALWAYS AS IDENTITY (MAXVALUE 100 START WITH 5),
  CONSTRAINT t_pkey PRIMARY KEY (id)
);

-- Rewrites o under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE o ADD COLUMN n bigint GENERATED BY DEFAULT AS IDENTITY;

-- MIGRATE DOWN

-- Drops column o.n with its values.
ALTER TABLE o DROP COLUMN n;

-- Drops table t with all its rows.
DROP TABLE t;

-- What the cases of typeorm-faults.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE C01: a longer varchar keeps its values and 10 others
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE TYPE case7.users_status_enum AS ENUM ('active', 'gone');

ALTER SEQUENCE case4.ev_id_seq AS bigint;
-- Rewrites case4.ev under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
-- Reads all of case4.child under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case4.ev ALTER COLUMN id TYPE bigint;

ALTER TABLE case1.users ALTER COLUMN name TYPE character varying(100);

-- Rewrites case10.users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case10.users ALTER COLUMN v TYPE text[];

-- Rewrites case11.users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case11.users ALTER COLUMN v TYPE jsonb;

ALTER TABLE case2.users ALTER COLUMN name TYPE character varying(100);

-- Rewrites case3.users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.users ALTER COLUMN hits TYPE bigint;

-- Rewrites case4.child under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
-- Reads all of case4.ev under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE case4.child ALTER COLUMN "evId" TYPE bigint;

-- Rewrites case5.users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case5.users ALTER COLUMN "createdAt" TYPE timestamp with time zone USING "createdAt" AT TIME ZONE 'Europe/Vilnius';

-- Rewrites case6.users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case6.users ALTER COLUMN tags TYPE text[] USING string_to_array(tags, ',');

ALTER TABLE case7.users ALTER COLUMN status DROP DEFAULT;
-- Raises on a text that is no value of case7.users_status_enum.
-- Rewrites case7.users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case7.users ALTER COLUMN status TYPE case7.users_status_enum USING status::case7.users_status_enum;
ALTER TABLE case7.users ALTER COLUMN status SET DEFAULT 'active'::case7.users_status_enum;

ALTER TABLE case8.users ALTER COLUMN name TYPE character varying(20) COLLATE pg_catalog."C";
ALTER TABLE case8.users ALTER COLUMN other TYPE character varying(20);

ALTER TABLE case9.users ALTER COLUMN v TYPE text;

-- MIGRATE DOWN

ALTER SEQUENCE case4.ev_id_seq AS integer;
-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM case4.ev WHERE id NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites case4.ev under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
-- Reads all of case4.child under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case4.ev ALTER COLUMN id TYPE integer;

-- Raises where a value has more than 50 characters.
-- Fails unless this is 0: SELECT count(*) FROM case1.users WHERE length(rtrim(name)) > 50
-- Rewrites case1.users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case1.users ALTER COLUMN name TYPE character varying(50);

-- Rewrites case10.users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case10.users ALTER COLUMN v TYPE character varying[];

-- Rewrites case11.users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case11.users ALTER COLUMN v TYPE json;

-- Raises where a value has more than 50 characters.
-- Fails unless this is 0: SELECT count(*) FROM case2.users WHERE length(rtrim(name)) > 50
-- Rewrites case2.users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case2.users ALTER COLUMN name TYPE character varying(50);

-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM case3.users WHERE hits NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites case3.users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case3.users ALTER COLUMN hits TYPE integer;

-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM case4.child WHERE "evId" NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites case4.child under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
-- Reads all of case4.ev under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE case4.child ALTER COLUMN "evId" TYPE integer;

-- Rewrites case5.users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case5.users ALTER COLUMN "createdAt" TYPE timestamp without time zone USING "createdAt" AT TIME ZONE 'Europe/Vilnius';

-- Rewrites case6.users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case6.users ALTER COLUMN tags TYPE text USING pg_catalog.array_to_string(tags, ',');

-- Rewrites case7.users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case7.users ALTER COLUMN status TYPE character varying;

ALTER TABLE case8.users ALTER COLUMN name TYPE character varying(20);
ALTER TABLE case8.users ALTER COLUMN other TYPE character varying(20) COLLATE pg_catalog."C";

-- Raises where a value has more than 20 characters.
-- Fails unless this is 0: SELECT count(*) FROM case9.users WHERE length(rtrim(v)) > 20
-- Rewrites case9.users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE case9.users ALTER COLUMN v TYPE character varying(20);

ALTER TABLE case7.users ALTER COLUMN status SET DEFAULT 'active'::character varying;

DROP TYPE case7.users_status_enum;

-- CASE C12: varchar becomes uuid by a cast that raises
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  users.v is written as uuid is.

-- MIGRATE UP

-- Raises on a text that is no uuid.
-- Fails unless this is 0: SELECT count(*) FROM users WHERE NOT pg_input_is_valid(v, 'uuid')
-- Rewrites users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ALTER COLUMN v TYPE uuid USING v::uuid;

-- MIGRATE DOWN

-- Rewrites users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ALTER COLUMN v TYPE character varying;

-- CASE P06: a serial key becomes uuid, and what refers to it follows row by row
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  ev.id gets new values.

-- MIGRATE UP

ALTER TABLE child DROP CONSTRAINT "child_evId_fkey";

-- What refers to ev.id gets the same new values.
CREATE TEMPORARY TABLE ev_id_values AS SELECT id AS old_value, gen_random_uuid() AS new_value FROM ev;
CREATE UNIQUE INDEX ON pg_temp.ev_id_values (old_value);
CREATE FUNCTION pg_temp.ev_id_new(integer) RETURNS uuid LANGUAGE sql STABLE AS 'SELECT new_value FROM pg_temp.ev_id_values WHERE old_value OPERATOR(pg_catalog.=) $1';
ALTER TABLE ev ALTER COLUMN id DROP DEFAULT;
DROP SEQUENCE ev_id_seq;
-- Rewrites ev under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE ev ALTER COLUMN id TYPE uuid USING pg_temp.ev_id_new(id);
ALTER TABLE ev ALTER COLUMN id SET DEFAULT gen_random_uuid();

-- Rewrites child under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE child ALTER COLUMN "evId" TYPE uuid USING pg_temp.ev_id_new("evId");
-- Reads all of child under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE child ADD CONSTRAINT "child_evId_fkey" FOREIGN KEY ("evId") REFERENCES ev(id);

DROP FUNCTION pg_temp.ev_id_new(integer);
DROP TABLE pg_temp.ev_id_values;

-- MIGRATE DOWN

ALTER TABLE child DROP CONSTRAINT "child_evId_fkey";

-- What refers to ev.id gets the same new values.
CREATE TEMPORARY TABLE ev_id_values AS SELECT id AS old_value, pg_catalog.row_number() OVER ()::integer AS new_value FROM ev;
CREATE UNIQUE INDEX ON pg_temp.ev_id_values (old_value);
CREATE FUNCTION pg_temp.ev_id_new(uuid) RETURNS integer LANGUAGE sql STABLE AS 'SELECT new_value FROM pg_temp.ev_id_values WHERE old_value OPERATOR(pg_catalog.=) $1';
CREATE SEQUENCE ev_id_seq AS integer;
ALTER SEQUENCE ev_id_seq OWNED BY ev.id;
ALTER TABLE ev ALTER COLUMN id DROP DEFAULT;
-- The old values cannot be restored.
-- Rewrites ev under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE ev ALTER COLUMN id TYPE integer USING pg_temp.ev_id_new(id);
ALTER TABLE ev ALTER COLUMN id SET DEFAULT nextval('ev_id_seq'::regclass);

-- Rewrites child under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE child ALTER COLUMN "evId" TYPE integer USING pg_temp.ev_id_new("evId");

SELECT pg_catalog.setval('ev_id_seq', COALESCE(pg_catalog.max(id), 0) OPERATOR(pg_catalog.+) 1, false) FROM ev;

-- Reads all of child under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE child ADD CONSTRAINT "child_evId_fkey" FOREIGN KEY ("evId") REFERENCES ev(id);

DROP FUNCTION pg_temp.ev_id_new(uuid);
DROP TABLE pg_temp.ev_id_values;

-- CASE an identity becomes a uuid and a text an identity, with what refers to them, up and down
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  p.id gets new values.
--  q.id is written as bigint is.

-- MIGRATE UP

ALTER TABLE p DROP CONSTRAINT p_boss_fkey;
-- What refers to p.id gets the same new values.
CREATE TEMPORARY TABLE p_id_values AS SELECT id AS old_value, lpad(to_hex(id), 32, '0')::uuid AS new_value FROM p;
CREATE UNIQUE INDEX ON pg_temp.p_id_values (old_value);
CREATE FUNCTION pg_temp.p_id_new(integer) RETURNS uuid LANGUAGE sql STABLE AS 'SELECT new_value FROM pg_temp.p_id_values WHERE old_value OPERATOR(pg_catalog.=) $1';

ALTER TABLE q ALTER COLUMN id DROP DEFAULT;
-- Raises on a text that is no bigint.
-- Fails unless this is 0: SELECT count(*) FROM q WHERE NOT pg_input_is_valid(id, 'bigint')
-- Rewrites q under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE q ALTER COLUMN id TYPE bigint USING id::bigint;

ALTER TABLE p ALTER COLUMN id DROP IDENTITY;

-- Rewrites p under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE p ALTER COLUMN boss TYPE uuid USING pg_temp.p_id_new(boss);
-- Rewrites p under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE p ALTER COLUMN id TYPE uuid USING pg_temp.p_id_new(id);

ALTER TABLE q ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY;

SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('q', 'id'), COALESCE(pg_catalog.max(id), 0) OPERATOR(pg_catalog.+) 1, false) FROM q;

ALTER TABLE p ALTER COLUMN id SET DEFAULT gen_random_uuid();
-- Reads all of p under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE p ADD CONSTRAINT p_boss_fkey FOREIGN KEY (boss) REFERENCES p(id);
DROP FUNCTION pg_temp.p_id_new(integer);
DROP TABLE pg_temp.p_id_values;

-- MIGRATE DOWN

ALTER TABLE p DROP CONSTRAINT p_boss_fkey;
-- What refers to p.id gets the same new values.
CREATE TEMPORARY TABLE p_id_values AS SELECT id AS old_value, pg_catalog.row_number() OVER ()::integer AS new_value FROM p;
CREATE UNIQUE INDEX ON pg_temp.p_id_values (old_value);
CREATE FUNCTION pg_temp.p_id_new(uuid) RETURNS integer LANGUAGE sql STABLE AS 'SELECT new_value FROM pg_temp.p_id_values WHERE old_value OPERATOR(pg_catalog.=) $1';
ALTER TABLE p ALTER COLUMN id DROP DEFAULT;
-- Rewrites p under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE p ALTER COLUMN boss TYPE integer USING pg_temp.p_id_new(boss);
-- The old values cannot be restored.
-- Rewrites p under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE p ALTER COLUMN id TYPE integer USING pg_temp.p_id_new(id);

ALTER TABLE q ALTER COLUMN id DROP IDENTITY;

ALTER TABLE p ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;

SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('p', 'id'), COALESCE(pg_catalog.max(id), 0) OPERATOR(pg_catalog.+) 1, false) FROM p;
-- Reads all of p under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE p ADD CONSTRAINT p_boss_fkey FOREIGN KEY (boss) REFERENCES p(id);

-- Rewrites q under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE q ALTER COLUMN id TYPE text;
ALTER TABLE q ALTER COLUMN id SET DEFAULT 'x'::text;

DROP FUNCTION pg_temp.p_id_new(uuid);
DROP TABLE pg_temp.p_id_values;

-- CASE P06: without an expression the question is open
-- refused: QUESTION_OPEN

-- CASE C03b: without a zone the question is open
-- refused: QUESTION_OPEN

-- CASE C05: two columns get the names that were told
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE users RENAME COLUMN first TO first_name;
ALTER TABLE users RENAME COLUMN last TO last_name;

-- MIGRATE DOWN

ALTER TABLE users RENAME COLUMN last_name TO last;
ALTER TABLE users RENAME COLUMN first_name TO first;

-- CASE C05b: one column is renamed, another is new
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE users RENAME COLUMN first TO first_name;
ALTER TABLE users ADD COLUMN age integer;

-- MIGRATE DOWN

-- Drops column users.age with its values.
ALTER TABLE users DROP COLUMN age;
ALTER TABLE users RENAME COLUMN first_name TO first;

-- CASE C11: a renamed column is widened as well
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE users RENAME COLUMN first TO first_name;
ALTER TABLE users ALTER COLUMN first_name TYPE character varying(20);

-- MIGRATE DOWN

-- Raises where a value has more than 10 characters.
-- Fails unless this is 0: SELECT count(*) FROM users WHERE length(rtrim(first_name)) > 10
-- Rewrites users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ALTER COLUMN first_name TYPE character varying(10);
ALTER TABLE users RENAME COLUMN first_name TO first;

-- CASE C06: a dropped column never becomes another one by itself
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Drops column users.passwordHash with its values.

-- MIGRATE UP

ALTER TABLE users ADD COLUMN "publicNickname" character varying;
-- Move the values here.
-- Drops column users.passwordHash with its values.
ALTER TABLE users DROP COLUMN "passwordHash";

-- MIGRATE DOWN

-- Drops column users.publicNickname with its values.
ALTER TABLE users DROP COLUMN "publicNickname";
ALTER TABLE users ADD COLUMN "passwordHash" character varying;

-- CASE C06: dropping is refused where nobody agrees, and the likely rename is named
-- refused: QUESTION_OPEN

-- CASE C07: a renamed table takes its sequence, constraints and indexes along
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE users RENAME TO customers;
ALTER SEQUENCE users_id_seq RENAME TO customers_id_seq;
ALTER TABLE customers RENAME CONSTRAINT "PK_a3ffb1c0c8416b9fc6f907b7433" TO "PK_133ec679a801fab5e070f73d3ea";
ALTER TABLE customers RENAME CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" TO "UQ_8536b8b85c06969f84f0c098b03";
ALTER INDEX "IDX_97672ac88f789774dd47f7c8be" RENAME TO "IDX_8536b8b85c06969f84f0c098b0";

-- MIGRATE DOWN

ALTER INDEX "IDX_8536b8b85c06969f84f0c098b0" RENAME TO "IDX_97672ac88f789774dd47f7c8be";
ALTER TABLE customers RENAME CONSTRAINT "UQ_8536b8b85c06969f84f0c098b03" TO "UQ_97672ac88f789774dd47f7c8be3";
ALTER TABLE customers RENAME CONSTRAINT "PK_133ec679a801fab5e070f73d3ea" TO "PK_a3ffb1c0c8416b9fc6f907b7433";
ALTER SEQUENCE customers_id_seq RENAME TO users_id_seq;
ALTER TABLE customers RENAME TO users;

-- CASE J01, J02: a renamed join table keeps its links, and its keys get their names
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE post_tags_tag RENAME TO post_labels_tag;
ALTER TABLE post_labels_tag RENAME CONSTRAINT "FK_41e7626b9cc03c5c65812ae55e8" TO "FK_d626b9cc03c5c65812ae55e8000";
ALTER TABLE post_labels_tag RENAME CONSTRAINT "FK_b651178cc41334544a7a9601c45" TO "FK_c1178cc41334544a7a9601c4500";
ALTER TABLE post_labels_tag RENAME CONSTRAINT "PK_e9b7b8e6a07bdccb6a954171676" TO "PK_f0b8e6a07bdccb6a95417167600";
ALTER INDEX "IDX_b651178cc41334544a7a9601c4" RENAME TO "IDX_c1178cc41334544a7a9601c400";

-- MIGRATE DOWN

ALTER INDEX "IDX_c1178cc41334544a7a9601c400" RENAME TO "IDX_b651178cc41334544a7a9601c4";
ALTER TABLE post_labels_tag RENAME CONSTRAINT "PK_f0b8e6a07bdccb6a95417167600" TO "PK_e9b7b8e6a07bdccb6a954171676";
ALTER TABLE post_labels_tag RENAME CONSTRAINT "FK_c1178cc41334544a7a9601c4500" TO "FK_b651178cc41334544a7a9601c45";
ALTER TABLE post_labels_tag RENAME CONSTRAINT "FK_d626b9cc03c5c65812ae55e8000" TO "FK_41e7626b9cc03c5c65812ae55e8";
ALTER TABLE post_labels_tag RENAME TO post_tags_tag;

-- CASE S02: a table moves to another schema with its sequence and its enum
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE SCHEMA app;

ALTER TABLE users SET SCHEMA app;
ALTER TYPE users_kind_enum SET SCHEMA app;

-- MIGRATE DOWN

ALTER TYPE app.users_kind_enum SET SCHEMA public;
ALTER TABLE app.users SET SCHEMA public;

DROP SCHEMA app;

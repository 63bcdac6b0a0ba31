-- What the cases of moves.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE a reference that becomes a join table keeps its rows
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  book.author_id gets one value where book_author has several rows.

-- MIGRATE UP

ALTER TABLE book DROP CONSTRAINT book_author_id_fkey;

CREATE TABLE book_author (
  book_id integer NOT NULL,
  author_id integer NOT NULL,
  CONSTRAINT book_author_pkey PRIMARY KEY (book_id, author_id)
);
-- Moves book.author_id to book_author.
INSERT INTO book_author (book_id, author_id) SELECT id, author_id FROM book WHERE author_id IS NOT NULL;
ALTER TABLE book_author ADD CONSTRAINT book_author_author_id_fkey FOREIGN KEY (author_id) REFERENCES author(id);
ALTER TABLE book_author ADD CONSTRAINT book_author_book_id_fkey FOREIGN KEY (book_id) REFERENCES book(id);

-- Drops column book.author_id, whose values are in book_author now.
ALTER TABLE book DROP COLUMN author_id;

-- MIGRATE DOWN

ALTER TABLE book ADD COLUMN author_id integer;
UPDATE book SET author_id = (SELECT moved.author_id FROM book_author AS moved WHERE moved.book_id OPERATOR(pg_catalog.=) book.id ORDER BY moved.author_id LIMIT 1);
-- Fails unless this is 0: SELECT count(*) FROM book WHERE (SELECT moved.author_id FROM book_author AS moved WHERE moved.book_id OPERATOR(pg_catalog.=) book.id ORDER BY moved.author_id LIMIT 1) IS NULL
-- Reads all of book under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE book ALTER COLUMN author_id SET NOT NULL;
-- Reads all of book under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE book ADD CONSTRAINT book_author_id_fkey FOREIGN KEY (author_id) REFERENCES author(id);

-- Drops table book_author with all its rows.
DROP TABLE book_author;

-- CASE columns that go to a table of their own take their values along
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE TABLE address (
  user_id integer NOT NULL,
  street text,
  city text,
  CONSTRAINT address_pkey PRIMARY KEY (user_id)
);
-- Moves users.city, users.street to address.
INSERT INTO address (user_id, city, street) SELECT id, city, street FROM users WHERE city IS NOT NULL OR street IS NOT NULL;
ALTER TABLE address ADD CONSTRAINT address_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);

-- Drops column users.city, whose values are in address now.
ALTER TABLE users DROP COLUMN city;
-- Drops column users.street, whose values are in address now.
ALTER TABLE users DROP COLUMN street;

-- MIGRATE DOWN

ALTER TABLE users ADD COLUMN street text;
ALTER TABLE users ADD COLUMN city text;
UPDATE users SET city = (SELECT moved.city FROM address AS moved WHERE moved.user_id OPERATOR(pg_catalog.=) users.id);
UPDATE users SET street = (SELECT moved.street FROM address AS moved WHERE moved.user_id OPERATOR(pg_catalog.=) users.id);

-- Drops table address with all its rows.
DROP TABLE address;

-- CASE columns that go to a table to which theirs then refers take their values along
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE users ADD COLUMN address_id integer;

CREATE TABLE address (
  id serial,
  street text,
  city text NOT NULL,
  CONSTRAINT address_pkey PRIMARY KEY (id)
);

-- Fails where two rows have the same values.
-- Builds an index of users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ADD CONSTRAINT users_address_id_key UNIQUE (address_id);

-- Moves users.city, users.street to address.
INSERT INTO address (id, city, street) SELECT id, city, street FROM users;
SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('address', 'id'), COALESCE(pg_catalog.max(id), 0) OPERATOR(pg_catalog.+) 1, false) FROM address;

UPDATE users SET address_id = (SELECT moved.id FROM address AS moved WHERE moved.id OPERATOR(pg_catalog.=) users.id);
-- Reads all of users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ALTER COLUMN address_id SET NOT NULL;
-- Reads all of users under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE users ADD CONSTRAINT users_address_id_fkey FOREIGN KEY (address_id) REFERENCES address(id);
-- Drops column users.city, whose values are in address now.
ALTER TABLE users DROP COLUMN city;
-- Drops column users.street, whose values are in address now.
ALTER TABLE users DROP COLUMN street;

-- MIGRATE DOWN

ALTER TABLE users DROP CONSTRAINT users_address_id_fkey;
ALTER TABLE users DROP CONSTRAINT users_address_id_key;
ALTER TABLE users ADD COLUMN street text;
ALTER TABLE users ADD COLUMN city text;
UPDATE users SET city = (SELECT moved.city FROM address AS moved WHERE moved.id OPERATOR(pg_catalog.=) users.address_id);
-- Fails unless this is 0: SELECT count(*) FROM users WHERE (SELECT moved.city FROM address AS moved WHERE moved.id OPERATOR(pg_catalog.=) users.address_id) IS NULL
-- Reads all of users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ALTER COLUMN city SET NOT NULL;
UPDATE users SET street = (SELECT moved.street FROM address AS moved WHERE moved.id OPERATOR(pg_catalog.=) users.address_id);
-- Drops column users.address_id with its values.
ALTER TABLE users DROP COLUMN address_id;

-- Drops table address with all its rows.
DROP TABLE address;

-- CASE an enum that becomes a table of its values keeps what rows have
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE users ADD COLUMN status_id integer;

CREATE TABLE user_status (
  id integer GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL,
  CONSTRAINT user_status_name_key UNIQUE (name),
  CONSTRAINT user_status_pkey PRIMARY KEY (id)
);
-- Moves users.status to user_status.
INSERT INTO user_status (name) VALUES ('active'), ('gone');

UPDATE users SET status_id = (SELECT moved.id FROM user_status AS moved WHERE moved.name OPERATOR(pg_catalog.=) users.status::pg_catalog.text);
-- Reads all of users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ALTER COLUMN status_id SET NOT NULL;
-- Reads all of users under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE users ADD CONSTRAINT users_status_id_fkey FOREIGN KEY (status_id) REFERENCES user_status(id);
-- Drops column users.status, whose values are in user_status now.
ALTER TABLE users DROP COLUMN status;

DROP TYPE status;

-- MIGRATE DOWN

CREATE TYPE status AS ENUM ('active', 'gone');

ALTER TABLE users DROP CONSTRAINT users_status_id_fkey;
ALTER TABLE users ADD COLUMN status status;
-- Raises on a text that is no value of status.
UPDATE users SET status = (SELECT moved.name FROM user_status AS moved WHERE moved.id OPERATOR(pg_catalog.=) users.status_id)::pg_catalog.text::status;
-- Fails unless this is 0: SELECT count(*) FROM users WHERE (SELECT moved.name FROM user_status AS moved WHERE moved.id OPERATOR(pg_catalog.=) users.status_id)::pg_catalog.text::status IS NULL
-- Reads all of users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ALTER COLUMN status SET NOT NULL;
-- Drops column users.status_id with its values.
ALTER TABLE users DROP COLUMN status_id;

-- Drops table user_status with all its rows.
DROP TABLE user_status;

-- CASE where two columns become one, the place to move the values is marked between
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Drops column users.first with its values.
--  Drops column users.last with its values.

-- MIGRATE UP

ALTER TABLE users ADD COLUMN full_name text;
-- Move the values here.
-- Drops column users.first with its values.
ALTER TABLE users DROP COLUMN first;
-- Drops column users.last with its values.
ALTER TABLE users DROP COLUMN last;

-- MIGRATE DOWN

-- Drops column users.full_name with its values.
ALTER TABLE users DROP COLUMN full_name;
ALTER TABLE users ADD COLUMN first text;
ALTER TABLE users ADD COLUMN last text;

-- CASE a table that only happens to refer to both sides twice is no join table
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Drops column book.author_id with its values.

-- MIGRATE UP

ALTER TABLE book DROP CONSTRAINT book_author_id_fkey;

CREATE TABLE review (
  book_id integer,
  author_id integer,
  editor_id integer
);
ALTER TABLE review ADD CONSTRAINT review_author_id_fkey FOREIGN KEY (author_id) REFERENCES author(id);
ALTER TABLE review ADD CONSTRAINT review_book_id_fkey FOREIGN KEY (book_id) REFERENCES book(id);
ALTER TABLE review ADD CONSTRAINT review_editor_id_fkey FOREIGN KEY (editor_id) REFERENCES author(id);

-- Move the values here.
-- Drops column book.author_id with its values.
ALTER TABLE book DROP COLUMN author_id;

-- MIGRATE DOWN

-- Drops table review with all its rows.
DROP TABLE review;

ALTER TABLE book ADD COLUMN author_id integer;
-- Reads all of book under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE book ADD CONSTRAINT book_author_id_fkey FOREIGN KEY (author_id) REFERENCES author(id);

-- CASE with --online what is dropped is a script of its own, after the values have moved
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE TABLE address (
  id integer NOT NULL,
  street text,
  city text NOT NULL,
  CONSTRAINT address_pkey PRIMARY KEY (id)
);

ALTER TABLE users ADD COLUMN address_id integer;

-- Moves users.city, users.street to address.
INSERT INTO address (id, city, street) SELECT id, city, street FROM users;

-- MIGRATE DOWN
-- migrate: no-transaction

-- Drops column users.address_id with its values.
ALTER TABLE users DROP COLUMN address_id;

-- Drops table address with all its rows.
DROP TABLE address;

-- SCRIPT backfill (yes)
-- MIGRATE UP
-- migrate: no-transaction

-- In batches, each committed by itself. Stopped and run again, it goes on with the rest.
DO $$
-- migrate: repeatable
DECLARE
  backfill_page bigint := 0;
  backfill_start timestamp with time zone;
BEGIN
  WHILE (backfill_page OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint) OPERATOR(pg_catalog.<) (
    WITH RECURSIVE family AS (
      SELECT 'users'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE users SET address_id = (SELECT moved.id FROM address AS moved WHERE moved.id OPERATOR(pg_catalog.=) users.id)
    WHERE address_id IS NULL
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 20)::pg_catalog.tid;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(0.25 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backfill_start));
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 20;
  END LOOP;
END
$$;

-- MIGRATE DOWN

-- Nothing to do.

-- SCRIPT concurrently (yes)
-- MIGRATE UP
-- migrate: no-transaction

CREATE UNIQUE INDEX CONCURRENTLY users_address_id_key ON users (address_id);

-- MIGRATE DOWN
-- migrate: no-transaction

DROP INDEX CONCURRENTLY users_address_id_key;

-- SCRIPT constraints (yes)
-- MIGRATE UP
-- migrate: no-transaction

DO $$
BEGIN
  BEGIN
    LOCK TABLE address, users IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout TO '500ms';
    LOCK TABLE address, users IN SHARE ROW EXCLUSIVE MODE;
  EXCEPTION WHEN insufficient_privilege THEN
    SET LOCAL lock_timeout TO '500ms';
  END;
  ALTER TABLE users ADD CONSTRAINT users_address_id_fkey FOREIGN KEY (address_id) REFERENCES address(id) NOT VALID;
END
$$;
ALTER TABLE users ADD CONSTRAINT users_address_id_key UNIQUE USING INDEX users_address_id_key;

-- MIGRATE DOWN
-- migrate: no-transaction

DO $$
BEGIN
  BEGIN
    LOCK TABLE address, users IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout TO '500ms';
    LOCK TABLE address, users IN ACCESS EXCLUSIVE MODE;
  EXCEPTION WHEN insufficient_privilege THEN
    SET LOCAL lock_timeout TO '500ms';
  END;
  ALTER TABLE users DROP CONSTRAINT users_address_id_fkey;
END
$$;
ALTER TABLE users DROP CONSTRAINT users_address_id_key;
CREATE UNIQUE INDEX CONCURRENTLY users_address_id_key ON users (address_id);

-- SCRIPT validate keys (yes)
-- MIGRATE UP

ALTER TABLE users VALIDATE CONSTRAINT users_address_id_fkey;

-- MIGRATE DOWN

-- Nothing to do.

-- SCRIPT drops (yes)
-- MIGRATE UP

-- Drops column users.city, whose values are in address now.
ALTER TABLE users DROP COLUMN city;
-- Drops column users.street, whose values are in address now.
ALTER TABLE users DROP COLUMN street;

-- MIGRATE DOWN
-- migrate: no-transaction

ALTER TABLE users ADD COLUMN street text;
ALTER TABLE users ADD COLUMN city text;
CREATE FUNCTION users_fill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.city IS NULL THEN NEW.city := (SELECT (SELECT moved.city FROM address AS moved WHERE moved.id OPERATOR(pg_catalog.=) users.address_id) FROM (SELECT NEW.*) AS users); END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER users_fill BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_fill();
ALTER TABLE users ADD CONSTRAINT users_city_required CHECK (city IS NOT NULL) NOT VALID;
-- In batches, each committed by itself. Stopped and run again, it goes on with the rest.
DO $$
-- migrate: repeatable
DECLARE
  backfill_page bigint := 0;
  backfill_start timestamp with time zone;
BEGIN
  WHILE (backfill_page OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint) OPERATOR(pg_catalog.<) (
    WITH RECURSIVE family AS (
      SELECT 'users'::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    backfill_start := pg_catalog.clock_timestamp();
    UPDATE users SET city = coalesce(city, (SELECT moved.city FROM address AS moved WHERE moved.id OPERATOR(pg_catalog.=) users.address_id)), street = coalesce(street, (SELECT moved.street FROM address AS moved WHERE moved.id OPERATOR(pg_catalog.=) users.address_id))
    WHERE (city IS NULL OR street IS NULL)
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 20)::pg_catalog.tid;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(0.25 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backfill_start));
    backfill_page := backfill_page OPERATOR(pg_catalog.+) 20;
  END LOOP;
END
$$;
-- Fails unless this is 0: SELECT count(*) FROM users WHERE (SELECT moved.city FROM address AS moved WHERE moved.id OPERATOR(pg_catalog.=) users.address_id) IS NULL
ALTER TABLE users VALIDATE CONSTRAINT users_city_required;
ALTER TABLE users ALTER COLUMN city SET NOT NULL;
ALTER TABLE users DROP CONSTRAINT users_city_required;
DROP TRIGGER users_fill ON users;
DROP FUNCTION users_fill();

-- CASE a row that was made after the move gets the default of a required column again
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE users ADD COLUMN address_id integer;

CREATE TABLE address (
  id integer NOT NULL,
  city text NOT NULL DEFAULT 'none'::text,
  CONSTRAINT address_pkey PRIMARY KEY (id)
);

-- Builds an index of users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ADD CONSTRAINT users_address_id_key UNIQUE (address_id);

-- Moves users.city to address.
INSERT INTO address (id, city) SELECT id, city FROM users;

UPDATE users SET address_id = (SELECT moved.id FROM address AS moved WHERE moved.id OPERATOR(pg_catalog.=) users.id);
-- Reads all of users under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE users ADD CONSTRAINT users_address_id_fkey FOREIGN KEY (address_id) REFERENCES address(id);
-- Drops column users.city, whose values are in address now.
ALTER TABLE users DROP COLUMN city;

-- MIGRATE DOWN

ALTER TABLE users DROP CONSTRAINT users_address_id_fkey;
ALTER TABLE users DROP CONSTRAINT users_address_id_key;
ALTER TABLE users ADD COLUMN city text NOT NULL DEFAULT 'none'::text;
UPDATE users SET city = coalesce((SELECT moved.city FROM address AS moved WHERE moved.id OPERATOR(pg_catalog.=) users.address_id), 'none'::text);
-- Drops column users.address_id with its values.
ALTER TABLE users DROP COLUMN address_id;

-- Drops table address with all its rows.
DROP TABLE address;

-- CASE an enum that becomes a text with a table of its values keeps what rows have
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE TABLE status (
  name character varying NOT NULL,
  note text,
  CONSTRAINT status_pkey PRIMARY KEY (name)
);

-- Rewrites users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ALTER COLUMN status TYPE character varying;

DROP TYPE state;

-- Moves users.status to status.
INSERT INTO status (name) VALUES ('active'), ('it''s gone');

-- Reads all of users under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE users ADD CONSTRAINT users_status_fkey FOREIGN KEY (status) REFERENCES status(name);

-- MIGRATE DOWN

CREATE TYPE state AS ENUM ('active', 'it''s gone');

ALTER TABLE users DROP CONSTRAINT users_status_fkey;
-- Raises on a text that is no value of state.
-- Rewrites users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ALTER COLUMN status TYPE state USING status::state;

-- Drops table status with all its rows.
DROP TABLE status;

-- CASE rows without a value to come back stop the downgrade of a required column, and are counted
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE TABLE address (
  user_id integer NOT NULL,
  city text NOT NULL,
  CONSTRAINT address_pkey PRIMARY KEY (user_id)
);
-- Moves users.city to address.
INSERT INTO address (user_id, city) SELECT id, city FROM users;
ALTER TABLE address ADD CONSTRAINT address_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);

-- Drops column users.city, whose values are in address now.
ALTER TABLE users DROP COLUMN city;

-- MIGRATE DOWN

ALTER TABLE users ADD COLUMN city text;
UPDATE users SET city = (SELECT moved.city FROM address AS moved WHERE moved.user_id OPERATOR(pg_catalog.=) users.id);
-- Fails unless this is 0: SELECT count(*) FROM users WHERE (SELECT moved.city FROM address AS moved WHERE moved.user_id OPERATOR(pg_catalog.=) users.id) IS NULL
-- Reads all of users under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE users ALTER COLUMN city SET NOT NULL;

-- Drops table address with all its rows.
DROP TABLE address;

-- CASE a new table of the ancestors and descendants of a tree is filled from the parents
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Drops column node.mpath with its values.

-- MIGRATE UP

-- Drops column node.mpath with its values.
ALTER TABLE node DROP COLUMN mpath;

CREATE TABLE node_closure (
  id_ancestor integer NOT NULL,
  id_descendant integer NOT NULL,
  CONSTRAINT node_closure_pkey PRIMARY KEY (id_ancestor, id_descendant)
);
INSERT INTO node_closure (id_ancestor, id_descendant) WITH RECURSIVE tree AS (SELECT id AS ancestor, id AS descendant FROM node UNION SELECT up.ancestor, node.id FROM tree AS up JOIN node AS node ON node."parentId" OPERATOR(pg_catalog.=) up.descendant) SELECT ancestor, descendant FROM tree;
ALTER TABLE node_closure ADD CONSTRAINT node_closure_id_ancestor_fkey FOREIGN KEY (id_ancestor) REFERENCES node(id);
ALTER TABLE node_closure ADD CONSTRAINT node_closure_id_descendant_fkey FOREIGN KEY (id_descendant) REFERENCES node(id);

-- MIGRATE DOWN

-- Drops table node_closure with all its rows.
DROP TABLE node_closure;

ALTER TABLE node ADD COLUMN mpath text;

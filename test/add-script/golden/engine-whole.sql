-- What the cases of engine-whole.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE event trigger, publication, extension, fdw server + foreign table: they come and go
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE SCHEMA x;

CREATE EXTENSION IF NOT EXISTS citext SCHEMA public;

CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA x;

-- Drops publication goes.
DROP PUBLICATION goes;

ALTER PUBLICATION changes DROP TABLE t;
-- Builds an index of t under SHARE: nobody writes it meanwhile.
CREATE INDEX trgm ON t USING gin (s x.gin_trgm_ops);

DROP EVENT TRIGGER e;

CREATE FOREIGN DATA WRAPPER w;

CREATE SERVER sv FOREIGN DATA WRAPPER w OPTIONS (host 'x');

CREATE USER MAPPING FOR PUBLIC SERVER sv;

-- Rewrites u under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE u ALTER COLUMN s TYPE citext;

CREATE FOREIGN TABLE ft () SERVER sv OPTIONS (table_name 'y');
ALTER TABLE ft ADD COLUMN a integer NOT NULL;
ALTER TABLE ft ADD COLUMN b text;

CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION f();
ALTER EVENT TRIGGER e DISABLE;

CREATE EVENT TRIGGER n ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION f();

ALTER PUBLICATION changes SET (publish = 'insert');

CREATE PUBLICATION comes FOR TABLE t WHERE ((a > 1));

CREATE PUBLICATION whole FOR TABLES IN SCHEMA x;

ALTER PUBLICATION changes ADD TABLE t (a, id);

ALTER PUBLICATION changes ADD TABLE u;

ALTER FOREIGN TABLE ft ALTER COLUMN b OPTIONS (ADD column_name 'q');

-- MIGRATE DOWN

-- Drops publication comes.
DROP PUBLICATION comes;

-- Drops publication whole.
DROP PUBLICATION whole;

ALTER PUBLICATION changes DROP TABLE t;

-- Drops published table u of changes.
ALTER PUBLICATION changes DROP TABLE u;

DROP EVENT TRIGGER e;

-- Drops event trigger n.
DROP EVENT TRIGGER n;

DROP INDEX trgm;

-- Drops foreign table ft.
DROP FOREIGN TABLE ft;

-- Drops user mapping.
DROP USER MAPPING FOR PUBLIC SERVER sv;

-- Drops server sv.
DROP SERVER sv;

-- Drops extension pg_trgm.
DROP EXTENSION pg_trgm;

-- Drops foreign-data wrapper w.
DROP FOREIGN DATA WRAPPER w;

-- Drops schema x.
DROP SCHEMA x;

-- Rewrites u under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE u ALTER COLUMN s TYPE text;

-- Drops extension citext.
DROP EXTENSION citext;

CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f();

ALTER PUBLICATION changes SET (publish = 'insert, update, delete, truncate');

CREATE PUBLICATION goes FOR ALL TABLES;

ALTER PUBLICATION changes ADD TABLE t;

-- CASE owner change, default privileges: written
-- SCRIPT main (yes)
-- MIGRATE UP

CREATE TABLE u (
  a integer
);

ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;

ALTER TABLE t OWNER TO typetrek_owner;

-- MIGRATE DOWN

ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM PUBLIC;

-- Drops table u with all its rows.
DROP TABLE u;

ALTER TABLE t OWNER TO CURRENT_USER;

-- CASE table -> partitioned: the old one becomes a partition where that is told
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE t RENAME TO t_old;
ALTER TABLE t_old RENAME CONSTRAINT t_pkey TO t_old_pkey;
ALTER INDEX i RENAME TO t_old_i;
ALTER TABLE t_old RENAME CONSTRAINT t_s_key TO t_old_s_key;

ALTER TABLE c DROP CONSTRAINT c_t_fkey;

CREATE TABLE t (
  id integer NOT NULL,
  s text
) PARTITION BY RANGE (id);
ALTER SEQUENCE t_id_seq OWNED BY t.id;

CREATE TABLE t_rest PARTITION OF t DEFAULT;

ALTER TABLE t ALTER COLUMN id SET DEFAULT nextval('t_id_seq'::regclass);
ALTER TABLE t ADD CONSTRAINT t_pkey PRIMARY KEY (id);
CREATE INDEX i ON t (lower(s));

-- Reads all of t_old under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ATTACH PARTITION t_old FOR VALUES FROM (0) TO (1000);

-- Fails unless this is 0: SELECT count(*) FROM c AS a WHERE a.t IS NOT NULL
-- Reads all of c under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE c ADD CONSTRAINT c_t_fkey FOREIGN KEY (t) REFERENCES t(id);

ALTER INDEX t_old_i RENAME TO t_old_lower_idx;

-- MIGRATE DOWN

ALTER TABLE c DROP CONSTRAINT c_t_fkey;

ALTER TABLE t DETACH PARTITION t_old;

-- Drops table t_rest with all its rows.
DROP TABLE t_rest;

ALTER SEQUENCE t_id_seq OWNED BY NONE;

-- Drops table t with all its rows.
DROP TABLE t;

-- Fails unless this is 0: SELECT count(*) FROM c AS a WHERE a.t IS NOT NULL AND NOT EXISTS (SELECT FROM t_old AS b WHERE b.id = a.t)
-- Reads all of c under SHARE ROW EXCLUSIVE: nobody writes it meanwhile.
ALTER TABLE c ADD CONSTRAINT c_t_fkey FOREIGN KEY (t) REFERENCES t_old(id);

DROP INDEX t_old_lower_idx;
ALTER SEQUENCE t_id_seq OWNED BY t_old.id;
-- Builds an index of t_old under SHARE: nobody writes it meanwhile.
CREATE INDEX t_old_i ON t_old (lower(s));
ALTER TABLE t_old RENAME CONSTRAINT t_old_s_key TO t_s_key;
ALTER INDEX t_old_i RENAME TO i;
ALTER TABLE t_old RENAME CONSTRAINT t_old_pkey TO t_pkey;
ALTER TABLE t_old RENAME TO t;

-- CASE table -> partitioned: refused, and what to do is said
-- refused: DIFFERENCE_REFUSED

-- CASE range type in use, without an expression: refused, and what to do is said
-- refused: QUESTION_OPEN

-- CASE a view that is replaced stands on a column that goes, another on one that changes
-- SCRIPT main (lossy)
-- The downgrade brings the schema back, not every value:
--  Drops column t.old with its values.

-- MIGRATE UP

DROP VIEW v;

DROP VIEW w;

-- Drops column t.old with its values.
ALTER TABLE t DROP COLUMN old;
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN b TYPE bigint;

CREATE VIEW v AS
 SELECT a
   FROM t
  WHERE (a > 6);

CREATE VIEW w AS
 SELECT b
   FROM t
  WHERE (a > 6);
COMMENT ON COLUMN w.b IS 'two';

-- MIGRATE DOWN

DROP VIEW w;

ALTER TABLE t ADD COLUMN old integer;
-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM t WHERE b NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN b TYPE integer;

CREATE VIEW w AS
 SELECT b
   FROM t;

CREATE OR REPLACE VIEW v AS
 SELECT a
   FROM t
  WHERE (old IS NULL);

COMMENT ON COLUMN w.b IS 'two';

-- CASE what was made by hand and stays is made again round a type change
-- SCRIPT main (yes)
-- MIGRATE UP

DROP TRIGGER g ON t;
DROP POLICY p ON t;

DROP MATERIALIZED VIEW m;

-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN a TYPE bigint;

CREATE MATERIALIZED VIEW m AS
 SELECT a
   FROM t;
CREATE INDEX i ON m (a);

CREATE TRIGGER g BEFORE UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION f();
CREATE POLICY p ON t FOR ALL TO PUBLIC USING ((a > 1));

-- MIGRATE DOWN

DROP TRIGGER g ON t;
DROP POLICY p ON t;

DROP MATERIALIZED VIEW m;

-- Raises where a value is out of the range of integer.
-- Fails unless this is 0: SELECT count(*) FROM t WHERE a NOT BETWEEN -2147483648 AND 2147483647
-- Rewrites t under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.
ALTER TABLE t ALTER COLUMN a TYPE integer;

CREATE MATERIALIZED VIEW m AS
 SELECT a
   FROM t;
CREATE INDEX i ON m (a);

CREATE TRIGGER g BEFORE UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION f();
CREATE POLICY p ON t FOR ALL TO PUBLIC USING ((a > 1));

-- CASE comments, options and targets of small things are compared
-- SCRIPT main (yes)
-- MIGRATE UP

ALTER TABLE t ALTER COLUMN s RESET (n_distinct);
ALTER TABLE t ALTER COLUMN a SET (n_distinct=5);
COMMENT ON INDEX t_pkey IS 'key';
COMMENT ON STATISTICS st IS 'both';
ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 9;
ALTER STATISTICS st SET STATISTICS 7;

COMMENT ON COLUMN v.a IS NULL;
ALTER VIEW v ALTER COLUMN a SET DEFAULT 5;

COMMENT ON COLUMN k.x IS 'it''s';

ALTER MATERIALIZED VIEW m CLUSTER ON mi;
COMMENT ON COLUMN m.a IS 'a';

-- MIGRATE DOWN

COMMENT ON COLUMN k.x IS NULL;

ALTER MATERIALIZED VIEW m SET WITHOUT CLUSTER;
COMMENT ON COLUMN m.a IS NULL;

ALTER TABLE t ALTER COLUMN a RESET (n_distinct);
COMMENT ON INDEX t_pkey IS NULL;
COMMENT ON STATISTICS st IS NULL;
ALTER INDEX i ALTER COLUMN 1 SET STATISTICS -1;
ALTER STATISTICS st SET STATISTICS -1;
ALTER TABLE t ALTER COLUMN s SET (n_distinct=3);

ALTER VIEW v ALTER COLUMN a DROP DEFAULT;
COMMENT ON COLUMN v.a IS 'gone';

import { changeTests } from './change-group'

/** The cases on which schema diff engines are measured, with rows: all but columns and their keys. */
const t = (more = '') => `CREATE TABLE t (id serial PRIMARY KEY, a int, b int, s text${more});`
const rows = "INSERT INTO t (a, b, s) VALUES (5, 6, 'x'), (7, 8, 'y')"
const kept = [
  'SELECT a, b, s FROM t ORDER BY id',
  [
    [5, 6, 'x'],
    [7, 8, 'y'],
  ],
] as const
const filled = { rows, holds: [kept], restores: [kept] }
const sql = (signature: string, type: string, body: string) =>
  `CREATE FUNCTION ${signature} RETURNS ${type} LANGUAGE sql IMMUTABLE AS $$${body}$$;`
const noted = (body: string) =>
  `CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN ${body} RETURN NEW; END$$;`

changeTests({
  'trigger add + function': {
    before: t(),
    after: `${t()} ${noted("NEW.s = 'noted';")}
      CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION noted()`,
    ...filled,
    holds: [kept, ['INSERT INTO t DEFAULT VALUES RETURNING s', [['noted']]]],
    restores: [],
  },
  'trigger change + disabled': {
    before: `${t()} ${noted('')}
      CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION noted();
      CREATE TRIGGER h BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION noted()`,
    after: `${t()} ${noted('NEW.a = 1;')}
      CREATE TRIGGER g AFTER UPDATE OF a ON t FOR EACH ROW WHEN (OLD.a <> NEW.a) EXECUTE FUNCTION noted();
      CREATE TRIGGER h BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION noted();
      ALTER TABLE t DISABLE TRIGGER h`,
    ...filled,
  },
  'function return type change': {
    before: sql('f()', 'int', 'SELECT 1'),
    after: sql('f()', 'text', "SELECT 'one'"),
    holds: [['SELECT f()', [['one']]]],
    restores: [['SELECT f()', [[1]]]],
  },
  'function return change used by view': {
    before: `${t()} ${sql('f()', 'int', 'SELECT 1')} CREATE VIEW v AS SELECT a, f() AS x FROM t`,
    after: `${t()} ${sql('f()', 'text', "SELECT 'q'")} CREATE VIEW v AS SELECT a, f() AS x FROM t`,
    ...filled,
    holds: [['SELECT x FROM v', [['q'], ['q']]]],
  },
  'function BEGIN ATOMIC dep': {
    before: t(),
    after: `${t(', c int')}
      CREATE FUNCTION f() RETURNS bigint BEGIN ATOMIC SELECT count(c) FROM t; END`,
    ...filled,
    holds: [kept, ['SELECT f()', [['0']]]],
  },
  'procedure + aggregate': {
    before: `CREATE PROCEDURE p(x int) LANGUAGE sql AS 'SELECT 1';
      CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0')`,
    after: `CREATE PROCEDURE p(x int) LANGUAGE sql AS 'SELECT 2'; CREATE PROCEDURE q() LANGUAGE sql AS '';
      CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '5');
      CREATE AGGREGATE other(int) (SFUNC = int4pl, STYPE = int)`,
    holds: [['SELECT total(1)', [[6]]]],
    restores: [['SELECT total(1)', [[1]]]],
  },
  'view add column middle': {
    before: `${t()} CREATE VIEW v AS SELECT a, s FROM t; CREATE VIEW w AS SELECT a FROM v`,
    after: `${t()} CREATE VIEW v AS SELECT a, b, s FROM t; CREATE VIEW w AS SELECT a FROM v`,
    ...filled,
    holds: [['SELECT b FROM v JOIN w USING (a) ORDER BY b', [[6], [8]]]],
  },
  'a view gains columns, or gets another condition, under what stands on it': {
    before: `${t()} CREATE VIEW v WITH (security_barrier) AS SELECT a, s FROM t; GRANT SELECT ON v TO PUBLIC;
      CREATE MATERIALIZED VIEW m AS SELECT a FROM v; CREATE VIEW w AS SELECT a FROM v;
      COMMENT ON COLUMN v.a IS 'one'; COMMENT ON COLUMN w.a IS 'gone'`,
    after: `${t()} CREATE VIEW v WITH (security_barrier) AS SELECT a, s, b FROM t; GRANT SELECT ON v TO PUBLIC;
      CREATE MATERIALIZED VIEW m AS SELECT a FROM v; CREATE VIEW w AS SELECT a FROM v WHERE a > 6;
      COMMENT ON COLUMN v.a IS 'one'; COMMENT ON COLUMN m.a IS 'it''s'`,
    ...filled,
    up: [
      'COMMENT ON COLUMN w.a IS NULL',
      'CREATE OR REPLACE VIEW v WITH (security_barrier=true) AS SELECT a, s, b FROM t',
      'CREATE OR REPLACE VIEW w AS SELECT a FROM v WHERE (a > 6)',
      "COMMENT ON COLUMN m.a IS 'it''s'",
    ],
    holds: [['SELECT b FROM v JOIN w USING (a)', [[8]]]],
  },
  'view options security_barrier': {
    before: `${t()} CREATE VIEW v AS SELECT a FROM t;
      CREATE VIEW w WITH (security_barrier) AS SELECT a FROM t`,
    after: `${t()} CREATE VIEW v WITH (security_barrier) AS SELECT a FROM t;
      CREATE VIEW w WITH (check_option = local) AS SELECT a FROM t`,
    ...filled,
  },
  'matview + index, def change': {
    before: `${t()} CREATE MATERIALIZED VIEW m AS SELECT a FROM t; CREATE UNIQUE INDEX i ON m (a);
      CREATE VIEW v AS SELECT a FROM m`,
    after: `${t()} CREATE MATERIALIZED VIEW m AS SELECT a, b FROM t; CREATE UNIQUE INDEX i ON m (a);
      CREATE VIEW v AS SELECT a FROM m`,
    ...filled,
    holds: [['SELECT b FROM m JOIN v USING (a) ORDER BY b', [[6], [8]]]],
  },
  'a matview stays as it is when its table gains a column, and it an index': {
    before: `${t()} CREATE MATERIALIZED VIEW m AS SELECT a FROM t`,
    after: `${t(', c int')} CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
      CREATE INDEX i ON m (a)`,
    rows: `${rows}; REFRESH MATERIALIZED VIEW m`,
    up: ['ALTER TABLE t ADD COLUMN c integer', 'CREATE INDEX i ON m (a)'],
    holds: [['SELECT a FROM m ORDER BY a', [[5], [7]]]],
  },
  'partitioned table add partition': {
    before: `CREATE TABLE t (id int PRIMARY KEY, s text) PARTITION BY RANGE (id);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10); CREATE INDEX i ON t (s)`,
    after: `CREATE TABLE t (id int PRIMARY KEY, s text) PARTITION BY RANGE (id);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10); CREATE INDEX i ON t (s);
      CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20)`,
    rows: "INSERT INTO t VALUES (5, 'x')",
    up: ['CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20)'],
    holds: [['SELECT * FROM t', [[5, 'x']]]],
  },
  'partitioned add column, and a type change': {
    before: `CREATE TABLE t (id int, s varchar(5)) PARTITION BY RANGE (id);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10); CREATE INDEX i ON t (s)`,
    after: `CREATE TABLE t (id int, s text, n int NOT NULL DEFAULT 4) PARTITION BY RANGE (id);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10); CREATE INDEX i ON t (s)`,
    rows: "INSERT INTO t VALUES (5, 'x')",
    up: [
      'ALTER TABLE t ADD COLUMN n integer NOT NULL DEFAULT 4',
      'ALTER TABLE t ALTER COLUMN s TYPE text',
    ],
    holds: [['SELECT id, s, n FROM t', [[5, 'x', 4]]]],
    restores: [['SELECT id, s FROM t1', [[5, 'x']]]],
  },
  inheritance: {
    before: `${t()} CREATE TABLE c (more int) INHERITS (t)`,
    after: `CREATE TABLE t (id serial PRIMARY KEY, a bigint, b int, s text, n int);
      CREATE TABLE c (more int) INHERITS (t); CREATE TABLE d () INHERITS (t)`,
    rows: `${rows}; INSERT INTO c VALUES (9, 1, 2, 'z', 3)`,
    holds: [
      ['SELECT count(*)::int FROM t', [[3]]],
      ['SELECT a, more FROM c', [['1', 3]]],
    ],
    restores: [['SELECT a, more FROM c', [[1, 3]]]],
  },
  'RLS policies, and their change': {
    before: `${t()} ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (a > 0);
      CREATE POLICY q ON t USING (a > 0); CREATE POLICY r ON t USING (a > 1) WITH CHECK (b > 1)`,
    after: `${t()} ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY;
      CREATE POLICY p ON t USING (a > 1) WITH CHECK (b > 1); CREATE POLICY n ON t FOR SELECT USING (a = b);
      CREATE POLICY q ON t AS RESTRICTIVE FOR UPDATE USING (a > 0); CREATE POLICY r ON t USING (a > 1)`,
    ...filled,
  },
  'grants table/col/func': {
    before: `${t()} ${sql('f()', 'int', 'SELECT 1')} CREATE TABLE u (a int);
      GRANT SELECT, INSERT ON u TO PUBLIC; GRANT UPDATE (a) ON u TO pg_monitor`,
    after: `${t()} ${sql('f()', 'int', 'SELECT 1')} CREATE TABLE u (a int); GRANT SELECT ON u TO pg_monitor;
      GRANT SELECT, INSERT ON t TO PUBLIC; GRANT UPDATE (a) ON t TO pg_monitor;
      GRANT SELECT ON t TO pg_monitor WITH GRANT OPTION; REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION f() TO pg_monitor; GRANT USAGE ON SEQUENCE t_id_seq TO pg_monitor`,
    ...filled,
    holds: [
      kept,
      ["SELECT has_column_privilege('pg_monitor', 't', 'a', 'UPDATE')", [[true]]],
      ["SELECT has_function_privilege('public', 'f()', 'EXECUTE')", [[false]]],
    ],
  },
  comments: {
    before: `${t()} COMMENT ON TABLE t IS 'one'; COMMENT ON COLUMN t.a IS 'gone'`,
    after: `${t()} COMMENT ON TABLE t IS 'two'; COMMENT ON COLUMN t.b IS 'it''s';
      COMMENT ON CONSTRAINT t_pkey ON t IS 'key'`,
    ...filled,
    up: [
      'COMMENT ON COLUMN t.a IS NULL',
      "COMMENT ON COLUMN t.b IS 'it''s'",
      "COMMENT ON CONSTRAINT t_pkey ON t IS 'key'",
      "COMMENT ON TABLE t IS 'two'",
    ],
  },
  'sequence owned by + opts': {
    before: 'CREATE SEQUENCE n; CREATE SEQUENCE m; CREATE TABLE t (id int)',
    after: `CREATE TABLE t (id int); CREATE SEQUENCE m MINVALUE 2;
      CREATE SEQUENCE n AS int INCREMENT BY 5 MINVALUE 2 MAXVALUE 1000 START 7 CACHE 2 CYCLE OWNED BY t.id`,
    rows: "INSERT INTO t VALUES (1); SELECT setval('n', 40)",
    up: [
      "SELECT pg_catalog.setval('m', GREATEST(last_value, 2), is_called AND last_value OPERATOR(pg_catalog.>=) 2) FROM m",
      'ALTER SEQUENCE m MINVALUE 2 START WITH 2',
      "SELECT pg_catalog.setval('n', LEAST(GREATEST(CASE WHEN is_called THEN last_value ELSE 7 END, 2), 1000), is_called AND last_value OPERATOR(pg_catalog.>=) 2) FROM n",
      'ALTER SEQUENCE n AS integer INCREMENT BY 5 MINVALUE 2 MAXVALUE 1000 START WITH 7 CACHE 2 CYCLE',
      'ALTER SEQUENCE n OWNED BY t.id',
    ],
    holds: [
      ["SELECT * FROM t, nextval('n')", [[1, '45']]],
      ["SELECT nextval('m')", [['2']]],
    ],
  },
  'options of foreign data that by their names are no secrets': {
    before: `${t()} CREATE FOREIGN DATA WRAPPER w OPTIONS (debug 'true', level 'a=b''c', api_key 'hidden');
      CREATE SERVER r FOREIGN DATA WRAPPER w OPTIONS (keep_connections 'on', primary_key 'id', auth 'off');
      CREATE USER MAPPING FOR PUBLIC SERVER r OPTIONS (account 'a', password 'hidden')`,
    after: `${t()} CREATE FOREIGN DATA WRAPPER w OPTIONS (debug 'false', level 'a=b''c', api_key 'hidden');
      CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h', chunk '7');
      CREATE SERVER r FOREIGN DATA WRAPPER w OPTIONS (keep_connections 'off', primary_key 'no', auth 'on');
      CREATE USER MAPPING FOR PUBLIC SERVER r OPTIONS (account 'b', password 'hidden')`,
    ...filled,
  },
  'bounds and start of identities and sequences change together': {
    before: `CREATE TABLE t (v int GENERATED BY DEFAULT AS IDENTITY (START -200 INCREMENT 10 MINVALUE -200 MAXVALUE 200), a int);
      CREATE TABLE apart (id int GENERATED ALWAYS AS IDENTITY (MAXVALUE 50), a int);
      CREATE TABLE down (id int GENERATED ALWAYS AS IDENTITY (INCREMENT -1 MINVALUE -1000 MAXVALUE -1), a int);
      CREATE SEQUENCE lowered MAXVALUE 1000 START 500; CREATE SEQUENCE in_use MAXVALUE 1000`,
    after: `CREATE TABLE t (v int GENERATED BY DEFAULT AS IDENTITY (START -100 INCREMENT 5 MINVALUE -100 MAXVALUE 100), a int);
      CREATE TABLE apart (id int GENERATED ALWAYS AS IDENTITY (START 100 MINVALUE 100 MAXVALUE 200), a int);
      CREATE TABLE down (id int GENERATED ALWAYS AS IDENTITY (INCREMENT -1 MINVALUE -500 MAXVALUE -10 START -10), a int);
      CREATE SEQUENCE lowered MAXVALUE 100 START 50; CREATE SEQUENCE in_use MAXVALUE 200`,
    rows: `INSERT INTO t (a) VALUES (1), (2); INSERT INTO apart (a) VALUES (1);
      INSERT INTO down (a) VALUES (1), (2); SELECT setval('in_use', 150)`,
    holds: [
      ['INSERT INTO t (a) VALUES (3) RETURNING v', [[-100]]],
      ['INSERT INTO apart (a) VALUES (3) RETURNING id', [[100]]],
      ['INSERT INTO down (a) VALUES (3) RETURNING id', [[-10]]],
      ["SELECT nextval('lowered') AS a, nextval('in_use') AS b", [['50', '151']]],
    ],
    restores: [['INSERT INTO t (a) VALUES (4) RETURNING v', [[-90]]]],
  },
  'collation column + custom': {
    before: 'CREATE TABLE t (s text)',
    after: `CREATE COLLATION german (provider = icu, locale = 'de');
      CREATE TABLE t (s text COLLATE german)`,
    rows: "INSERT INTO t VALUES ('A')",
    holds: [['SELECT s FROM t', [['A']]]],
    restores: [['SELECT s FROM t', [['A']]]],
  },
  'default expr change': {
    before: "CREATE TABLE t (s text DEFAULT 'a', n int DEFAULT 1, at timestamptz)",
    after: "CREATE TABLE t (s text DEFAULT upper('b'), n int, at timestamptz DEFAULT now())",
    rows: 'INSERT INTO t DEFAULT VALUES',
    up: [
      'ALTER TABLE t ALTER COLUMN n DROP DEFAULT',
      'ALTER TABLE t ALTER COLUMN at SET DEFAULT now()',
      "ALTER TABLE t ALTER COLUMN s SET DEFAULT upper('b'::text)",
    ],
    holds: [['SELECT s, n, at FROM t', [['a', 1, null]]]],
  },
  'default uses function': {
    before: `CREATE TABLE t (n int); ${sql('g()', 'int', 'SELECT 5')} CREATE TABLE u (n int DEFAULT g())`,
    after: `${sql('f()', 'int', 'SELECT 5')} CREATE TABLE t (n int DEFAULT f());
      ${sql('g()', 'bigint', 'SELECT 5::bigint')} CREATE TABLE u (n int DEFAULT g())`,
    rows: 'INSERT INTO t VALUES (1); INSERT INTO u VALUES (2)',
    holds: [['SELECT t.n, u.n AS m FROM t, u', [[1, 2]]]],
  },
  'storage params/unlogged, there and back': {
    before: `${t()} CREATE UNLOGGED TABLE u (a int) WITH (fillfactor = 60)`,
    after: `CREATE UNLOGGED TABLE t (id serial PRIMARY KEY, a int, b int, s text)
      WITH (autovacuum_enabled = false, fillfactor = 60); CREATE TABLE u (a int)`,
    ...filled,
  },
  'the order of storage parameters is no difference': {
    before: 'CREATE TABLE t (a int) WITH (autovacuum_enabled = false, fillfactor = 60)',
    after: 'CREATE TABLE t (a int) WITH (fillfactor = 60, autovacuum_enabled = false)',
    rows: 'INSERT INTO t VALUES (1)',
    up: [],
  },
  'column storage/stats/compression, and a statistics object': {
    before: t(),
    after: `${t()} ALTER TABLE t ALTER COLUMN s SET STORAGE EXTERNAL, ALTER COLUMN a SET STATISTICS 500,
      ALTER COLUMN s SET COMPRESSION pglz; CREATE STATISTICS st ON a, b FROM t`,
    ...filled,
  },
  'replica identity': {
    before: `${t()} CREATE TABLE u (a int NOT NULL)`,
    after: `${t()} ALTER TABLE t REPLICA IDENTITY FULL; CREATE TABLE u (a int NOT NULL);
      CREATE UNIQUE INDEX i ON u (a); ALTER TABLE u REPLICA IDENTITY USING INDEX i`,
    ...filled,
    up: [
      'ALTER TABLE t REPLICA IDENTITY FULL',
      'CREATE UNIQUE INDEX i ON u (a)',
      'ALTER TABLE u REPLICA IDENTITY USING INDEX i',
    ],
  },
  rule: {
    before: `${t()} CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING`,
    after: `${t()} CREATE RULE r AS ON UPDATE TO t DO ALSO NOTHING;
      CREATE RULE q AS ON DELETE TO t WHERE old.a = 5 DO INSTEAD NOTHING`,
    ...filled,
    holds: [
      ['DELETE FROM t', []],
      ['SELECT a FROM t', [[5]]],
    ],
    restores: [['SELECT a FROM t', [[5]]]],
  },
  'column order only': {
    before: 'CREATE TABLE t (a int, b text)',
    after: 'CREATE TABLE t (b text, a int)',
    rows: "INSERT INTO t VALUES (1, 'x')",
    up: [],
    holds: [['SELECT a, b FROM t', [[1, 'x']]]],
  },
  clustered: {
    before: `${t()} CREATE INDEX i ON t (a); CREATE TABLE u (a int); CREATE INDEX j ON u (a);
      ALTER TABLE u CLUSTER ON j`,
    after: `${t()} CREATE INDEX i ON t (a); ALTER TABLE t CLUSTER ON i; CREATE TABLE u (a int);
      CREATE INDEX j ON u (a)`,
    ...filled,
    up: ['ALTER TABLE u SET WITHOUT CLUSTER', 'ALTER TABLE t CLUSTER ON i'],
  },
  'no change (rich)': {
    before: `${t(', CHECK (a > 0)')} CREATE VIEW v AS SELECT a FROM t; CREATE INDEX i ON t (lower(s))`,
    after: `${t(', CHECK (a > 0)')} CREATE VIEW v AS SELECT a FROM t; CREATE INDEX i ON t (lower(s))`,
    ...filled,
    up: [],
  },
})

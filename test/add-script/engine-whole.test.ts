import { changeTest } from './change-case'

/** The cases on which schema diff engines are measured, with rows: what belongs to no table, or is not written. */
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

changeTest('event trigger, publication, extension, fdw server + foreign table: they come and go', {
  before: `${t()} CREATE TABLE u (s text); CREATE PUBLICATION goes FOR ALL TABLES;
    CREATE PUBLICATION changes FOR TABLE t; CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql
      AS 'BEGIN END'; CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()`,
  after: `CREATE SCHEMA x; CREATE EXTENSION pg_trgm SCHEMA x; CREATE EXTENSION citext; ${t()}
    CREATE TABLE u (s citext); CREATE INDEX trgm ON t USING gin (s x.gin_trgm_ops);
    CREATE PUBLICATION changes FOR TABLE t (id, a), u WITH (publish = 'insert');
    CREATE PUBLICATION comes FOR TABLE t WHERE (a > 1); CREATE PUBLICATION whole FOR TABLES IN SCHEMA x;
    CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
    CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION f(); ALTER EVENT TRIGGER e DISABLE;
    CREATE EVENT TRIGGER n ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION f();
    CREATE FOREIGN DATA WRAPPER w; CREATE SERVER sv FOREIGN DATA WRAPPER w OPTIONS (host 'x');
    CREATE FOREIGN TABLE ft (a int NOT NULL, b text OPTIONS (column_name 'q')) SERVER sv
      OPTIONS (table_name 'y'); CREATE USER MAPPING FOR PUBLIC SERVER sv`,
  rows: `${rows}; INSERT INTO u VALUES ('A')`,
  answers: { yes: true },
  holds: [kept, ["SELECT s FROM u WHERE s = 'a'", [['A']]]],
  restores: [kept, ['SELECT s FROM u', [['A']]]],
})

changeTest('owner change, default privileges: written', {
  before: t(),
  after: `DO 'BEGIN IF to_regrole(''typetrek_owner'') IS NULL THEN CREATE ROLE typetrek_owner; END IF; END';
    ${t()} ALTER TABLE t OWNER TO typetrek_owner;  CREATE TABLE u (a int);
    ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC`,
  ...filled,
  unproven: [],
})

changeTest('table -> partitioned: the old one becomes a partition where that is told', {
  before: `CREATE TABLE t (id serial PRIMARY KEY, s text UNIQUE); CREATE INDEX i ON t (lower(s));
    CREATE TABLE c (t int REFERENCES t)`,
  after: `CREATE TABLE t (id serial PRIMARY KEY, s text) PARTITION BY RANGE (id);
    CREATE TABLE t_old PARTITION OF t FOR VALUES FROM (0) TO (1000);
    ALTER TABLE t_old ADD CONSTRAINT t_old_s_key UNIQUE (s); CREATE TABLE t_rest PARTITION OF t DEFAULT;
    CREATE INDEX i ON t (lower(s)); CREATE TABLE c (t int REFERENCES t)`,
  rows: "INSERT INTO t (s) VALUES ('x'); INSERT INTO c VALUES (1)",
  answers: { renames: [{ from: 't', to: 't_old' }] },
  up: [
    'ALTER TABLE t RENAME TO t_old',
    'ALTER TABLE t_old RENAME CONSTRAINT t_pkey TO t_old_pkey',
    'ALTER INDEX i RENAME TO t_old_i',
    'ALTER TABLE t_old RENAME CONSTRAINT t_s_key TO t_old_s_key',
    'ALTER TABLE c DROP CONSTRAINT c_t_fkey',
    'CREATE TABLE t (id integer NOT NULL, s text) PARTITION BY RANGE (id)',
    'ALTER SEQUENCE t_id_seq OWNED BY t.id',
    'CREATE TABLE t_rest PARTITION OF t DEFAULT',
    "ALTER TABLE t ALTER COLUMN id SET DEFAULT nextval('t_id_seq'::regclass)",
    'ALTER TABLE t ADD CONSTRAINT t_pkey PRIMARY KEY (id)',
    'CREATE INDEX i ON t (lower(s))',
    'ALTER TABLE t ATTACH PARTITION t_old FOR VALUES FROM (0) TO (1000)',
    'ALTER TABLE c ADD CONSTRAINT c_t_fkey FOREIGN KEY (t) REFERENCES t(id)',
    'ALTER INDEX t_old_i RENAME TO t_old_lower_idx',
  ],
  holds: [
    ['SELECT * FROM t', [[1, 'x']]],
    ["INSERT INTO t (s) VALUES ('y') RETURNING id", [[2]]],
  ],
  restores: [
    [
      'SELECT id, s FROM t ORDER BY id',
      [
        [1, 'x'],
        [2, 'y'],
      ],
    ],
  ],
})

for (const [name, before, after, says] of [
  [
    'table -> partitioned',
    t(),
    'CREATE TABLE t (id int, a int, b int, s text) PARTITION BY RANGE (id)',
    /table t would have to be created again[\s\S]*--rename[\s\S]*move the rows/,
  ],
  [
    'range type in use, without an expression',
    'CREATE TYPE r AS RANGE (subtype = int4); CREATE TABLE t (v r)',
    'CREATE TYPE r AS RANGE (subtype = int8); CREATE TABLE t (v r)',
    /--using t\.v=v::varchar::public\.r/,
  ],
] as const)
  changeTest(`${name}: refused, and what to do is said`, {
    before,
    after,
    answers: { yes: true },
    refused: { code: name.startsWith('range') ? 'QUESTION_OPEN' : 'DIFFERENCE_REFUSED', says },
  })

changeTest('a view that is replaced stands on a column that goes, another on one that changes', {
  before: `${t(', old int')} CREATE VIEW v AS SELECT a FROM t WHERE old IS NULL;
    CREATE VIEW w AS SELECT b FROM t; COMMENT ON COLUMN w.b IS 'two'`,
  after: `CREATE TABLE t (id serial PRIMARY KEY, a int, b bigint, s text);
    CREATE VIEW v AS SELECT a FROM t WHERE a > 6; CREATE VIEW w AS SELECT b FROM t WHERE a > 6;
    COMMENT ON COLUMN w.b IS 'two'`,
  rows,
  answers: { yes: true },
  holds: [['SELECT a, b FROM v, w', [[7, '8']]]],
  restores: [kept],
  reversible: 'lossy',
})

changeTest('what was made by hand and stays is made again round a type change', {
  before: `${t()} CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
    CREATE TRIGGER g BEFORE UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION f();
    CREATE MATERIALIZED VIEW m AS SELECT a FROM t; CREATE INDEX i ON m (a); CREATE POLICY p ON t USING (a > 1)`,
  after: 'CREATE TABLE t (id serial PRIMARY KEY, a bigint, b int, s text)',
  rows: `${rows}; REFRESH MATERIALIZED VIEW m`,
  answers: { extra: 'keep' },
  holds: [
    [
      'SELECT m.a, count(*)::int FROM m JOIN t USING (a) GROUP BY 1 ORDER BY 1',
      [
        ['5', 1],
        ['7', 1],
      ],
    ],
  ],
  restores: [kept, ['SELECT a FROM m ORDER BY a', [[5], [7]]]],
  kept: ['function f()', 'materialized view m', 'policy t.p', 'trigger t.g'],
  reversible: 'yes',
})

const everything = `CREATE TYPE k AS (x int); CREATE TABLE t (id int PRIMARY KEY, a int, s text);
  CREATE INDEX i ON t ((a + 1)); CREATE STATISTICS st ON id, a FROM t; CREATE VIEW v AS SELECT a FROM t;
  CREATE MATERIALIZED VIEW m AS SELECT a FROM t; CREATE INDEX mi ON m (a);`

changeTest('comments, options and targets of small things are compared', {
  before: `${everything} COMMENT ON COLUMN v.a IS 'gone'; ALTER TABLE t ALTER COLUMN s SET (n_distinct = 3)`,
  after: `${everything} COMMENT ON COLUMN k.x IS 'it''s'; COMMENT ON INDEX t_pkey IS 'key';
    COMMENT ON STATISTICS st IS 'both'; COMMENT ON COLUMN m.a IS 'a';
    ALTER VIEW v ALTER COLUMN a SET DEFAULT 5; ALTER MATERIALIZED VIEW m CLUSTER ON mi;
    ALTER TABLE t ALTER COLUMN a SET (n_distinct = 5); ALTER STATISTICS st SET STATISTICS 7;
    ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 9`,
  rows: 'INSERT INTO t (id, a) VALUES (1, 2)',
  up: [
    'ALTER TABLE t ALTER COLUMN s RESET (n_distinct)',
    'ALTER TABLE t ALTER COLUMN a SET (n_distinct=5)',
    "COMMENT ON INDEX t_pkey IS 'key'",
    "COMMENT ON STATISTICS st IS 'both'",
    'ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 9',
    'ALTER STATISTICS st SET STATISTICS 7',
    'COMMENT ON COLUMN v.a IS NULL',
    'ALTER VIEW v ALTER COLUMN a SET DEFAULT 5',
    "COMMENT ON COLUMN k.x IS 'it''s'",
    'ALTER MATERIALIZED VIEW m CLUSTER ON mi',
    "COMMENT ON COLUMN m.a IS 'a'",
  ],
  holds: [['SELECT a FROM v', [[2]]]],
  reversible: 'yes',
})

import { changeTests, type GroupedCase } from './change-group'

/** What PostgreSQL does not change while something stands on it. */
const t = (type: string, more = '') =>
  `CREATE TABLE t (id serial PRIMARY KEY, a ${type}, b int${more});`
const filled = {
  rows: 'INSERT INTO t (a, b) VALUES (5, 6)',
  holds: [['SELECT a::text, b FROM t', [['5', 6]]]],
  restores: [['SELECT a::text, b FROM t', [['5', 6]]]],
} as const
const wider = (...around: [before: string, after?: string]) => ({
  before: `${t('int')} ${around[0]}`,
  after: `${t('bigint')} ${around[1] ?? around[0]}`,
  ...filled,
})
const subject = (size: number) =>
  `CREATE TABLE t (id int, subject varchar(${size}) NOT NULL,
     search tsvector GENERATED ALWAYS AS (to_tsvector('simple', subject)) STORED);
   CREATE INDEX i ON t USING gin (search); CREATE VIEW v AS SELECT search FROM t;
   COMMENT ON COLUMN t.search IS 'computed'; GRANT SELECT ON v TO PUBLIC`

const computed: Record<string, GroupedCase> = {
  'a type changes under a generated column, its index and its view': {
    before: subject(200),
    after: subject(50),
    rows: "INSERT INTO t VALUES (1, 'hello')",
    using: { 't.subject': '' },
    up: [
      'DROP VIEW v',
      'ALTER TABLE t DROP COLUMN search',
      'ALTER TABLE t ALTER COLUMN subject TYPE character varying(50)',
      "ALTER TABLE t ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, (subject)::text)) STORED",
      'CREATE VIEW v AS SELECT search FROM t',
      'CREATE INDEX i ON t USING gin (search)',
      "COMMENT ON COLUMN t.search IS 'computed'",
      'GRANT SELECT ON TABLE v TO PUBLIC',
    ],
    holds: [['SELECT subject, search::text FROM t', [['hello', "'hello':1"]]]],
    restores: [['SELECT subject, search::text FROM t', [['hello', "'hello':1"]]]],
  },
  'a generated column with keys that refer to it': {
    before: `CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a + 1) STORED NOT NULL UNIQUE);
      CREATE TABLE c (g int REFERENCES t (g))`,
    after: `CREATE TABLE t (a smallint, g int GENERATED ALWAYS AS (a + 1) STORED NOT NULL UNIQUE);
      CREATE TABLE c (g int REFERENCES t (g))`,
    rows: 'INSERT INTO t VALUES (4); INSERT INTO c VALUES (5)',
    using: { 't.a': '' },
    holds: [['SELECT t.g, c.g AS key FROM t, c', [[5, 5]]]],
    restores: [['SELECT t.g, c.g AS key FROM t, c', [[5, 5]]]],
  },
  'a generated column whose own type and expression change with it': {
    before: 'CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a * 2) STORED)',
    after: 'CREATE TABLE t (a bigint, g bigint GENERATED ALWAYS AS (a * 3) STORED)',
    rows: 'INSERT INTO t VALUES (4)',
    holds: [['SELECT a, g FROM t', [['4', '12']]]],
    restores: [['SELECT a, g FROM t', [[4, 8]]]],
  },
  'a collation under a generated column': {
    before: "CREATE TABLE t (a text, g text GENERATED ALWAYS AS (a || 'x') STORED)",
    after: `CREATE TABLE t (a text COLLATE "C", g text GENERATED ALWAYS AS (a || 'x') STORED)`,
    rows: "INSERT INTO t VALUES ('4')",
    holds: [['SELECT a, g FROM t', [['4', '4x']]]],
  },
  'an enum that is made anew under a generated column': {
    before: `CREATE TYPE e AS ENUM ('a', 'b', 'c');
      CREATE TABLE t (v e, g text GENERATED ALWAYS AS (CASE v WHEN 'a' THEN 'x' ELSE 'y' END) STORED)`,
    after: `CREATE TYPE e AS ENUM ('b', 'a');
      CREATE TABLE t (v e, g text GENERATED ALWAYS AS (CASE v WHEN 'a' THEN 'x' ELSE 'y' END) STORED)`,
    rows: "INSERT INTO t VALUES ('a')",
    holds: [['SELECT v, g FROM t', [['a', 'x']]]],
    restores: [['SELECT v, g FROM t', [['a', 'x']]]],
  },
  'a generated column over one that goes': {
    before: 'CREATE TABLE t (a int, b int, g int GENERATED ALWAYS AS (b + 1) STORED)',
    after: 'CREATE TABLE t (a int, b bigint, g int GENERATED ALWAYS AS (a + 1) STORED)',
    rows: 'INSERT INTO t VALUES (4, 9)',
    holds: [['SELECT b, g FROM t', [['9', 5]]]],
    restores: [['SELECT b, g FROM t', [[9, 10]]]],
  },
}

changeTests(computed)

const on14 = Object.entries(computed).map(([name, one]) => [
  `on PostgreSQL 14: ${name}`,
  // it words views in another way
  { ...one, up: undefined },
])
changeTests(Object.fromEntries(on14) as typeof computed, { major: 14 })

changeTests({
  'a virtual column': {
    before: 'CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a + 1) VIRTUAL)',
    after: 'CREATE TABLE t (a bigint, g bigint GENERATED ALWAYS AS (a + 1) VIRTUAL)',
    rows: 'INSERT INTO t VALUES (4)',
    holds: [['SELECT a, g FROM t', [['4', '5']]]],
  },
  'a trigger on a column and a condition': wider(`
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
    CREATE TRIGGER g BEFORE UPDATE OF a ON t FOR EACH ROW WHEN (NEW.a > 1) EXECUTE FUNCTION f();
    ALTER TABLE t DISABLE TRIGGER g`),
  'a function whose body was parsed': {
    ...wider('CREATE FUNCTION f() RETURNS numeric BEGIN ATOMIC SELECT sum(a) FROM t; END'),
    up: [
      'DROP FUNCTION f()',
      'ALTER TABLE t ALTER COLUMN a TYPE bigint',
      'CREATE FUNCTION f() RETURNS numeric LANGUAGE sql BEGIN ATOMIC SELECT sum(t.a) AS sum FROM t; END',
    ],
  },
  'a policy': wider('CREATE POLICY p ON t USING (a > 1)'),
  'a rule': wider('CREATE RULE r AS ON DELETE TO t WHERE old.a > 1 DO INSTEAD NOTHING'),
  'statistics and a check': wider(`CREATE STATISTICS s ON a, b FROM t;
    CREATE STATISTICS e ON (a + 1) FROM t; ALTER TABLE t ADD CONSTRAINT c CHECK (a > b - 5)`),
  "a publication's rows": {
    ...wider('CREATE PUBLICATION in_the_way FOR TABLE t (id, a) WHERE (a > 1)'),
    up: [
      'ALTER PUBLICATION in_the_way DROP TABLE t',
      'ALTER TABLE t ALTER COLUMN a TYPE bigint',
      'ALTER PUBLICATION in_the_way ADD TABLE t (a, id) WHERE ((a > 1))',
    ],
  },
  'a replaced function under a check, a generated column, an index, a policy and a default': {
    before: `CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 5';
      CREATE TABLE t (n int DEFAULT f(1) CHECK (f(n) > 0), g int GENERATED ALWAYS AS (f(n)) STORED);
      CREATE INDEX i ON t (f(n)); CREATE POLICY p ON t USING (f(n) > 0)`,
    after: `CREATE FUNCTION f(int) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 6::bigint';
      CREATE TABLE t (n int DEFAULT f(1) CHECK (f(n) > 0), g int GENERATED ALWAYS AS (f(n)) STORED);
      CREATE INDEX i ON t (f(n)); CREATE POLICY p ON t USING (f(n) > 0)`,
    rows: 'INSERT INTO t VALUES (1)',
    holds: [['SELECT n, g FROM t', [[1, 6]]]],
    restores: [['SELECT n, g FROM t', [[1, 5]]]],
  },
  'an enum that loses a value under a function, and what stands on that': {
    before: `CREATE TYPE e AS ENUM ('a', 'b');
      CREATE FUNCTION f(e) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
      CREATE TABLE t (v e, CHECK (f(v) > 0), g int GENERATED ALWAYS AS (f(v)) STORED);
      CREATE INDEX i ON t (f(v)); CREATE VIEW w AS SELECT f(v) FROM t`,
    after: `CREATE TYPE e AS ENUM ('a');
      CREATE FUNCTION f(e) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
      CREATE TABLE t (v e, CHECK (f(v) > 0), g int GENERATED ALWAYS AS (f(v)) STORED);
      CREATE INDEX i ON t (f(v)); CREATE VIEW w AS SELECT f(v) FROM t`,
    rows: "INSERT INTO t VALUES ('a')",
    holds: [['SELECT v, g FROM t', [['a', 1]]]],
  },
})

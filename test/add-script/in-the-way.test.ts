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
  'a domain in use gets other rules': {
    before: `CREATE DOMAIN d AS int CONSTRAINT one CHECK (VALUE > 0) CONSTRAINT two CHECK (VALUE < 90);
      CREATE TABLE t (v d)`,
    after: `CREATE DOMAIN d AS int NOT NULL DEFAULT 7 CONSTRAINT one CHECK (VALUE > 1)
      CONSTRAINT three CHECK (VALUE < 50); CREATE TABLE t (v d)`,
    rows: 'INSERT INTO t VALUES (5)',
    up: [
      'ALTER DOMAIN d DROP CONSTRAINT one',
      'ALTER DOMAIN d DROP CONSTRAINT two',
      'ALTER DOMAIN d SET DEFAULT 7',
      'ALTER DOMAIN d SET NOT NULL',
      'ALTER DOMAIN d ADD CONSTRAINT one CHECK (VALUE > 1)',
      'ALTER DOMAIN d ADD CONSTRAINT three CHECK (VALUE < 50)',
    ],
    holds: [['SELECT v FROM t', [[5]]]],
  },
  'a domain in lists gets a stricter rule': {
    before: 'CREATE DOMAIN d AS int CHECK (VALUE > 0); CREATE TABLE t (v d, w d[])',
    after: 'CREATE DOMAIN d AS int CHECK (VALUE > 1); CREATE TABLE t (v d, w d[])',
    rows: "INSERT INTO t VALUES (5, '{6}')",
    up: [
      'ALTER DOMAIN d RENAME TO d_old',
      'CREATE DOMAIN d AS integer CONSTRAINT d_check CHECK (VALUE > 1)',
      'ALTER TABLE t ALTER COLUMN v TYPE d',
      'ALTER TABLE t ALTER COLUMN w TYPE d[]',
      'DROP DOMAIN d_old',
    ],
    holds: [['SELECT v, w[1] FROM t', [[5, 6]]]],
    restores: [['SELECT v, w[1] FROM t', [[5, 6]]]],
  },
  'a domain in use becomes one over another type': {
    before: `CREATE DOMAIN d AS varchar(5); CREATE TABLE t (v d DEFAULT 'q', l d[]);
      CREATE VIEW v AS SELECT v FROM t; CREATE INDEX i ON t (v)`,
    after: `CREATE DOMAIN d AS text; CREATE TABLE t (v d DEFAULT 'q', l d[]);
      CREATE VIEW v AS SELECT v FROM t; CREATE INDEX i ON t (v)`,
    rows: "INSERT INTO t VALUES ('a', '{b}')",
    holds: [['SELECT v, l[1] FROM t', [['a', 'b']]]],
    restores: [['SELECT v, l[1] FROM t', [['a', 'b']]]],
  },
  'a composite type in use gains an attribute': {
    before: 'CREATE TYPE c AS (a int); CREATE TABLE t (v c, w c[])',
    after: 'CREATE TYPE c AS (a int, b text); CREATE TABLE t (v c, w c[])',
    rows: 'INSERT INTO t VALUES (ROW(5), ARRAY[ROW(6)]::c[])',
    up: ['ALTER TYPE c ADD ATTRIBUTE b text CASCADE'],
    holds: [['SELECT (v).a, (v).b, (w[1]).a AS c FROM t', [[5, null, 6]]]],
  },
  'an attribute of a composite type in use becomes of another type': {
    before: `CREATE DOMAIN d AS int; CREATE TYPE c AS (a d); CREATE TABLE t (v c)`,
    after: `CREATE DOMAIN d AS bigint; CREATE TYPE c AS (a d); CREATE TABLE t (v c)`,
    rows: 'INSERT INTO t VALUES (ROW(5)), (NULL)',
    using: { 't.v': 'v::text::@c' },
    holds: [
      [
        'SELECT (v).a, v IS NULL FROM t ORDER BY 1',
        [
          ['5', false],
          [null, true],
        ],
      ],
    ],
    restores: [
      [
        'SELECT (v).a, v IS NULL FROM t ORDER BY 1',
        [
          [5, false],
          [null, true],
        ],
      ],
    ],
  },
  'a range in use becomes one over another type': {
    before: `CREATE TYPE r AS RANGE (subtype = int4);
      CREATE TABLE t (v r[], m r_multirange, d r DEFAULT '[1,2)'); CREATE INDEX i ON t USING gist (d)`,
    after: `CREATE TYPE r AS RANGE (subtype = int8);
      CREATE TABLE t (v r[], m r_multirange, d r DEFAULT '[1,2)'); CREATE INDEX i ON t USING gist (d)`,
    rows: `INSERT INTO t VALUES ('{"[1,5)"}', '{[1,5)}')`,
    using: {
      't.v': 'v::text[]::@r[]',
      't.m': 'm::text::@r_multirange',
      't.d': 'd::text::@r',
    },
    holds: [['SELECT v::text, m::text, d::text FROM t', [['{"[1,5)"}', '{[1,5)}', '[1,2)']]]],
    restores: [['SELECT v::text, m::text, d::text FROM t', [['{"[1,5)"}', '{[1,5)}', '[1,2)']]]],
  },
  'a range in use gets another collation': {
    before: 'CREATE TYPE r AS RANGE (subtype = text); CREATE TABLE t (v r)',
    after: 'CREATE TYPE r AS RANGE (subtype = text, collation = "C"); CREATE TABLE t (v r)',
    rows: "INSERT INTO t VALUES ('[a,b)')",
    using: { 't.v': 'v::text::@r' },
    holds: [['SELECT v::text, r(lower(v), upper(v))::text AS made FROM t', [['[a,b)', '[a,b)']]]],
  },
  'types that no column uses are made anew at once': {
    before: `CREATE TYPE r AS RANGE (subtype = int4); CREATE DOMAIN d AS int; CREATE TYPE c AS (a int);
      CREATE COLLATION g (provider = icu, locale = 'de')`,
    after: `CREATE TYPE r AS RANGE (subtype = int8); CREATE DOMAIN d AS text; CREATE TYPE c AS (a text);
      CREATE COLLATION g (provider = icu, locale = 'fr')`,
  },
  'a collation in use becomes another one': {
    before: `CREATE COLLATION g (provider = icu, locale = 'de');
      CREATE TABLE t (s text COLLATE g, n int); CREATE INDEX i ON t (s)`,
    after: `CREATE COLLATION g (provider = icu, locale = 'fr');
      CREATE TABLE t (s text COLLATE g, n int); CREATE INDEX i ON t (s)`,
    rows: "INSERT INTO t VALUES ('A')",
    up: [
      'ALTER COLLATION g RENAME TO g_old',
      'DROP INDEX i',
      "CREATE COLLATION g (PROVIDER = icu, LOCALE = 'fr')",
      'ALTER TABLE t ALTER COLUMN s TYPE text COLLATE g',
      'DROP COLLATION g_old',
      'CREATE INDEX i ON t (s)',
    ],
    holds: [['SELECT s FROM t', [['A']]]],
    restores: [['SELECT s FROM t', [['A']]]],
  },
  'a table becomes a partition': {
    before: `CREATE TABLE t (id int PRIMARY KEY, s text) PARTITION BY RANGE (id);
      CREATE TABLE t1 (id int PRIMARY KEY, s text); CREATE INDEX i ON t (s)`,
    after: `CREATE TABLE t (id int PRIMARY KEY, s text) PARTITION BY RANGE (id);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10); CREATE INDEX i ON t (s)`,
    rows: "INSERT INTO t1 VALUES (5, 'x')",
    up: ['ALTER TABLE t ATTACH PARTITION t1 FOR VALUES FROM (0) TO (10)'],
    holds: [['SELECT id, s FROM t', [[5, 'x']]]],
    restores: [['SELECT id, s FROM t1', [[5, 'x']]]],
  },
  'a partition becomes a table of its own, or goes to another parent': {
    before: `CREATE TABLE t (id int NOT NULL, s text) PARTITION BY RANGE (id);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
      CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20)`,
    after: `CREATE TABLE t (id int NOT NULL, s text) PARTITION BY RANGE (id);
      CREATE TABLE t1 (id int NOT NULL, s text);
      CREATE TABLE u (id int NOT NULL, s text) PARTITION BY RANGE (id);
      CREATE TABLE t2 PARTITION OF u DEFAULT`,
    rows: "INSERT INTO t VALUES (5, 'x'), (15, 'y')",
    up: [
      'ALTER TABLE t DETACH PARTITION t1',
      'ALTER TABLE t DETACH PARTITION t2',
      'CREATE TABLE u (id integer NOT NULL, s text) PARTITION BY RANGE (id)',
      'ALTER TABLE u ATTACH PARTITION t2 DEFAULT',
    ],
    holds: [['SELECT t1.s, u.s AS other FROM t1, u', [['x', 'y']]]],
    restores: [['SELECT s FROM t ORDER BY s', [['x'], ['y']]]],
  },
  'inheritance begins and ends': {
    before: `CREATE TABLE p (a int, b text); CREATE TABLE c (a int, b text, n int);
      CREATE TABLE d (a int, b text, m int); ALTER TABLE d INHERIT p`,
    after: `CREATE TABLE p (a int, b text); CREATE TABLE c (a int, b text, n int);
      ALTER TABLE c INHERIT p; CREATE TABLE d (a int, b text, m int)`,
    rows: "INSERT INTO c VALUES (1, 'c', 2); INSERT INTO d VALUES (3, 'd', 4)",
    up: ['ALTER TABLE d NO INHERIT p', 'ALTER TABLE c INHERIT p'],
    holds: [
      ['SELECT * FROM p', [[1, 'c']]],
      ['SELECT a, b, m FROM d', [[3, 'd', 4]]],
    ],
    restores: [['SELECT * FROM p', [[3, 'd']]]],
  },
})

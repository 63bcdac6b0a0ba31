import { changeTests } from './change-group'

/** What cannot be changed at all, and what only its place. */
changeTests({
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
      "CREATE COLLATION g (PROVIDER = icu, LOCALE = 'fr')",
      'DROP INDEX i',
      'ALTER TABLE t ALTER COLUMN s TYPE text COLLATE g',
      'CREATE INDEX i ON t (s)',
      'DROP COLLATION g_old',
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
  'a table becomes a partition of a new one, and its index with it': {
    before: 'CREATE TABLE t (id int PRIMARY KEY, s text); CREATE INDEX i ON t (s)',
    after: `CREATE TABLE u (id int PRIMARY KEY, s text) PARTITION BY RANGE (id);
      CREATE TABLE t PARTITION OF u FOR VALUES FROM (0) TO (10); CREATE INDEX i ON u (s)`,
    rows: "INSERT INTO t VALUES (1, 'x')",
    holds: [['SELECT * FROM u', [[1, 'x']]]],
    restores: [['SELECT * FROM t', [[1, 'x']]]],
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

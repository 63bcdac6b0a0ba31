import { changeTest } from './change-case'

/** What pg-delta gets wrong by itself, or would destroy. */
changeTest('an enum value and the default that uses it come in two scripts', {
  before: "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (v e DEFAULT 'a')",
  after: "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (v e DEFAULT 'b')",
  rows: 'INSERT INTO t DEFAULT VALUES',
  holds: [['SELECT v FROM t', [['a']]]],
})

changeTest('a generated column that becomes plain keeps its values', {
  before: 'CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED)',
  after: 'CREATE TABLE t (a int, b int DEFAULT 5)',
  rows: 'INSERT INTO t (a) VALUES (2)',
  up: [
    'ALTER TABLE t ALTER COLUMN b DROP EXPRESSION',
    'ALTER TABLE t ALTER COLUMN b SET DEFAULT 5',
  ],
  holds: [['SELECT b FROM t', [[4]]]],
})

changeTest('a generated column gets another expression in place', {
  before:
    'CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED); CREATE VIEW v AS SELECT b FROM t',
  after:
    'CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 3) STORED); CREATE VIEW v AS SELECT b FROM t',
  rows: 'INSERT INTO t (a) VALUES (2)',
  up: ['ALTER TABLE t ALTER COLUMN b SET EXPRESSION AS (a * 3)'],
  holds: [['SELECT b FROM v', [[6]]]],
})

changeTest('before PostgreSQL 17 a generated column with another expression is computed anew', {
  before:
    'CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED); CREATE VIEW v AS SELECT b FROM t',
  after:
    'CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 3) STORED); CREATE VIEW v AS SELECT b FROM t',
  rows: 'INSERT INTO t (a) VALUES (2)',
  holds: [['SELECT b FROM v', [[6]]]],
  major: 14,
})

changeTest('a virtual column is virtual', {
  before: 'CREATE TABLE t (a int)',
  after: `CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL);
    CREATE TABLE u (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL, c int)`,
  rows: 'INSERT INTO t VALUES (2)',
  up: [
    'CREATE TABLE u (a integer, b integer GENERATED ALWAYS AS (a * 2) VIRTUAL, c integer)',
    'ALTER TABLE t ADD COLUMN b integer GENERATED ALWAYS AS (a * 2) VIRTUAL',
  ],
  holds: [['SELECT b FROM t', [[4]]]],
})

changeTest('an index of a partitioned table is made on its partitions too', {
  before: `CREATE TABLE t (id int) PARTITION BY RANGE (id);
    CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10)`,
  after: `CREATE TABLE t (id int) PARTITION BY RANGE (id);
    CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10); CREATE INDEX i ON t (id)`,
  up: ['CREATE INDEX i ON t (id)'],
  holds: [
    ["SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass", [[true]]],
    ["SELECT count(*)::int FROM pg_index WHERE indrelid = 't1'::regclass", [[1]]],
  ],
})

changeTest('a partition with other bounds keeps its rows', {
  before: `CREATE TABLE t (id int) PARTITION BY RANGE (id);
    CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10)`,
  after: `CREATE TABLE t (id int) PARTITION BY RANGE (id);
    CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (20)`,
  rows: 'INSERT INTO t VALUES (5)',
  up: [
    'ALTER TABLE t DETACH PARTITION t1',
    'ALTER TABLE t ATTACH PARTITION t1 FOR VALUES FROM (0) TO (20)',
  ],
  holds: [['SELECT * FROM t', [[5]]]],
})

changeTest(
  'names of NOT NULL: a table has those that it was given, one that changes its parent keeps its own',
  {
    before: `CREATE TABLE p (id int NOT NULL) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
    CREATE TABLE q (id int NOT NULL) PARTITION BY LIST (id); CREATE TABLE t (a int CONSTRAINT needed NOT NULL)`,
    after: `CREATE TABLE p (id int NOT NULL) PARTITION BY LIST (id); CREATE TABLE q (id int NOT NULL) PARTITION BY LIST (id);
    CREATE TABLE p1 PARTITION OF q FOR VALUES IN (1); CREATE TABLE t (a int CONSTRAINT required NOT NULL);
    CREATE TABLE base (id int NOT NULL, "At" date NOT NULL);
    CREATE TABLE child (CONSTRAINT child_key PRIMARY KEY (id), CONSTRAINT dated NOT NULL "At") INHERITS (base);
    CREATE TABLE n (id serial CONSTRAINT numbered NOT NULL, "Of" text DEFAULT 'x' CONSTRAINT "Named" NOT NULL, b int NOT NULL)`,
    rows: 'INSERT INTO p VALUES (1)',
    unproven: ['p1'].map(
      (table) => `The names of the NOT NULL constraints of ${table} are not compared.`,
    ),
    holds: [
      [
        `SELECT string_agg(conname, ' ' ORDER BY conname) FROM pg_constraint
       WHERE conrelid IN ('child'::regclass, 'p1'::regclass, 't'::regclass, 'n'::regclass) AND contype = 'n'`,
        [['Named child_id_not_null dated n_b_not_null numbered p_id_not_null required']],
      ],
    ],
  },
)

changeTest('a new partition is one statement', {
  before: 'CREATE TABLE t (id int PRIMARY KEY) PARTITION BY RANGE (id)',
  after: `CREATE TABLE t (id int PRIMARY KEY) PARTITION BY RANGE (id);
    CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10)`,
  up: ['CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10)'],
})

changeTest('a table that becomes partitioned is refused rather than dropped', {
  before: 'CREATE TABLE t (id int)',
  after: 'CREATE TABLE t (id int) PARTITION BY RANGE (id)',
  answers: { yes: true },
  refused: { code: 'DIFFERENCE_REFUSED', says: /table t would have to be created again/ },
})

changeTest('privileges on a column outlive those on its table', {
  before: 'CREATE TABLE t (a int, b int)',
  after:
    'CREATE TABLE t (a int, b int); GRANT SELECT ON t TO PUBLIC; GRANT UPDATE (a) ON t TO PUBLIC',
  holds: [
    [
      "SELECT has_column_privilege('public', 't', 'a', 'UPDATE'), has_table_privilege('public', 't', 'SELECT')",
      [[true, true]],
    ],
  ],
})

changeTest('storage, statistics targets, compression and extended statistics are compared', {
  before: 'CREATE TABLE t (a int, b int, s text)',
  after: `CREATE TABLE t (a int, b int, s text); ALTER TABLE t ALTER COLUMN s SET STORAGE EXTERNAL;
    ALTER TABLE t ALTER COLUMN a SET STATISTICS 500; ALTER TABLE t ALTER COLUMN s SET COMPRESSION pglz;
    CREATE STATISTICS st ON a, b FROM t`,
  up: [
    'ALTER TABLE t ALTER COLUMN a SET STATISTICS 500',
    'ALTER TABLE t ALTER COLUMN s SET COMPRESSION pglz',
    'ALTER TABLE t ALTER COLUMN s SET STORAGE EXTERNAL',
    'CREATE STATISTICS st ON a, b FROM t',
  ],
  reversible: 'yes',
})

changeTest('casts that are the same on both sides are none of our business', {
  before: `CREATE TYPE e AS ENUM ('a'); CREATE FUNCTION f(e) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
    CREATE CAST (e AS int) WITH FUNCTION f(e)`,
  after: `CREATE TYPE e AS ENUM ('a'); CREATE FUNCTION f(e) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
    CREATE CAST (e AS int) WITH FUNCTION f(e); CREATE TABLE t (v e)`,
  up: ['CREATE TABLE t (v e)'],
})

changeTest('narrowing raises instead of cutting when nothing else was told', {
  before: 'CREATE TABLE t (v varchar(50))',
  after: 'CREATE TABLE t (v varchar(5))',
  rows: "INSERT INTO t VALUES ('much too long')",
  answers: { using: [{ table: 't', column: 'v', expression: '' }] },
  up: ['ALTER TABLE t ALTER COLUMN v TYPE character varying(5)'],
  raises: /too long/,
})

changeTest('narrowing cuts only where that was told, and says so', {
  before: 'CREATE TABLE t (v varchar(50))',
  after: 'CREATE TABLE t (v varchar(5))',
  rows: "INSERT INTO t VALUES ('much too long')",
  answers: { using: [{ table: 't', column: 'v', expression: 'left(v, 5)' }], yes: true },
  holds: [['SELECT v FROM t', [['much ']]]],
  reversible: 'lossy',
})

for (const [from, to, says] of [
  ['varchar(50)', 'varchar(5)', /--using "t\.v=pg_catalog\.left\(v, 5\)"/],
  ['numeric', 'int', /--using "t\.v=pg_catalog\.round\(v\)::integer"/],
  ['bigint', 'int', /takes smaller numbers only/],
  ['numeric(10,4)', 'numeric(10,2)', /rounds/],
  ['timestamptz', 'date', /time zone/],
  ['double precision', 'real', /loses digits/],
  ['text', 'timestamptz', /time zone/],
  ['int', 'boolean', /--using t\.v=v::boolean$/m],
] as const)
  changeTest(`${from} becomes ${to}: a question`, {
    before: `CREATE TABLE t (v ${from})`,
    after: `CREATE TABLE t (v ${to})`,
    refused: { code: 'QUESTION_OPEN', says },
  })

changeTest('text with a default becomes an enum in the right order', {
  before: "CREATE TABLE t (v text DEFAULT 'a')",
  after: "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (v e NOT NULL DEFAULT 'b')",
  rows: "INSERT INTO t VALUES ('a'), (NULL)",
  answers: { backfills: [{ table: 't', column: 'v', expression: "'b'" }] },
  up: [
    "CREATE TYPE e AS ENUM ('a', 'b')",
    'ALTER TABLE t ALTER COLUMN v DROP DEFAULT',
    'ALTER TABLE t ALTER COLUMN v TYPE e USING v::e',
    "ALTER TABLE t ALTER COLUMN v SET DEFAULT 'b'::e",
    "UPDATE t SET v = 'b' WHERE v IS NULL",
    'ALTER TABLE t ALTER COLUMN v SET NOT NULL',
  ],
  holds: [['SELECT v FROM t ORDER BY v', [['a'], ['b']]]],
})

changeTest('a materialized view on a changed column is made again, with its index', {
  before:
    'CREATE TABLE t (a int); CREATE MATERIALIZED VIEW m AS SELECT a FROM t; CREATE INDEX i ON m (a)',
  after:
    'CREATE TABLE t (a bigint); CREATE MATERIALIZED VIEW m AS SELECT a FROM t; CREATE INDEX i ON m (a)',
  rows: 'INSERT INTO t VALUES (3); REFRESH MATERIALIZED VIEW m',
  holds: [['SELECT a FROM m', [['3']]]],
})

changeTest('everything that depends on a dropped table goes, agreed to', {
  before: `CREATE TABLE t (id serial PRIMARY KEY); CREATE TABLE c (id int REFERENCES t);
    CREATE VIEW v AS SELECT id FROM t; CREATE FUNCTION f() RETURNS SETOF t LANGUAGE sql AS 'SELECT * FROM t'`,
  after: 'CREATE TABLE c (id int)',
  answers: { yes: true },
  reversible: 'lossy',
})

changeTest('functions, overloads and what calls them come in an order that works', {
  before: '',
  after: `CREATE TABLE t (a int); CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
    CREATE FUNCTION f(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
    CREATE FUNCTION g() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM t';
    ALTER TABLE t ADD COLUMN b int DEFAULT f(1), ADD CHECK (f(a) > 0); CREATE INDEX i ON t (f(a));
    CREATE VIEW v AS SELECT f(a) FROM t, g()`,
})

changeTest('composite types, domains, ranges and multiple schemas', {
  before:
    'CREATE DOMAIN d AS int CHECK (VALUE > 0); CREATE TYPE c AS (a int); CREATE TABLE t (v d)',
  after:
    `CREATE SCHEMA s; CREATE DOMAIN d AS int CHECK (VALUE > 1); CREATE TYPE c AS (a int, b text);
    CREATE TYPE r AS RANGE (subtype = float8); CREATE TABLE t (v d, w c, x r); CREATE TABLE s.t (y s.t)`.replace(
      ' (y s.t)',
      ' (y int)',
    ),
  rows: 'INSERT INTO t VALUES (5)',
  holds: [['SELECT v FROM t', [[5]]]],
})

changeTest('a rule of a domain is renamed as a domain has it', {
  before: 'CREATE DOMAIN d AS int CONSTRAINT pos CHECK (VALUE > 0); CREATE TABLE t (a d)',
  after: 'CREATE DOMAIN d AS int CONSTRAINT "is Positive" CHECK (VALUE > 0); CREATE TABLE t (a d)',
  rows: 'INSERT INTO t VALUES (1)',
  up: ['ALTER DOMAIN d RENAME CONSTRAINT pos TO "is Positive"'],
  holds: [['SELECT a FROM t', [[1]]]],
  reversible: 'yes',
})

const parted = (more: string) =>
  `CREATE TABLE m (id int NOT NULL, s text NOT NULL) PARTITION BY LIST (s);
   CREATE TABLE ma PARTITION OF m FOR VALUES IN ('a'); CREATE TABLE mb PARTITION OF m FOR VALUES IN ('b') PARTITION BY LIST (id);
   CREATE TABLE mb1 PARTITION OF mb FOR VALUES IN (2); ${more}`

changeTest('a key takes over an index that rules of partitions are attached to', {
  before: parted(`CREATE UNIQUE INDEX m_key ON m (s, id);
    ALTER TABLE ma ADD CONSTRAINT ma_pkey PRIMARY KEY USING INDEX ma_s_id_idx;
    ALTER TABLE mb1 ADD CONSTRAINT mb1_own UNIQUE USING INDEX mb1_s_id_idx`),
  after: parted('ALTER TABLE m ADD CONSTRAINT m_key PRIMARY KEY (s, id)'),
  rows: "INSERT INTO m VALUES (1, 'a'), (2, 'b')",
  holds: [['SELECT id FROM m ORDER BY 1', [[1], [2]]]],
  restores: [['SELECT id FROM m ORDER BY 1', [[1], [2]]]],
})

const noticing = `CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';`

changeTest('the tags of an event trigger are written in the order in which they were declared', {
  before: noticing,
  after: `${noticing} CREATE EVENT TRIGGER "on DDL" ON ddl_command_end
    WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE') EXECUTE FUNCTION f()`,
  up: [
    `CREATE EVENT TRIGGER "on DDL" ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE') EXECUTE FUNCTION f()`,
  ],
})

changeTest(
  'a bit string of fixed length gets the bits that it lacks, and the downgrade takes them off',
  {
    before: 'CREATE TABLE t (b bit(4))',
    after: 'CREATE TABLE t (b bit(8))',
    rows: "INSERT INTO t VALUES (B'1010')",
    up: ['ALTER TABLE t ALTER COLUMN b TYPE bit(8) USING b::bit(8)'],
    holds: [['SELECT b::text FROM t', [['10100000']]]],
  },
)

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commentsOf } from '../../src/change/render/comments'
import { findDifference } from '../../src/add-script/difference/plan-change'
import { changeTest, nobody } from './change-case'
import { Databases } from './scratch'

const online = { online: true }
const t = (more = '') => `CREATE TABLE t (id int PRIMARY KEY, a int, b text${more});`

/** A statement about a foreign key of `c` to `t`, on one line. */
const lockingBoth = (sql: string) =>
  `DO $$ BEGIN BEGIN LOCK TABLE t, c IN SHARE UPDATE EXCLUSIVE MODE; SET LOCAL lock_timeout TO '500ms'; LOCK TABLE t, c IN SHARE ROW EXCLUSIVE MODE; EXCEPTION WHEN insufficient_privilege THEN SET LOCAL lock_timeout TO '500ms'; END; ${sql}; END $$`

changeTest('online: keys and checks are validated in a later script', {
  before: `${t()} CREATE TABLE c (t int)`,
  after: `${t(', CONSTRAINT positive CHECK (a > 0)')} CREATE TABLE c (t int CONSTRAINT key REFERENCES t)`,
  rows: 'INSERT INTO t VALUES (1, 1); INSERT INTO c VALUES (1)',
  answers: online,
  up: [
    lockingBoth('ALTER TABLE c ADD CONSTRAINT key FOREIGN KEY (t) REFERENCES t(id) NOT VALID'),
    'ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0) NOT VALID',
    'ALTER TABLE c VALIDATE CONSTRAINT key',
    'ALTER TABLE t VALIDATE CONSTRAINT positive',
  ],
  reversible: 'yes',
})

test('a role that may only refer to a table adds and drops a foreign key online', () =>
  Databases.with(async (databases) => {
    const ofOthers = 'GRANT ALL ON SCHEMA public TO pg_monitor; GRANT REFERENCES ON t TO pg_monitor; ALTER TABLE c OWNER TO pg_monitor' // oxfmt-ignore
    const before = `${t()} CREATE TABLE c (t int); ${ofOthers}`
    const after = `${t()} CREATE TABLE c (t int REFERENCES t); ${ofOthers}`
    const [copy, filled] = [await databases.make(before), await databases.make(before)]
    const target = databases.open(await databases.make(after))
    const { scripts } = await findDifference(databases.open(copy), target, { ...nobody, online: true }, []) // oxfmt-ignore
    const pool = databases.open(filled)
    const run = async (statements: readonly { sql: string }[]) => {
      const client = await pool.connect()
      try {
        await client.query('SET ROLE pg_monitor')
        for (const { sql } of statements) await client.query(sql)
      } finally {
        client.release(true)
      }
      const keys = await pool.query(`SELECT convalidated FROM pg_constraint WHERE contype = 'f'`)
      return keys.rows as unknown[]
    }

    const locking = [{ sql: 'BEGIN; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE' }]
    await assert.rejects(run(locking), /permission denied/)
    assert.deepEqual(await run(scripts.flatMap(({ up }) => up)), [{ convalidated: true }])
    assert.deepEqual(await run(scripts.toReversed().flatMap(({ down }) => down)), [])
  }))

/** What is written for the values of columns, on one line. */
const batches = (table: string, values: string, where: string) =>
  `DO $$ -- migrate: repeatable DECLARE backfill_page bigint := 0; backfill_start timestamp with time zone; BEGIN WHILE (backfill_page OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint) OPERATOR(pg_catalog.<) (WITH RECURSIVE family AS (SELECT '${table}'::pg_catalog.regclass::pg_catalog.oid AS id UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent OPERATOR(pg_catalog.=) family.id) SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP backfill_start := pg_catalog.clock_timestamp(); UPDATE ${table} SET ${values} WHERE ${where} AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', backfill_page OPERATOR(pg_catalog.+) 20)::pg_catalog.tid; COMMIT; PERFORM pg_catalog.pg_sleep(0.25 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backfill_start)); backfill_page := backfill_page OPERATOR(pg_catalog.+) 20; END LOOP; END $$`

/** What gives rows that are written meanwhile their values, and what ends it. */
const filling = (table: string, ...fills: (readonly [column: string, value: string])[]) => {
  const lines = fills.map(
    ([column, value]) =>
      `IF NEW.${column} IS NULL THEN NEW.${column} := (SELECT ${value} FROM (SELECT NEW.*) AS ${table}); END IF;`,
  )
  return {
    start: [
      `CREATE FUNCTION ${table}_fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${lines.join(' ')} RETURN NEW; END $$`,
      `CREATE TRIGGER ${table}_fill BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${table}_fill()`,
    ],
    end: [`DROP TRIGGER ${table}_fill ON ${table}`, `DROP FUNCTION ${table}_fill()`],
  }
}

changeTest(
  'online: NOT NULL is set where rows were filled in batches and a validated check has proven it',
  {
    before: t(),
    after: 'CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b text)',
    rows: 'INSERT INTO t SELECT n, nullif(n % 3, 0) FROM generate_series(1, 200000) n',
    answers: { ...online, backfills: [{ table: 't', column: 'a', expression: '0' }] },
    up: [
      ...filling('t', ['a', '0']).start,
      'ALTER TABLE t ADD CONSTRAINT t_a_required CHECK (a IS NOT NULL) NOT VALID',
      batches('t', 'a = 0', 'a IS NULL'),
      'ALTER TABLE t VALIDATE CONSTRAINT t_a_required',
      'ALTER TABLE t ALTER COLUMN a SET NOT NULL',
      'ALTER TABLE t DROP CONSTRAINT t_a_required',
      ...filling('t', ['a', '0']).end,
    ],
    holds: [
      [
        'SELECT a, count(*)::int FROM t GROUP BY a ORDER BY a',
        [
          [0, 66666],
          [1, 66667],
          [2, 66667],
        ],
      ],
    ],
  },
)

changeTest('online: a default that differs from row to row is filled in afterwards', {
  before: `${t()} CREATE TABLE "Odd" (a int)`,
  after: `CREATE TABLE t (id int PRIMARY KEY, a int, b text, key uuid NOT NULL DEFAULT gen_random_uuid(), at timestamptz NOT NULL DEFAULT now());
    CREATE TABLE "Odd" (a int, "Key" double precision DEFAULT random())`,
  rows: 'INSERT INTO t SELECT n FROM generate_series(1, 3) n; INSERT INTO "Odd" VALUES (1), (2)',
  answers: online,
  up: [
    'ALTER TABLE "Odd" ADD COLUMN "Key" double precision',
    'ALTER TABLE "Odd" ALTER COLUMN "Key" SET DEFAULT random()',
    'ALTER TABLE t ADD COLUMN key uuid',
    'ALTER TABLE t ALTER COLUMN key SET DEFAULT gen_random_uuid()',
    ...filling('t', ['key', 'gen_random_uuid()']).start,
    'ALTER TABLE t ADD CONSTRAINT t_key_required CHECK (key IS NOT NULL) NOT VALID',
    'ALTER TABLE t ADD COLUMN at timestamp with time zone NOT NULL DEFAULT now()',
    batches('"Odd"', '"Key" = random()', '"Key" IS NULL'),
    batches('t', 'key = gen_random_uuid()', 'key IS NULL'),
    'ALTER TABLE t VALIDATE CONSTRAINT t_key_required',
    'ALTER TABLE t ALTER COLUMN key SET NOT NULL',
    'ALTER TABLE t DROP CONSTRAINT t_key_required',
    ...filling('t', ['key', 'gen_random_uuid()']).end,
  ],
  holds: [
    ['SELECT count(DISTINCT key)::int FROM t', [[3]]],
    ['SELECT count(DISTINCT "Key")::int FROM "Odd"', [[2]]],
  ],
})

/** With another quote around its body, which has a `$$` of its own. */
const tagged = (sql: string, tag: string) =>
  sql.replaceAll(/(?<=^DO |AS )\$\$|\$\$$/g, () => `$${tag}$`)

changeTest('online: a new required column is filled in batches', {
  before: t(),
  after: t(', c text NOT NULL'),
  rows: 'INSERT INTO t SELECT n FROM generate_series(1, 3) n',
  answers: { ...online, backfills: [{ table: 't', column: 'c', expression: "'$$' || id" }] },
  up: [
    'ALTER TABLE t ADD COLUMN c text',
    ...filling('t', ['c', "'$$' || id"]).start.map((sql) => tagged(sql, 'fill')),
    'ALTER TABLE t ADD CONSTRAINT t_c_required CHECK (c IS NOT NULL) NOT VALID',
    tagged(batches('t', "c = '$$' || id", 'c IS NULL'), 'backfill'),
    'ALTER TABLE t VALIDATE CONSTRAINT t_c_required',
    'ALTER TABLE t ALTER COLUMN c SET NOT NULL',
    'ALTER TABLE t DROP CONSTRAINT t_c_required',
    ...filling('t', ['c', '']).end,
  ],
  holds: [['SELECT c FROM t ORDER BY id', [['$$1'], ['$$2'], ['$$3']]]],
})

test('online: what writes a table anew says which lock it takes; what does not, does not', () =>
  Databases.with(async (databases) => {
    const before = 'CREATE TABLE t (a varchar(5), b int, c numeric(5,2), d text)'
    const after =
      'CREATE TABLE t (a varchar(9), b bigint, c numeric(9,2), d varchar, e int GENERATED ALWAYS AS (1) STORED)'
    const one = databases.open(await databases.make(before))
    const other = databases.open(await databases.make(after))
    const answers = { renames: [], using: [], map: [], backfills: [], extra: 'drop' as const }
    const change = await findDifference(one, other, { ...answers, yes: true, online: true }, [])

    const statements = change.scripts.flatMap(({ up }) => up)
    const said = statements.filter((one) => commentsOf(one).join().includes('ACCESS EXCLUSIVE'))
    assert.deepEqual(said.map(({ sql }) => / COLUMN (\w)/.exec(sql)?.[1] ?? '').toSorted(), [
      'b',
      'e',
    ])
    assert.equal(statements.length, 5)
  }))

changeTest('online: a unique constraint is made of an index that was built beside the work', {
  before: `${t()} CREATE TABLE c (a int)`,
  after: `${t(', CONSTRAINT once UNIQUE (a) INCLUDE (b) DEFERRABLE')}
    CREATE TABLE c (a int CONSTRAINT single UNIQUE)`,
  rows: 'INSERT INTO t VALUES (1, 1)',
  answers: online,
  up: [
    'CREATE UNIQUE INDEX CONCURRENTLY single ON c (a)',
    'CREATE UNIQUE INDEX CONCURRENTLY once ON t (a) INCLUDE (b)',
    'ALTER TABLE c ADD CONSTRAINT single UNIQUE USING INDEX single',
    'ALTER TABLE t ADD CONSTRAINT once UNIQUE USING INDEX once DEFERRABLE',
  ],
  reversible: 'yes',
})

changeTest('online: a key that refers to a new unique constraint waits for it', {
  before: `${t()} CREATE TABLE c (a int)`,
  after: `${t(', CONSTRAINT once UNIQUE (a)')} CREATE TABLE c (a int CONSTRAINT key REFERENCES t (a))`,
  rows: 'INSERT INTO t VALUES (1, 5); INSERT INTO c VALUES (5)',
  answers: online,
  up: [
    'CREATE UNIQUE INDEX CONCURRENTLY once ON t (a)',
    'ALTER TABLE t ADD CONSTRAINT once UNIQUE USING INDEX once',
    lockingBoth('ALTER TABLE c ADD CONSTRAINT key FOREIGN KEY (a) REFERENCES t(a) NOT VALID'),
    'ALTER TABLE c VALIDATE CONSTRAINT key',
  ],
})

changeTest('online: indexes come and go concurrently, those of new tables at once', {
  before: `${t()} CREATE INDEX old ON t (a)`,
  after: `${t()} CREATE INDEX fresh ON t (b); CREATE TABLE n (id int); CREATE INDEX n_id ON n (id)`,
  answers: online,
  up: [
    'CREATE TABLE n (id integer)',
    'CREATE INDEX n_id ON n (id)',
    'CREATE INDEX CONCURRENTLY fresh ON t (b)',
    'DROP INDEX CONCURRENTLY old',
  ],
})

changeTest('online: partitioned tables get the forms that they have', {
  before: 'CREATE TABLE p (id int, a int) PARTITION BY RANGE (id)',
  after: 'CREATE TABLE p (id int, a int) PARTITION BY RANGE (id); CREATE INDEX p_a ON p (a)',
  answers: online,
  up: ['CREATE INDEX p_a ON p (a)'],
})

changeTest('online: new values, a default and an index become three scripts', {
  before: "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (id int, v e)",
  after: `CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (id int, v e DEFAULT 'b');
    CREATE INDEX i ON t (id) WHERE v = 'b'`,
  answers: online,
  up: [
    "ALTER TYPE e ADD VALUE IF NOT EXISTS 'b' AFTER 'a'",
    "ALTER TABLE t ALTER COLUMN v SET DEFAULT 'b'::e",
    "CREATE INDEX CONCURRENTLY i ON t (id) WHERE (v = 'b'::e)",
  ],
})

changeTest('online: rows of tables that inherit are filled too, however many pages those have', {
  before: `${t()} CREATE TABLE child () INHERITS (t)`,
  after: `CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b text); CREATE TABLE child () INHERITS (t)`,
  rows: `INSERT INTO t SELECT n FROM generate_series(1, 3) n;
    INSERT INTO child (id, b) SELECT n, repeat('x', 1000) FROM generate_series(1, 9000) n`,
  answers: { ...online, backfills: [{ table: 't', column: 'a', expression: '0' }] },
  holds: [['SELECT a, count(*)::int FROM t GROUP BY a', [[0, 9003]]]],
})

changeTest(
  'online: what an index or a key becomes is built beside it, and takes its name at once',
  {
    before: `CREATE TABLE t (id int PRIMARY KEY, a int, b text, CONSTRAINT once UNIQUE (a));
    CREATE INDEX i ON t (a); CREATE TABLE c (id int NOT NULL, a int, CONSTRAINT c_pkey PRIMARY KEY (id))`,
    after: `CREATE TABLE t (id int PRIMARY KEY, a int, b text, CONSTRAINT once UNIQUE (a, b));
    CREATE INDEX i ON t (a, b) WHERE a > 0; COMMENT ON INDEX i IS 'new'; CREATE TABLE c (id int NOT NULL, a int NOT NULL, CONSTRAINT c_pkey PRIMARY KEY (id, a))`,
    rows: "INSERT INTO t VALUES (1, 1, 'x'); INSERT INTO c VALUES (1, 1)",
    answers: { ...online, backfills: [{ table: 'c', column: 'a', expression: '' }] },
    up: [
      'ALTER TABLE c ADD CONSTRAINT c_a_required CHECK (a IS NOT NULL) NOT VALID',
      'CREATE UNIQUE INDEX CONCURRENTLY c_pkey_new ON c (id, a)',
      'CREATE UNIQUE INDEX CONCURRENTLY once_new ON t (a, b)',
      'CREATE INDEX CONCURRENTLY i_new ON t (a, b) WHERE (a > 0)',
      'ALTER TABLE c VALIDATE CONSTRAINT c_a_required',
      'ALTER TABLE c ALTER COLUMN a SET NOT NULL',
      'ALTER TABLE c DROP CONSTRAINT c_a_required',
      'ALTER INDEX i RENAME TO i_old',
      'ALTER INDEX i_new RENAME TO i',
      'ALTER TABLE c DROP CONSTRAINT c_pkey, ADD CONSTRAINT c_pkey PRIMARY KEY USING INDEX c_pkey_new',
      'ALTER TABLE t DROP CONSTRAINT once, ADD CONSTRAINT once UNIQUE USING INDEX once_new',
      "COMMENT ON INDEX i IS 'new'",
      'DROP INDEX CONCURRENTLY i_old',
    ],
    reversible: 'yes',
  },
)

changeTest(
  'online: the columns of a table are filled by one statement, and required table by table',
  {
    before: `${t()} CREATE TABLE c (a int)`,
    after: `CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b text NOT NULL); CREATE TABLE c (a int NOT NULL)`,
    rows: "INSERT INTO t VALUES (1, NULL, 'x'), (2, 5, NULL); INSERT INTO c VALUES (NULL)",
    answers: {
      ...online,
      backfills: [
        { table: 't', column: 'a', expression: '0' },
        { table: 't', column: 'b', expression: "'none'" },
        { table: 'c', column: 'a', expression: '1' },
      ],
    },
    up: [
      ...filling('c', ['a', '1']).start,
      'ALTER TABLE c ADD CONSTRAINT c_a_required CHECK (a IS NOT NULL) NOT VALID',
      ...filling('t', ['a', '0'], ['b', "'none'"]).start,
      'ALTER TABLE t ADD CONSTRAINT t_a_required CHECK (a IS NOT NULL) NOT VALID',
      'ALTER TABLE t ADD CONSTRAINT t_b_required CHECK (b IS NOT NULL) NOT VALID',
      batches('c', 'a = 1', 'a IS NULL'),
      batches('t', "a = coalesce(a, 0), b = coalesce(b, 'none')", '(a IS NULL OR b IS NULL)'),
      'ALTER TABLE c VALIDATE CONSTRAINT c_a_required',
      'ALTER TABLE t VALIDATE CONSTRAINT t_a_required',
      'ALTER TABLE t VALIDATE CONSTRAINT t_b_required',
      'ALTER TABLE c ALTER COLUMN a SET NOT NULL',
      'ALTER TABLE c DROP CONSTRAINT c_a_required',
      ...filling('c').end,
      'ALTER TABLE t ALTER COLUMN a SET NOT NULL',
      'ALTER TABLE t DROP CONSTRAINT t_a_required',
      'ALTER TABLE t ALTER COLUMN b SET NOT NULL',
      'ALTER TABLE t DROP CONSTRAINT t_b_required',
      ...filling('t').end,
    ],
    holds: [
      [
        'SELECT a, b FROM t ORDER BY id',
        [
          [0, 'x'],
          [5, 'none'],
        ],
      ],
    ],
  },
)

changeTest('online: what rewrites a table is alone in its transaction', {
  before: `${t()} CREATE TABLE c (a int)`,
  after: `CREATE TABLE t (id int PRIMARY KEY, a bigint DEFAULT 5, b text, e int); CREATE TABLE c (a int, b int)`,
  rows: 'INSERT INTO t VALUES (1, 2); INSERT INTO c VALUES (1)',
  answers: online,
  up: [
    'ALTER TABLE c ADD COLUMN b integer',
    'ALTER TABLE t ADD COLUMN e integer',
    'ALTER TABLE t ALTER COLUMN a TYPE bigint',
    'ALTER TABLE t ALTER COLUMN a SET DEFAULT 5',
  ],
})

changeTest(
  'online: a wider type is read of all rows where a check is about the column, and says so',
  {
    before: 'CREATE TABLE t (id int PRIMARY KEY, n numeric(10,2) CHECK (n > 0), m numeric(10,2))',
    after: 'CREATE TABLE t (id int PRIMARY KEY, n numeric(14,2) CHECK (n > 0), m numeric(14,2))',
    rows: 'INSERT INTO t VALUES (1, 1, 1)',
    answers: online,
    reversible: 'yes',
  },
)

changeTest('online: a sequence that comes back goes on after the new numbers of its column', {
  before: 'CREATE TABLE t (id bigserial PRIMARY KEY, x int)',
  after: 'CREATE TABLE t (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), x int)',
  rows: 'INSERT INTO t (x) SELECT n FROM generate_series(1, 9) n',
  answers: {
    ...online,
    yes: true,
    using: [{ table: 't', column: 'id', expression: 'md5(id::text)::uuid' }],
  },
  restores: [["SELECT nextval('t_id_seq') > max(id) FROM t", [[true]]]],
})

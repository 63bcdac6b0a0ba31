import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prove, type ProofRequest, type Proof } from '../../src/add-script/proof/prove'
import { Readings } from '../../src/catalog/readings'
import { openScratch, type ScratchDatabase } from '../../src/scratch/scratch'
import type { LostData, RowCondition } from '../../src/change/model/script-part'
import { settingsFor } from '../../src/settings/library'
import { withDatabase } from '../support/database'
import { usualLayout } from '../../src/script/layout/layout'
import { withFolder } from '../support/folder'

type Announced = NonNullable<ProofRequest['announced']>[number]

interface Case {
  before: string
  after: string
  /** The whole script, with its sections. */
  script: string
  /** What the script says that it loses. */
  destructive?: readonly LostData[]
  downgrade?: ProofRequest['downgrade']
  /** The rows on which the script says that it fails. */
  failing?: readonly RowCondition[]
}

async function proofOf({
  before,
  after,
  script,
  destructive = [],
  downgrade,
  failing = [],
}: Case): Promise<Proof> {
  let proof: Proof | undefined
  await withDatabase((database) =>
    withFolder({ '1_a.sql': '' }, async (folder) => {
      const settings = await settingsFor(folder, database.url)
      const address = { kind: 'postgres' as const, connection: database.connection }
      const own = { ...settings, scratch: { address, extensions: [] } }
      const scratch = await openScratch(own, undefined)
      const made = async (sql: string): Promise<ScratchDatabase> => {
        const one = await scratch.create()
        await (await one.pool()).query(sql)
        return one
      }
      try {
        const signal = new AbortController().signal
        const files = [{ path: `${folder}/2_b.sql`, text: script }]
        proof = await prove(
          { scratch, settings: own, layout: usualLayout, signal, readings: new Readings() },
          {
            scripts: [{ revision: '2', title: 'b', words: 'b', files }],
            before: await made(before),
            after: await made(after),
            announced: [...destructive.map(announcement), ...failing.map(warning)],
            downgrade: downgrade ?? 'with every row',
            extra: 'drop',
            ignored: [settings.journal, { schema: 'public', table: 'typetrek_scratch_journal' }],
          },
        )
      } finally {
        await scratch.close()
      }
    }),
  )
  return proof!
}

function announcement(loses: LostData): Announced {
  return { loses: [loses], converts: [], failsOnRows: [] }
}

function warning(rows: RowCondition): Announced {
  return { loses: [], converts: [], failsOnRows: [rows] }
}

const users = 'CREATE TABLE users (id serial PRIMARY KEY, name varchar(50) NOT NULL, age int)'

test('a script that keeps every row and comes back is proven', async () => {
  const proof = await proofOf({
    before: users,
    after: users.replace('50', '100').replace('age int', 'age bigint'),
    script: `-- MIGRATE UP
ALTER TABLE users ALTER name TYPE varchar(100), ALTER age TYPE bigint;
-- MIGRATE DOWN
ALTER TABLE users ALTER name TYPE varchar(50), ALTER age TYPE int;`,
  })

  assert.deepEqual(proof, { failures: [], remarks: [], tried: { any: true, empty: [] } })
})

test('renames keep what they name', async () => {
  const proof = await proofOf({
    before: users,
    after: 'CREATE TABLE people (id serial PRIMARY KEY, full_name varchar(50) NOT NULL, age int)',
    script: `-- MIGRATE UP
ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME name TO full_name;
ALTER SEQUENCE users_id_seq RENAME TO people_id_seq; ALTER INDEX users_pkey RENAME TO people_pkey;
DO $$ BEGIN IF current_setting('server_version_num')::int >= 180000 THEN
  ALTER TABLE people RENAME CONSTRAINT users_id_not_null TO people_id_not_null;
  ALTER TABLE people RENAME CONSTRAINT users_name_not_null TO people_full_name_not_null; END IF; END $$;`,
    downgrade: 'none',
  })

  assert.deepEqual(proof.failures, [])
})

const failures: readonly [name: string, given: Case, failure: RegExp][] = [
  [
    'a column that is dropped and added again',
    {
      before: users,
      after: users.replace('age int', 'age bigint'),
      script: 'ALTER TABLE users DROP age; ALTER TABLE users ADD age bigint',
      downgrade: 'none',
    },
    /column users\.age lost \d of \d values/,
  ],
  [
    'a table that is dropped and made again',
    {
      before: users,
      after: users,
      script: `DROP TABLE users; ${users}`,
      downgrade: 'none',
    },
    /users/,
  ],
  [
    'a column whose loss is not announced',
    {
      before: users,
      after: 'CREATE TABLE users (id serial PRIMARY KEY, name varchar(50) NOT NULL)',
      script: 'ALTER TABLE users DROP age',
      downgrade: 'none',
    },
    /column users\.age is gone/,
  ],
  [
    'values that change though nothing was to change them',
    {
      before: users,
      after: `${users}; ALTER TABLE users ADD more int`,
      script: "ALTER TABLE users ADD more int; UPDATE users SET name = 'x'",
      downgrade: 'none',
    },
    /column users\.name holds other values than before/,
  ],
  [
    'an upgrade that does not reach the schema',
    {
      before: users,
      after: `${users}; CREATE INDEX more ON users (age)`,
      script: 'ALTER TABLE users ADD more int',
      downgrade: 'none',
    },
    /^The upgrade leaves a difference: /,
  ],
  [
    'an upgrade that PostgreSQL refuses',
    { before: users, after: users, script: 'ALTER TABLE nobody ADD more int', downgrade: 'none' },
    /^The upgrade fails: relation "nobody" does not exist\.$/,
  ],
  [
    'a downgrade that does not come back',
    {
      before: users,
      after: `${users}; ALTER TABLE users ADD more int`,
      script: '-- MIGRATE UP\nALTER TABLE users ADD more int;\n-- MIGRATE DOWN\nSELECT 1;',
    },
    /^The downgrade leaves a difference: /,
  ],
  [
    'a downgrade that PostgreSQL refuses',
    {
      before: users,
      after: `${users}; ALTER TABLE users ADD more int`,
      script: '-- MIGRATE UP\nALTER TABLE users ADD more int;\n-- MIGRATE DOWN\nDROP TABLE more;',
    },
    /^The downgrade fails: table "more" does not exist\.$/,
  ],
  [
    'a downgrade that loses rows although it is said to bring them back',
    {
      before: users,
      after: users.replace('age int', 'age bigint'),
      script: `-- MIGRATE UP\nALTER TABLE users ALTER age TYPE bigint;
-- MIGRATE DOWN\nALTER TABLE users DROP age; ALTER TABLE users ADD age int;`,
    },
    /^After upgrade and downgrade, column users\.age lost/,
  ],
]

for (const [name, given, failure] of failures) {
  test(`${name} fails the proof`, async () => {
    const { failures: found } = await proofOf(given)

    assert.equal(found.length, 1, found.join('\n'))
    assert.match(found[0]!, failure)
  })
}

test('an announced loss is no failure', async () => {
  const proof = await proofOf({
    before: users,
    after: 'CREATE TABLE users (id serial PRIMARY KEY, name varchar(50) NOT NULL)',
    script: 'ALTER TABLE users DROP age',
    destructive: [{ schema: 'public', table: 'users', column: 'age' }],
    downgrade: 'none',
  })

  assert.deepEqual(proof.failures, [])
})

test('a loss is excused by the column that is announced, not by one whose name contains its own', async () => {
  const change = {
    before: 'CREATE TABLE t (key serial PRIMARY KEY, id int, id2 int)',
    after: 'CREATE TABLE t (key serial PRIMARY KEY, id int)',
    script: 'UPDATE t SET id = NULL; ALTER TABLE t DROP COLUMN id2',
    downgrade: 'none' as const,
  }
  const dropped = { schema: 'public', table: 't', column: 'id2' }
  const one = await proofOf({ ...change, destructive: [dropped] })
  const both = await proofOf({ ...change, destructive: [dropped, { ...dropped, column: 'id' }] })

  assert.match(one.failures.join(), /^Rows do not come through: column t\.id lost/)
  assert.deepEqual(both.failures, [])
})

test('a loss is announced by the names that a rename gives', async () => {
  const proof = await proofOf({
    before: 'CREATE TABLE a (key int, old int)',
    after: 'CREATE TABLE b (key int)',
    script: 'ALTER TABLE a RENAME TO b; ALTER TABLE b DROP COLUMN old',
    destructive: [{ schema: 'public', table: 'b', column: 'old' }],
    downgrade: 'none',
  })

  assert.deepEqual(proof.failures, [])
})

const fitting: readonly [name: string, given: Case, remark: RegExp][] = [
  [
    'a text that becomes an enum',
    {
      before: 'CREATE TABLE a (s text NOT NULL)',
      after: "CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE TABLE a (s mood NOT NULL)",
      script:
        "CREATE TYPE mood AS ENUM ('sad', 'happy'); ALTER TABLE a ALTER s TYPE mood USING s::mood",
      downgrade: 'none',
    },
    /invalid input value for enum mood/,
  ],
  [
    'a column that becomes required',
    {
      before: 'CREATE TABLE a (s text)',
      after: 'CREATE TABLE a (s text NOT NULL)',
      script: 'ALTER TABLE a ALTER s SET NOT NULL',
      downgrade: 'none',
    },
    /contains null values/,
  ],
  [
    'a column that becomes a key',
    {
      before: 'CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int)',
      after: 'CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int REFERENCES a)',
      script: 'ALTER TABLE b ADD FOREIGN KEY (a) REFERENCES a',
      downgrade: 'none',
    },
    /violates foreign key constraint/,
  ],
]

for (const [name, given, remark] of fitting) {
  test(`${name} is proven with rows that fit, and that others stop it is told`, async () => {
    const { failures: found, remarks } = await proofOf(given)

    assert.deepEqual(found, [])
    if (name.includes('key')) return assert.ok(remarks.length <= 1)
    assert.match(remarks[0] ?? '', /^Rows that do not fit stop it: /)
    assert.match(remarks[0] ?? '', remark)
  })
}

test('a table that cannot be filled is told', async () => {
  const never = 'CREATE TABLE never (id int CHECK (false))'
  const { failures: found, tried } = await proofOf({
    before: never,
    after: `${never}; ALTER TABLE never ADD more int`,
    script: 'ALTER TABLE never ADD more int',
    downgrade: 'none',
  })

  assert.deepEqual(found, [])
  assert.deepEqual([tried.any, tried.empty.map(({ table }) => table)], [false, ['never']])
  assert.match(tried.empty[0]?.reason ?? '', /check constraint/)
})

test('rows fit what a table becomes under another name', async () => {
  const proof = await proofOf({
    before: users,
    after:
      'CREATE TABLE people (id serial PRIMARY KEY, name varchar(50) NOT NULL, years int NOT NULL)',
    script: `-- MIGRATE UP
ALTER TABLE users RENAME TO people;
ALTER TABLE people RENAME age TO years;
ALTER TABLE people RENAME CONSTRAINT users_pkey TO people_pkey;
ALTER SEQUENCE users_id_seq RENAME TO people_id_seq;
ALTER TABLE people ALTER years SET NOT NULL;
-- MIGRATE DOWN
ALTER TABLE people RENAME TO users;
ALTER TABLE users RENAME years TO age;
ALTER TABLE users RENAME CONSTRAINT people_pkey TO users_pkey;
ALTER SEQUENCE people_id_seq RENAME TO users_id_seq;
ALTER TABLE users ALTER age DROP NOT NULL;`,
  })

  assert.deepEqual(proof.failures, [])
  assert.deepEqual(proof.remarks, [
    'Rows that do not fit stop it: column "years" of relation "people" contains null values.',
  ])
})

test('a table gets one row where two would be alike, and none where the script says that it fails on any', async () => {
  const change = {
    before: 'CREATE TABLE t (flag boolean, is_on boolean NOT NULL); CREATE TABLE u (id int)',
    after: `CREATE TABLE t (flag boolean, is_on boolean NOT NULL, CONSTRAINT t_key UNIQUE (is_on));
      CREATE TABLE u (id int, more int NOT NULL)`,
    script: `-- MIGRATE UP
ALTER TABLE t ADD CONSTRAINT t_key UNIQUE (is_on);
ALTER TABLE u ADD more int NOT NULL;
-- MIGRATE DOWN
ALTER TABLE t DROP CONSTRAINT t_key;
ALTER TABLE u DROP more;`,
  }
  const refused = await proofOf(change)
  const said = await proofOf({ ...change, failing: [{ schema: 'public', table: 'u' }] })

  assert.match(refused.failures.join(), /The script fails on rows: column "more"/)
  assert.deepEqual(said.failures, [])
  assert.deepEqual(said.tried, { any: true, empty: [{ table: 'u' }] })
})

test('a difference that pg-delta does not read fails the proof', async () => {
  const { failures } = await proofOf({
    before: 'CREATE TABLE t (a serial)',
    after: 'CREATE TABLE t (a serial); ALTER SEQUENCE t_a_seq SET UNLOGGED',
    script: 'SELECT 1',
  })

  assert.match(
    failures.join('\n'),
    /The upgrade leaves a difference: sequence public\.t_a_seq is integer .*, not unlogged integer /,
  )
})

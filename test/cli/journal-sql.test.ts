import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { migrate, type Surroundings } from '../support/cli'
import { withDatabase, type TestDatabase } from '../support/database'
import { withFolder } from '../support/folder'

const files = {
  'migration/1_a.sql': 'CREATE TABLE a (x int);',
  'migration/2_b.sql': '-- MIGRATE UP\nCREATE TABLE b (x int);\n-- MIGRATE DOWN\nDROP TABLE b;',
}
const terminal = { stdin: true, stderr: true }

interface Fixture {
  database: TestDatabase
  run(argv: string, more?: Partial<Surroundings>): ReturnType<typeof migrate>
  tables(): Promise<string[]>
}

/** `2_b` is applied, and its file is gone: the journal's SQL reverts it. */
async function withGone(work: (fixture: Fixture) => Promise<void>, major = 18): Promise<void> {
  await withDatabase(
    async (database) => {
      const ini = `[migration]\ntypeorm.url = ${database.url.replaceAll('%', '%%')}\n`
      await withFolder({ 'development.ini': ini, ...files }, async (cwd) => {
        const run = (argv: string, more = {}) => migrate(argv.split(' '), { cwd, ...more })
        assert.equal((await run('upgrade')).status, 0)
        await rm(join(cwd, 'migration/2_b.sql'))
        const tables = async () => {
          const rows = await database.query<{ name: string }>(
            "SELECT relname AS name FROM pg_class WHERE relname IN ('a', 'b') ORDER BY 1",
          )
          return rows.map(({ name }) => name)
        }
        await work({ database, run, tables })
      })
    },
    { major },
  )
}

/** A role of one test, gone with it. */
async function withRole(
  { query, name }: TestDatabase,
  work: (role: string) => Promise<void>,
): Promise<void> {
  const role = `mallory_${name}`
  await query(`CREATE ROLE ${role}`)
  try {
    await work(role)
  } finally {
    await query(`DROP OWNED BY ${role} CASCADE`)
    await query(`DROP ROLE ${role}`)
  }
}

test('a plan shows the SQL of the journal that it would run', async () => {
  await withGone(async ({ run, tables }) => {
    for (const argv of [
      'plan downgrade',
      'downgrade --dry-run',
      'to 1 --dry-run',
      'dry_downgrade',
    ]) {
      const { stdout, status } = await run(argv)
      assert.equal(status, 0)
      assert.match(stdout, /^SQL of the journal that reverts 2:\n {4}DROP TABLE b;$/m, argv)
      const { steps, journalWriters } = JSON.parse((await run(`${argv} --json`)).stdout) as {
        steps: { fromJournal: boolean; sql: string }[]
        journalWriters: string[]
      }
      assert.deepEqual(
        steps.map(({ fromJournal, sql }) => [fromJournal, sql]),
        [[true, 'DROP TABLE b;']],
      )
      assert.deepEqual(journalWriters, [])
    }
    assert.deepEqual(await tables(), ['a', 'b'])
  })
})

test('on a terminal the SQL of the journal is shown and confirmed before it runs', async () => {
  await withGone(async ({ run, tables }) => {
    const no = await run('downgrade', { terminal, input: 'n\n' })
    assert.equal(no.status, 1)
    assert.match(no.stderr, / {4}DROP TABLE b;\n.*Run this SQL of the journal in .*\? \[y\/N\] /s)
    assert.deepEqual(await tables(), ['a', 'b'])

    const yes = await run('downgrade', { terminal, input: 'y\n' })
    assert.equal(yes.status, 0)
    assert.deepEqual(await tables(), ['a'])
  })
})

test('--yes agrees to the SQL of the journal beforehand', async () => {
  await withGone(async ({ run, tables }) => {
    const { status, stderr } = await run('downgrade --yes', { terminal, input: '' })
    assert.equal(status, 0)
    assert.doesNotMatch(stderr, /\[y\/N\]/)
    assert.deepEqual(await tables(), ['a'])
  })
})

test('without a terminal, what only the owner of the journal can have written runs', async () => {
  await withGone(async ({ run, tables }) => {
    assert.equal((await run('downgrade')).status, 0)
    assert.deepEqual(await tables(), ['a'])
  })
})

test('without a terminal, what others may have written wants --yes', async () => {
  await withGone(async ({ database, run, tables }) => {
    await withRole(database, async (role) => {
      await database.query(`GRANT UPDATE (downgrade_text) ON migration_journal TO ${role}`)
      const { status, stderr } = await run('downgrade')
      assert.equal(status, 1)
      assert.match(stderr, /^error: nothing was done, since SQL of the journal was to run$/m)
      assert.match(stderr, new RegExp(`${role} \\(UPDATE\\)`))
      assert.deepEqual(await tables(), ['a', 'b'])

      const agreed = await run('downgrade --yes')
      assert.equal(agreed.status, 0)
      assert.match(agreed.stderr, new RegExp(`^notice: .*others than its owner.*${role}`, 'm'))
    })
  })
})

const ways: [what: string, give: (role: string) => string, expected: (role: string) => string][] = [
  ...['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER'].map(
    (right): [string, (role: string) => string, (role: string) => string] => [
      `a role with ${right}`,
      (role) => `GRANT ${right} ON migration_journal TO ${role}`,
      (role) => `${role} (${right})`,
    ],
  ),
  [
    'a role with a right on one column',
    (role) => `GRANT INSERT (title) ON migration_journal TO ${role}`,
    (role) => `${role} (INSERT)`,
  ],
  ['PUBLIC', () => 'GRANT UPDATE ON migration_journal TO PUBLIC', () => 'PUBLIC (UPDATE)'],
  [
    "the owner of the journal's schema",
    (role) => `ALTER SCHEMA public OWNER TO ${role}`,
    (role) => `${role} (owner of its schema)`,
  ],
  [
    'a member of a role that may write everything',
    (role) => `GRANT pg_write_all_data TO ${role}`,
    (role) => `${role} (writes all data, by pg_write_all_data)`,
  ],
  [
    'an owner that is not who migrates',
    (role) => `ALTER TABLE migration_journal OWNER TO ${role}`,
    (role) => `${role} (its owner)`,
  ],
  [
    'the owner of the function of a trigger',
    (role) =>
      `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
       ALTER FUNCTION f() OWNER TO ${role};
       CREATE TRIGGER t BEFORE INSERT ON migration_journal FOR EACH ROW EXECUTE FUNCTION f()`,
    (role) => `${role} (owner of the function of trigger t)`,
  ],
  [
    'a rule',
    () => 'CREATE RULE r AS ON DELETE TO migration_journal DO INSTEAD NOTHING',
    () => 'rule r',
  ],
  ['a policy', () => 'CREATE POLICY p ON migration_journal USING (true)', () => 'policy p'],
]

for (const major of [14, 18]) {
  test(`PostgreSQL ${major}: whatever lets others write the journal is named where its SQL would run`, async () => {
    await withGone(async ({ database, run }) => {
      for (const [what, give, expected] of ways) {
        await withRole(database, async (role) => {
          for (const statement of give(role).split(';\n')) await database.query(statement)
          const plan = JSON.parse((await run('plan downgrade --json')).stdout) as {
            journalWriters: string[]
            notices: string[]
          }
          await database.query('ALTER SCHEMA public OWNER TO postgres')
          await database.query('ALTER TABLE migration_journal OWNER TO postgres')
          await database.query('REVOKE UPDATE ON migration_journal FROM PUBLIC')
          for (const gone of ['TRIGGER t', 'RULE r', 'POLICY p']) {
            await database.query(
              `DROP ${gone.split(' ')[0]} IF EXISTS ${gone.split(' ')[1]} ON migration_journal`,
            )
          }
          assert.deepEqual(plan.journalWriters, [expected(role)], what)
          assert.match(plan.notices.join(), /others than its owner may write it/)
        })
      }
    }, major)
  })
}

test('membership counts, also where it is not inherited', async () => {
  await withGone(async ({ database, run }) => {
    await withRole(database, async (role) => {
      const member = `${role}_member`
      await database.query(`GRANT UPDATE ON migration_journal TO ${role}`)
      await database.query(`CREATE ROLE ${member} NOINHERIT IN ROLE ${role}`)
      try {
        const { stdout } = await run('plan downgrade')
        assert.ok(stdout.includes(`${member} (UPDATE, by ${role})`), stdout)
      } finally {
        await database.query(`DROP ROLE ${member}`)
      }
    })
  })
})

test('nobody is asked about, and nothing said, where a file reverts the script', async () => {
  await withDatabase(async (database) => {
    const ini = `[migration]\ntypeorm.url = ${database.url.replaceAll('%', '%%')}\n`
    await withFolder({ 'development.ini': ini, ...files }, async (cwd) => {
      await migrate(['upgrade'], { cwd })
      await withRole(database, async (role) => {
        await database.query(`GRANT UPDATE ON migration_journal TO ${role}`)
        const { status, stderr } = await migrate(['downgrade'], { cwd, terminal, input: '' })
        assert.equal(status, 0)
        assert.doesNotMatch(stderr, /mallory|\[y\/N\]/)
      })
    })
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from 'pg'
import { migratorFor } from '../../src/setup'
import { settingsFor } from '../../src/settings/library'
import { migrate } from '../support/cli'
import { withDatabase, type TestDatabase } from '../support/database'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'

const files = { 'migration/1_a.sql': 'SELECT 1', 'migration/2_b.sql': 'SELECT 1/0' }

interface Fixture {
  database: TestDatabase
  cwd: string
  /** An ordinary role that may read and write the journal. */
  reader: string
  url: string
}

async function withReader(major: number, work: (fixture: Fixture) => Promise<void>): Promise<void> {
  await withDatabase(
    async (database) => {
      await withFolder(files, async (cwd) => {
        const reader = `reader_${database.name}`
        await migrate([database.url, 'upgrade'], { cwd })
        await database.query(`CREATE ROLE ${reader} LOGIN`)
        await database.query(`GRANT ALL ON migration_journal TO ${reader}`)
        await database.query('ALTER TABLE migration_journal ENABLE ROW LEVEL SECURITY')
        const url = database.url.replace('//postgres@', `//${reader}@`)
        try {
          await work({ database, cwd, reader, url })
        } finally {
          await database.query(`DROP OWNED BY ${reader}`)
          await database.query(`DROP ROLE ${reader}`)
        }
      })
    },
    { major },
  )
}

const commands = [
  'status',
  'status --check',
  'next_version',
  'plan',
  'plan downgrade',
  'list',
  'errors',
  'trace 1',
  'upgrade',
  'downgrade',
  'to 1',
  'mark --yes',
  'rebuild',
  'setup',
]

for (const major of [14, 18]) {
  test(`PostgreSQL ${major}: no command takes a journal for empty that row level security hides`, async () => {
    await withReader(major, async ({ cwd, url, reader }) => {
      for (const command of commands) {
        const { status, stderr } = await migrate([url, ...command.split(' ')], { cwd })
        assert.equal(status, 2, command)
        assert.match(stderr, /^error: cannot read the journal .* as a whole$/m, command)
        assert.ok(stderr.includes(`from role "${reader}"`), command)
      }
    })
  })
}

test('the owner is refused where row level security is forced on it, and a role that is exempt is not', async () => {
  await withReader(18, async ({ cwd, url, reader, database }) => {
    await database.query(`ALTER ROLE ${reader} BYPASSRLS`)
    assert.match((await migrate([url, 'status'], { cwd })).stdout, /1 applied/)
    await database.query(`ALTER ROLE ${reader} NOBYPASSRLS`)
    await database.query(`ALTER TABLE migration_journal OWNER TO ${reader}`)
    assert.match((await migrate([url, 'status'], { cwd })).stdout, /1 applied/)
    await database.query('ALTER TABLE migration_journal FORCE ROW LEVEL SECURITY')
    assert.equal((await migrate([url, 'status'], { cwd })).status, 2)
    await database.query('ALTER TABLE migration_journal OWNER TO postgres')
    assert.match((await migrate([database.url, 'status'], { cwd })).stdout, /1 applied/)
  })
})

test('a view before the journal is refused: it may leave entries out', async () => {
  await withReader(18, async ({ cwd, database }) => {
    await database.query('ALTER TABLE migration_journal RENAME TO real')
    await database.query('CREATE VIEW migration_journal AS SELECT * FROM real WHERE false')
    for (const command of ['status', 'list', 'upgrade']) {
      const { status, stderr } = await migrate([database.url, command], { cwd })
      assert.equal(status, 2, command)
      assert.match(
        stderr,
        /^error: "public"\."migration_journal" is not a journal of typetrek: it is a view$/m,
      )
    }
  })
})

test('a caller’s connection is refused too, its open transaction goes on and its settings stay', async () => {
  await withReader(18, async ({ cwd, database, reader }) => {
    const client = new Client({ ...database.connection, user: reader })
    await client.connect()
    try {
      await client.query('BEGIN')
      const migrator = await migratorFor(client, await settingsFor(`${cwd}/migration`))
      for (const work of [
        () => migrator.status(),
        () => migrator.list(),
        () => migrator.plan({ command: 'upgrade' }),
        () => migrator.execute({ command: 'upgrade' }),
      ]) {
        assert.equal((await failureOf(work())).code, 'JOURNAL_FAILED')
      }
      const { rows } = await client.query("SELECT current_setting('row_security') AS it")
      assert.deepEqual(rows, [{ it: 'on' }])
      await migrator.close()
    } finally {
      await client.end()
    }
  })
})

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { EntitySchema } from 'typeorm'
import { SettingsMigrator } from '../../src/migrator/migrator'
import { readSettings } from '../../src/settings/read-settings'
import { withDatabase } from '../support/database'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'
import { findPgBouncer, withPooler } from '../support/pgbouncer'

const item = new EntitySchema({ name: 'item', columns: { id: { type: Number, primary: true } } })

test('entities are built as the role of the settings, and behind a pooler not as another one', async (t) => {
  const program = await findPgBouncer()
  if (!program) return t.skip('PgBouncer is not installed')
  const role = `builder_${randomBytes(4).toString('hex')}`
  await withDatabase(async (database) => {
    await withFolder({ 'migration/1_a.sql': 'SELECT 1' }, async (cwd) => {
      const setUp = async (url: string) => {
        const settings = await readSettings({ config: url, cwd, env: {}, flags: { role } })
        const typeorm = { ...settings.typeorm, entities: [item] }
        const migrator = new SettingsMigrator({ ...settings, typeorm })
        try {
          await migrator.setUp({ initMigration: 'entities' })
        } finally {
          await migrator.close()
        }
      }
      await database.query(`CREATE ROLE ${role}; GRANT CREATE ON SCHEMA public TO ${role}`)
      try {
        await withPooler(program, database, { mode: 'transaction', size: 4 }, async ({ url }) => {
          const error = await failureOf(setUp(url))
          assert.equal(error.code, 'TRANSACTION_MODE', error.message)
          assert.match(error.message, new RegExp(`as role "${role}" behind a pooler`))
        })
        await setUp(database.url)
        const owners = await database.query(
          "SELECT relowner::regrole::text AS owner FROM pg_class WHERE relname = 'item'",
        )
        assert.deepEqual(owners, [{ owner: role }])
      } finally {
        await database.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
      }
    })
  })
})

import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Client } from 'pg'
import { DataSource } from 'typeorm'
import { loadDataSource } from '../../src/database/application/data-source-module'
import { migratorFor } from '../../src/setup'
import { withDatabase, type TestDatabase } from '../support/database'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'
import { testPool } from '../support/pool'

const script = { '1_a.sql': 'CREATE TABLE a ()' }
const optionsOf = ({ connection: { host, port, user, database } }: TestDatabase) => ({
  type: 'postgres' as const,
  host,
  port,
  username: user,
  database,
})

test('a DataSource that is not initialized is initialized without changing anything, and destroyed again', async () => {
  await withDatabase((database) =>
    withFolder(script, async (folder) => {
      const dead = { host: '127.0.0.1', port: 1, username: 'x', database: 'x' }
      const { type, ...master } = optionsOf(database)
      const replicated = { type, replication: { master, slaves: [dead] } }
      for (const options of [{ ...optionsOf(database), dropSchema: true }, replicated]) {
        const source = new DataSource(options)
        const migrator = await migratorFor(source, folder)
        await migrator.execute({ command: 'upgrade' })
        assert.equal((await migrator.status()).applied.length, 1)
        await migrator.close()
        assert.equal(source.isInitialized, false)
        assert.deepEqual({ ...source.options }, options)
      }
    }),
  )
})

test('a Client, Pool or QueryRunner that lends nothing is refused at once', async () => {
  await withDatabase((database) =>
    withFolder(script, async (folder) => {
      const never = new Client(database.connection)
      const ended = await database.client()
      await ended.end()
      const pool = testPool(database.connection)
      await pool.end()
      const source = await new DataSource(optionsOf(database)).initialize()
      const runner = source.createQueryRunner()
      await runner.release()
      for (const lent of [never, ended, pool, runner]) {
        const error = await failureOf(migratorFor(lent, folder))
        assert.equal(error.code, 'USAGE', error.message)
      }
      await source.destroy()
    }),
  )
})

const modules: Readonly<Record<string, string>> = {
  'module.exports =': "module.exports = new (require('typeorm').DataSource)({ type: 'postgres' })",
  'a member': "exports.any = new (require('typeorm').DataSource)({ type: 'postgres' })",
  'a promise':
    "exports.any = Promise.resolve(new (require('typeorm').DataSource)({ type: 'postgres' }))",
  'export =': "import { DataSource } from 'typeorm'\nexport = new DataSource({ type: 'postgres' })",
  default:
    "import { DataSource } from 'typeorm'\nexport default new DataSource({ type: 'postgres' })",
}

for (const [form, text] of Object.entries(modules)) {
  test(`a module's DataSource is found: ${form}`, async () => {
    const name = text.startsWith('import') ? 'source.ts' : 'source.cjs'
    await withFolder({ [name]: text }, async (folder) => {
      symlinkSync(join(__dirname, '../../../node_modules'), join(folder, 'node_modules'))
      assert.equal((await loadDataSource(join(folder, name))).options.type, 'postgres')
    })
  })
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lockKey } from '../../src/run/lock/advisory-key'
import { migratorFor } from '../../src/setup'
import { withDatabase } from '../support/database'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'

test("an application's connection comes back with its own settings and role", async () => {
  const files = { '1_a.sql': "SET search_path = ''; SET ROLE pg_monitor; SET lock_timeout = 1" }
  await withDatabase((database) =>
    withFolder(files, async (folder) => {
      const client = await database.client()
      await client.query("SET search_path = app, public; SET ROLE postgres; SET work_mem = '7MB'")
      const migrator = await migratorFor(client, folder)

      await migrator.execute({ command: 'upgrade' })

      const { rows } = await client.query(
        "SELECT current_setting('search_path') AS path, current_setting('work_mem') AS memory, current_setting('role') AS role, current_setting('lock_timeout') AS timeout",
      )
      assert.deepEqual(rows, [
        { path: 'app, public', memory: '7MB', role: 'postgres', timeout: '0' },
      ])
      await migrator.close()
    }),
  )
})

test("while it works, an application's connection says whose run it is, and afterwards has its own name", async () => {
  const names = (column: string) =>
    `INSERT INTO seen SELECT current_setting('application_name'), '${column}'`
  const files = {
    '1_a.sql': `CREATE TABLE seen (name text, script text); ${names('1')}`,
    '2_b.sql': names('2'),
    '3_c.sql': `-- migrate: no-transaction\n${names('3')}`,
  }
  await withDatabase((database) =>
    withFolder(files, async (folder) => {
      for (const own of [undefined, "it's mine"]) {
        const client = await database.client()
        const show = async () => (await client.query('SHOW application_name')).rows
        const before = await show()
        if (own) await client.query('SELECT set_config($1, $2, false)', ['application_name', own])
        const migrator = await migratorFor(client, folder)
        if (!own) await migrator.execute({ command: 'upgrade' })
        else await migrator.execute({ command: 'mark' })
        await migrator.close()
        assert.deepEqual(await show(), own ? [{ application_name: own }] : before)
      }
      const seen = await database.query<{ name: string }>('SELECT name FROM seen ORDER BY script')
      assert.equal(seen.length, 3)
      for (const { name } of seen) assert.match(name, /^typetrek \S+@\S+ [0-9a-f]{8}-[0-9a-f]{4}$/)
    }),
  )
})

test("a caller's open transaction stays the caller's", async () => {
  const files = { '1_a.sql': 'CREATE TABLE a ()', '2_b.sql': 'CREATE TABLE b ()' }
  await withDatabase((database) =>
    withFolder(files, async (folder) => {
      const client = await database.client()
      await client.query('BEGIN')
      const migrator = await migratorFor(client, folder)

      const { steps } = await migrator.execute({ command: 'upgrade' })
      await migrator.close()

      assert.equal(steps.length, 2)
      await client.query('ROLLBACK')
      assert.deepEqual(
        await database.query("SELECT to_regclass('a') AS a, to_regclass('migration_journal') AS j"),
        [{ a: null, j: null }],
      )
    }),
  )
})

test("waiting for another migrator does not abort a caller's open transaction", async () => {
  await withDatabase((database) =>
    withFolder({ '1_a.sql': 'CREATE TABLE a ()' }, async (folder) => {
      const [client, holder] = [await database.client(), await database.client()]
      const key = lockKey({ schema: 'public', table: 'migration_journal' })
      await holder.query(`SELECT pg_advisory_lock(${key})`)
      await client.query('BEGIN')
      const migrator = await migratorFor(client, folder)
      const freed = () => holder.query(`SELECT pg_advisory_unlock(${key})`)

      const observer = { notice: () => void freed() }
      const { steps } = await migrator.execute({ command: 'upgrade' }, { observer })
      await client.query('COMMIT')
      await migrator.close()

      assert.equal(steps.length, 1)
    }),
  )
})

const refused: Readonly<Record<string, string>> = {
  'CREATE INDEX CONCURRENTLY': 'CREATE INDEX CONCURRENTLY i ON mine (id)',
  VACUUM: 'VACUUM mine',
  'no-transaction': '-- migrate: no-transaction\nSELECT 1',
}

for (const [what, text] of Object.entries(refused)) {
  test(`${what} in a caller's open transaction is refused before anything ran, and the transaction goes on`, async () => {
    await withDatabase((database) =>
      withFolder({ '1_a.sql': 'CREATE TABLE a ()', '2_b.sql': text }, async (folder) => {
        const client = await database.client()
        await client.query("BEGIN; CREATE TABLE mine (id int); SET LOCAL work_mem = '7MB'")
        const migrator = await migratorFor(client, folder)

        const error = await failureOf(migrator.execute({ command: 'upgrade' }))
        await migrator.close()

        assert.equal(error.code, 'TRANSACTION_MODE')
        assert.match(error.message, /the transaction that the caller has open$/)
        const { rows } = await client.query(
          "SELECT to_regclass('a') AS a, to_regclass('migration_journal') AS j, current_setting('work_mem') AS memory",
        )
        assert.deepEqual(rows, [{ a: null, j: null, memory: '7MB' }])
        await client.query('COMMIT')
        assert.deepEqual(await database.query('SELECT * FROM mine'), [])
        assert.notDeepEqual((await client.query('SHOW work_mem')).rows, [{ work_mem: '7MB' }])
      }),
    )
  })
}

test("a failing script leaves a caller's open transaction as it was", async () => {
  const files = { '1_a.sql': 'CREATE TABLE a ()', '2_b.sql': "SET work_mem = '9MB'; SELECT 1 / 0" }
  await withDatabase((database) =>
    withFolder(files, async (folder) => {
      const client = await database.client()
      await client.query('BEGIN; CREATE TABLE mine ()')
      const migrator = await migratorFor(client, folder)
      const error = await failureOf(migrator.execute({ command: 'upgrade' }))
      const setUp = await failureOf(migrator.setUp())
      await migrator.close()
      await client.query('COMMIT')

      assert.deepEqual([error.code, setUp.code], ['SCRIPT_FAILED', 'TRANSACTION_MODE'])
      const found = "SELECT to_regclass('a') AS a, to_regclass('mine')::text AS mine"
      assert.deepEqual(await database.query(found), [{ a: null, mine: 'mine' }])
      assert.notDeepEqual((await client.query('SHOW work_mem')).rows, [{ work_mem: '9MB' }])
    }),
  )
})

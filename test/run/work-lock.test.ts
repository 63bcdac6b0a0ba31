import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { workKey } from '../../src/run/work-lock'
import { migratorFor } from '../../src/setup'
import type { TestDatabase } from '../support/database'
import { failureOf } from '../support/failure'
import { withMigrator } from '../support/migrator'
import { go, prepareGo, sleepUntilGo } from '../support/until'

const files = { '1_a.sql': 'CREATE TABLE a ()' }
const key = workKey({ schema: 'public', table: 'migration_journal' })
const upgrade = { command: 'upgrade' } as const

/** A connection that works on the journal without the migrator's lock, as an orphan does. */
async function orphan(database: TestDatabase) {
  const client = await database.client()
  await client.query(`SET application_name = 'typetrek dead'; SELECT pg_advisory_lock(${key})`)
  return client
}

test('a migrator waits for the backend of a dead one, and says what it does', async () => {
  await withMigrator(files, async ({ migrator, database }) => {
    await prepareGo(database)
    const dead = await orphan(database)
    const done: string[] = []
    const statement = dead.query(sleepUntilGo).then(async () => {
      done.push('orphan')
      await dead.end()
    })
    const notices: string[] = []
    const notice = (text: string) => {
      notices.push(text)
      void go(database)
    }

    await migrator.execute(upgrade, { observer: { notice } })
    done.push('migrator')
    await statement

    assert.deepEqual(done, ['orphan', 'migrator'])
    assert.match(
      notices.join('\n'),
      /^waiting: backend \d+ \(typetrek dead\) of a migrator that no longer holds the lock, active: DO \$\$ BEGIN FOR nap /m,
    )
  })
})

test('it gives up in time, and says which backend must end', async () => {
  await withMigrator(files, async ({ database, another }) => {
    const dead = await orphan(database)
    const waiter = await another({ lock_wait: '300ms' })

    const error = await failureOf(waiter.execute(upgrade))

    assert.equal(error.code, 'LOCK_WAIT_EXPIRED')
    assert.match(`${error.detail}`, /^backend \d+ \(typetrek dead\).*; waited 0\.3 s$/)
    await dead.end()
    await (await another()).execute(upgrade)
  })
})

test('one that sleeps inside a transaction is ended, since nothing of it stays', async () => {
  await withMigrator(files, async ({ migrator, database }) => {
    const asleep = await orphan(database)
    await asleep.query('BEGIN; CREATE TABLE of_the_sleeper ()')
    const notices: string[] = []

    await migrator.execute(upgrade, { observer: { notice: (text) => notices.push(text) } })

    assert.match(notices.join('\n'), /ended backend \d+, which slept in a transaction/)
    const [row] = await database.query("SELECT to_regclass('of_the_sleeper') AS slept")
    assert.deepEqual(row, { slept: null })
  })
})

test("an application's pool gets its connections back without our lock, after success and after failure", async () => {
  const failing = { ...files, '2_b.sql': 'SELECT 1 / 0' }
  await withMigrator(failing, async ({ database, folder }) => {
    const pool = new pg.Pool({ ...database.connection, max: 3 })
    // the pool's end does not wait for its sockets, which the drop of the database then cuts
    pool.on('connect', (client) => client.on('error', () => undefined)).on('error', () => undefined)
    const migrator = await migratorFor(pool, folder)

    await migrator.execute({ ...upgrade, target: '1' })
    await failureOf(migrator.execute(upgrade))

    // pg_locks shows those of other tests' databases too
    const left = await database.query(
      `SELECT FROM pg_locks JOIN pg_database d ON d.oid = database
        WHERE locktype = 'advisory' AND datname = current_database()`,
    )
    assert.deepEqual(left, [])
    await migrator.close()
    await pool.end()
  })
})

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { describeNotice } from '../../src/run/context/notice-text'
import type { Notice } from '../../src/run/context/events'
import pg from 'pg'
import { workKey } from '../../src/run/lock/advisory-key'
import { migratorFor } from '../../src/setup'
import type { TestDatabase } from '../support/database'
import { failureOf } from '../support/failure'
import { withMigrator } from '../support/migrator'
import { startProxy } from '../support/proxy'
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
    const notice = (one: Notice) => {
      const text = describeNotice(one)
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

    await migrator.execute(upgrade, {
      observer: { notice: (one) => notices.push(describeNotice(one)) },
    })

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

const insertRunning =
  "INSERT INTO migration_journal (run_id, revision, title, kind, operation, ordinal, outcome, checksum, checksum_kind, operator, tool_version) VALUES ('x', 9, '', 'ts', 'run', 1, 'running', '', 'ts', '', '')"

test('one that is idle between transactions is ended once nothing is unfinished, and waited for until then', async () => {
  await withMigrator(files, async ({ migrator, database, another }) => {
    await migrator.execute(upgrade)
    await database.query('DROP TABLE a; DELETE FROM migration_journal')
    await database.query(insertRunning)
    const idle = await orphan(database)
    const waiter = await another({ lock_wait: '8s' })
    const notices: string[] = []

    const error = await failureOf(waiter.execute(upgrade))
    await database.query('DELETE FROM migration_journal')
    await waiter.execute(upgrade, {
      observer: { notice: (one) => notices.push(describeNotice(one)) },
    })

    assert.equal(error.code, 'LOCK_WAIT_EXPIRED')
    assert.match(
      notices.join('\n'),
      /ended backend \d+, which was idle, with all its work recorded/,
    )
    await assert.rejects(idle.query('SELECT 1'))
  })
})

test('a machine that vanishes while its script runs does not stop the next run', async () => {
  const script = { '1_a.sql': 'CREATE TABLE a ();\nSELECT pg_sleep(1.5);' }
  await withMigrator(script, async ({ migrator, database, folder }) => {
    let silent = false
    const forever = new Promise<never>(() => undefined)
    const proxy = await startProxy(database.connection, ({ from, bytes }) => {
      if (silent) return forever
      // what asks for the script's work still gets through
      if (from === 'client' && bytes.includes('pg_sleep(1.5)')) silent = true
      return 'pass'
    })
    const { user } = database.connection
    const address = `postgres://${user}@127.0.0.1:${proxy.port}/${database.name}`
    const gone = await migratorFor(address, folder)
    const lost = gone.execute(upgrade).catch((error: unknown) => error)
    while (!silent) await sleep(20)
    await writeFile(join(folder, '2_b.sql'), 'CREATE TABLE b ()')

    // so much the server's keepalives do by themselves, half a minute after the last word
    await database.query(
      `SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE l.locktype = 'advisory' AND a.state = 'idle in transaction' AND a.datname = current_database()`,
    )
    const notices: string[] = []
    const { steps } = await migrator.execute(upgrade, {
      observer: { notice: (one) => notices.push(describeNotice(one)) },
    })

    assert.deepEqual(
      steps.map(({ revision }) => revision),
      ['2'],
      'the first is recorded as done',
    )
    assert.match(notices.join('\n'), /ended backend \d+, which was idle/)
    await proxy.close()
    assert.ok((await lost) instanceof Error)
    await gone.close()
  })
})

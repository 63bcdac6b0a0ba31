import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lockKey } from '../../src/run/lock/advisory-key'
import { workKey } from '../../src/run/lock/advisory-key'
import { migrate, type Surroundings } from '../support/cli'
import { withDatabase, type TestDatabase } from '../support/database'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'
import { withMigrator } from '../support/migrator'
import { untilAsleep } from '../support/until'
import { cutOff } from '../run/cut-off'

const journal = { schema: 'public', table: 'migration_journal' }
const key = lockKey(journal)

async function withCommand(
  work: (
    run: (argv: string, more?: Partial<Surroundings>) => ReturnType<typeof migrate>,
    database: TestDatabase,
  ) => Promise<void>,
): Promise<void> {
  await withDatabase(async (database) => {
    const ini = `[migration]\ntypeorm.url = ${database.url.replaceAll('%', '%%')}\n`
    const files = { 'development.ini': ini, 'migration/1_a.sql': 'SELECT pg_sleep(60)' }
    await withFolder(files, async (cwd) => {
      await work(
        (argv, more) => migrate(argv.split(' '), { cwd, env: { NO_COLOR: '1' }, ...more }),
        database,
      )
    })
  })
}

async function hold(database: TestDatabase, name: string) {
  const client = await database.client()
  await client.query(
    `SET application_name = '${name}'; BEGIN; SELECT pg_advisory_xact_lock(${key})`,
  )
  return client
}

test('unlock says that nobody holds the lock', async () => {
  await withCommand(async (run, { name }) => {
    const { status, stdout } = await run('unlock --terminate')
    assert.equal(status, 0)
    assert.match(stdout, /\nnobody holds the lock\n$/)

    const json = JSON.parse((await run('unlock --json')).stdout) as Record<string, unknown>
    assert.equal((json['database'] as { name: string }).name, name)
    assert.deepEqual([json['sessions'], json['ended']], [[], []])
  })
})

test('unlock shows the session that holds the lock and the one that works, and ends both', async () => {
  await withMigrator(
    { '1_a.sql': 'SELECT pg_sleep(600)' },
    async ({ migrator, another, database }) => {
      const start = Date.now()
      const run = failureOf(migrator.execute({ command: 'upgrade' }))
      const onlooker = await another()
      await untilAsleep(database)
      const sessions = await onlooker.lockSessions()
      const [lock, work] = sessions
      assert.deepEqual(
        sessions.map(({ role }) => role),
        ['lock', 'work'],
      )
      assert.match(lock?.applicationName ?? '', /^typetrek \S+@\S+ [0-9a-f]{8}-[0-9a-f]{4}$/)
      assert.equal(lock?.applicationName, work?.applicationName)
      assert.deepEqual([lock?.user, lock?.client, work?.state], ['postgres', null, 'active'])
      const since = Date.parse(lock?.since ?? '')
      assert.ok(since >= start && since <= Date.now(), lock?.since ?? '')

      assert.deepEqual(await onlooker.unlock(), [lock?.pid, work?.pid])

      assert.match((await run).code, /^(?:CONNECTION|LOCK)_LOST$/)
      assert.deepEqual(await onlooker.lockSessions(), [])
      assert.deepEqual(
        await database.query("SELECT FROM migration_journal WHERE outcome = 'success'"),
        [],
      )
    },
  )
})

test('unlock --terminate asks, and does nothing without a yes', async () => {
  await withCommand(async (run, database) => {
    const holder = await hold(database, 'another program')
    const terminal = { stdin: true, stderr: true }

    const shown = await run('unlock')
    assert.equal(shown.status, 0)
    assert.match(shown.stdout, /backend \d+ holds the lock: another program\n/)
    assert.match(shown.stdout, /user +postgres, local socket\n/)
    assert.match(shown.stdout, /since +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n/)
    assert.match(shown.stdout, /idle in transaction +SET application_name/)

    const declined = await run('unlock --terminate', { terminal, input: 'n\n' })
    assert.equal(declined.status, 1)
    assert.match(declined.stderr, /End 1 backend of .*\? \[y\/N\] error: nothing was done/)
    const nobodyToAsk = await run('unlock --terminate')
    assert.equal(nobodyToAsk.status, 1)
    assert.match(nobodyToAsk.stderr, /hint: Give --yes\./)
    await holder.query('SELECT 1')

    const ended = await run('unlock --terminate', { terminal, input: 'y\n' })
    assert.equal(ended.status, 0)
    assert.match(ended.stdout, /\nended backend \d+\n$/)
    await assert.rejects(holder.query('SELECT 1'))
  })
})

test('unlock --terminate --yes ends the holder without a terminal, and tells it in JSON', async () => {
  await withCommand(async (run, database) => {
    const holder = await hold(database, 'another program')

    const { status, stdout } = await run('unlock --terminate --yes --json')

    assert.equal(status, 0)
    const { sessions, ended } = JSON.parse(stdout) as {
      sessions: { pid: number; applicationName: string }[]
      ended: number[]
    }
    assert.deepEqual(
      sessions.map(({ applicationName }) => applicationName),
      ['another program'],
    )
    assert.deepEqual(
      ended,
      sessions.map(({ pid }) => pid),
    )
    await assert.rejects(holder.query('SELECT 1'))
  })
})

test('without the right to end the holder, unlock says who has it', async () => {
  await withMigrator({ '1_a.sql': '' }, async ({ database, another }) => {
    const holder = await hold(database, 'another program')
    const role = `weak_${database.name}`
    await database.query(`CREATE ROLE ${role} LOGIN`)
    try {
      const weak = await another()
      const sessions = await weak.lockSessions()
      const url = database.url.replace('postgres://postgres@', `postgres://${role}@`)
      const { migratorFor } = await import('../../src/setup.js')
      const { settingsFor } = await import('../../src/settings/library.js')
      const migrator = await migratorFor(url, await settingsFor(weak.settings.directory, url))
      const error = await failureOf(migrator.unlock(sessions))
      await migrator.close()

      assert.equal(error.code, 'UNLOCK_REFUSED')
      assert.equal(error.sqlstate, '42501')
      assert.match(error.hint ?? '', /^Connect as postgres /)
      await holder.query('SELECT 1')
    } finally {
      await database.query(`DROP ROLE ${role}`)
    }
  })
})

test('a backend that has the holder’s process id but is another is not ended', async () => {
  await withMigrator({ '1_a.sql': '' }, async ({ database, migrator }) => {
    const holder = await hold(database, 'another program')
    const sessions = await migrator.lockSessions()
    const older = sessions.map((one) => ({ ...one, connectedAt: '2001-01-01T00:00:00.000Z' }))

    assert.deepEqual(await migrator.unlock(older), [])
    await holder.query('SELECT 1')
  })
})

test('an expired wait for the lock names unlock', async () => {
  await withCommand(async (run, database) => {
    await hold(database, 'another program')

    const { status, stderr } = await run('upgrade --lock-wait 100ms')

    assert.equal(status, 75)
    assert.match(stderr, /another program/)
    assert.match(stderr, /hint: .* look at it with unlock/)
  })
})

test('unlock shows and ends what a dead migrator left at work, though nobody holds the lock', async () => {
  await withMigrator(
    { '1_a.sql': 'CREATE TABLE t (x int)', '2_b.sql': 'VACUUM t' },
    async (fixture) => {
      const { database, migrator, another } = fixture
      await migrator.execute({ command: 'upgrade', target: '1' })
      await cutOff(database, 2)
      const orphan = await database.client()
      await orphan.query(`SELECT pg_advisory_lock(${workKey(journal)})`)
      const sleeping = orphan.query('SELECT pg_sleep(600)').catch(() => 'ended')
      await untilAsleep(database)
      const error = await failureOf(
        (await another({ lock_wait: '0' })).execute({ command: 'upgrade' }),
      )
      assert.match(error.hint ?? '', /unlock --terminate/)

      const sessions = await migrator.lockSessions()
      assert.deepEqual(
        sessions.map(({ role, query }) => `${role} ${query}`),
        ['work SELECT pg_sleep(600)'],
      )
      assert.equal((await migrator.unlock()).length, 1)
      assert.equal(await sleeping, 'ended')
      assert.equal((await (await another()).execute({ command: 'upgrade' })).steps.length, 1)
    },
  )
})

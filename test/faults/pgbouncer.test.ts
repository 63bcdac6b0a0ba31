import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describeNotice } from '../../src/run/context/notice-text'
import type { Notice } from '../../src/run/context/events'
import { Client } from 'pg'
import { DataSource } from 'typeorm'
import { openMigrator } from '../../src/migrator/pick-migrator'
import { startMigrate } from '../support/program'
import { failureOf } from '../support/failure'
import { withDatabase, type TestDatabase } from '../support/database'
import { withFolder, writeFiles } from '../support/folder'
import {
  findPgBouncer,
  withPooler,
  type PoolMode,
  type Pooler,
  type PoolerOptions,
} from '../support/pgbouncer'
import { go, prepareGo, sleepUntilGo, untilAsleep } from '../support/until'
import { migratorFor, setUpMigration } from '../../src/setup'
import { settingsFor } from '../../src/settings/library'
import type { SettingFlags } from '../../src/settings/read-settings'
import type { Observer } from '../../src/run/context/events'

import { seed, times } from './mode'
import { record } from './report'
import { fc } from '../support/property'

const program = findPgBouncer()

interface Place {
  database: TestDatabase
  pooler: Pooler
  folder: string
  upgrade(flags?: SettingFlags, observer?: Observer): Promise<readonly { revision: string }[]>
}

async function throughPooler(
  context: TestContext,
  options: PoolerOptions,
  files: Readonly<Record<string, string>>,
  work: (place: Place) => Promise<void>,
): Promise<void> {
  const path = await program
  if (path === undefined) return context.skip('needs the program pgbouncer')
  await withDatabase((database) =>
    withFolder(files, (folder) =>
      withPooler(path, database, options, (pooler) =>
        work({
          database,
          pooler,
          folder,
          async upgrade(flags = {}, observer = {}) {
            const migrator = await migratorFor(
              pooler.url,
              await settingsFor(folder, pooler.url, flags),
            )
            try {
              return (await migrator.execute({ command: 'upgrade' }, { observer })).steps
            } finally {
              await migrator.close()
            }
          },
        }),
      ),
    ),
  )
}

const files = {
  '1_a.sql': 'CREATE TABLE a (i int)',
  '2_b.sql': 'INSERT INTO a VALUES (1)',
  '3_c.sql': 'CREATE INDEX CONCURRENTLY c ON a (i)',
  '4_d.ts': `import type { QueryRunner } from 'typeorm'
export const upgrade = (queryRunner: QueryRunner) => queryRunner.query('INSERT INTO a VALUES ($1)', [2])`,
  '5_e.sql':
    "SET search_path = ''; SET ROLE pg_monitor; SET work_mem = '7MB'; CREATE TEMP TABLE t (); PREPARE p AS SELECT 1; LISTEN l",
  '6_f.sql': 'INSERT INTO a VALUES (3)',
}

/** What a client would find that is lent one of the pool's server connections. */
async function leftIn({ connection }: Pooler, size: number): Promise<object[]> {
  const clients = Array.from({ length: size }, () => new Client(connection))
  try {
    await Promise.all(clients.map((client) => client.connect()))
    // open transactions, so that each client holds a server connection of its own
    await Promise.all(clients.map((client) => client.query('BEGIN')))
    const found = await Promise.all(
      clients.map(async (client) => {
        const [row] = (await client.query<{ pid: number; found: object[] | null }>(remains)).rows
        return row!
      }),
    )
    assert.equal(new Set(found.map(({ pid }) => pid)).size, size)
    return found.flatMap((row) => row.found ?? [])
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
}

const remains = `SELECT pg_backend_pid() AS pid, (SELECT json_agg(one) FROM (
  SELECT 'setting ' || name || ' = ' || setting AS what FROM pg_settings WHERE source = 'session'
     AND name NOT IN ('application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings')
  UNION ALL SELECT 'role ' || current_user WHERE current_user <> 'postgres'
  UNION ALL SELECT 'prepared ' || name FROM pg_prepared_statements
  UNION ALL SELECT 'cursor ' || name FROM pg_cursors
  UNION ALL SELECT 'channel ' || channel FROM pg_listening_channels() AS channel
  UNION ALL SELECT 'temporary ' || relname FROM pg_class WHERE relnamespace = pg_my_temp_schema()
  UNION ALL SELECT 'lock ' || locktype || ' ' || mode FROM pg_locks
   WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())
     AND NOT (locktype = 'relation' AND mode = 'AccessShareLock')
) AS one) AS found`

const modes: readonly PoolMode[] = ['transaction', 'session']
/** Every transaction on another server connection than the one before; nothing cleaned by the pooler. */
const careless = ['server_round_robin = 1', 'server_reset_query =']

for (const mode of modes) {
  const options = { mode, size: 20, more: careless }
  test(`eight migrators through PgBouncer in ${mode} mode run each script once and leave nothing in the pool`, async (context) => {
    await throughPooler(context, options, files, async ({ database, pooler, upgrade }) => {
      assert.deepEqual(await leftIn(pooler, 20), [])
      const runs = await Promise.all(Array.from({ length: 8 }, () => upgrade()))

      const ran = runs.flat().map(({ revision }) => revision)
      assert.deepEqual(ran.toSorted(), ['1', '2', '3', '4', '5', '6'])
      assert.deepEqual(await database.query('SELECT i FROM a ORDER BY i'), [
        { i: 1 },
        { i: 2 },
        { i: 3 },
      ])
      assert.deepEqual(await leftIn(pooler, 20), [])
    })
  })
}

const outside = {
  '1_a.sql': 'CREATE TABLE a (i int)',
  '2_b.sql': 'CREATE INDEX CONCURRENTLY b ON a (i)',
  '3_c.sql':
    "-- migrate: no-transaction\n-- migrate: work_mem = 7MB\nCREATE TABLE c AS SELECT current_setting('work_mem') AS memory, current_setting('lock_timeout') AS timeout",
}

test('scripts outside a transaction warn behind a pooler, and take the direct address where there is one', async (context) => {
  const options = { mode: 'transaction' as const, size: 4, more: careless }
  for (const [direct, expected] of [
    [false, { memory: '4MB', timeout: '0' }],
    [true, { memory: '7MB', timeout: '5s' }],
  ] as const) {
    await throughPooler(context, options, {}, async ({ database, folder, pooler }) => {
      const notices: string[] = []
      const ini = [
        '[migration]',
        'package = migration',
        `typeorm.url = ${pooler.url}`,
        ...(direct ? [`typeorm.direct_url = ${database.url.replaceAll('%', '%%')}`] : []),
      ]
      const scripts = Object.entries(outside).map(([name, text]) => [`migration/${name}`, text])
      await writeFiles(folder, {
        'development.ini': ini.join('\n'),
        ...Object.fromEntries(scripts),
      })
      const migrator = await openMigrator(await settingsFor(join(folder, 'development.ini')))
      const observer = { notice: (one: Notice) => notices.push(describeNotice(one)) }
      await migrator.execute({ command: 'upgrade' }, { observer })
      await migrator.close()

      assert.equal(
        notices.filter((text) => text.includes('typeorm.direct_url')).length,
        direct ? 0 : 1,
      )
      assert.deepEqual(await database.query('SELECT * FROM c'), [expected])
      assert.deepEqual(await leftIn(pooler, 4), [])
    })
  }
})

test('a pool of one is refused in time in either mode, and nothing is half-created', async (context) => {
  const refuse = (mode: PoolMode) =>
    throughPooler(context, { mode, size: 1 }, files, async ({ database, upgrade }) => {
      const notices: string[] = []
      const observer = { notice: (one: Notice) => notices.push(describeNotice(one)) }
      const error = await failureOf(upgrade({ lock_wait: '1s' }, observer))

      assert.equal(error.code, 'POOL_TOO_SMALL')
      assert.match(error.hint ?? '', /typeorm\.direct_url/)
      assert.match(notices.join(), /waiting for a second connection/)
      assert.deepEqual(
        await database.query("SELECT to_regclass('migration_journal') AS j, to_regclass('a') AS a"),
        [{ j: null, a: null }],
      )
    })
  await Promise.all(modes.map(refuse))
})

test('an interrupted run behind a pooler cancels its own statement and nobody else is hurt', async (context) => {
  const slow = { '1_a.sql': 'CREATE TABLE a (); SELECT pg_sleep(600)' }
  const options = { mode: 'transaction' as const, size: 4, more: careless }
  await throughPooler(context, options, slow, async ({ database, pooler, folder }) => {
    await prepareGo(database)
    const migrator = await migratorFor(pooler.url, folder)
    const abort = new AbortController()
    const run = failureOf(migrator.execute({ command: 'upgrade' }, { signal: abort.signal }))
    await untilAsleep(database)
    const others = Array.from({ length: 2 }, () => new Client(pooler.connection))
    await Promise.all(others.map((client) => client.connect()))
    const theirs = others.map((client) => client.query(sleepUntilGo))
    await untilAsleep(database, 1 + others.length)
    abort.abort()

    assert.equal((await run).code, 'INTERRUPTED')
    await go(database)
    await Promise.all(theirs)
    await Promise.all(others.map((client) => client.end()))
    await migrator.close()
    assert.deepEqual(
      await database.query("SELECT outcome, to_regclass('a') AS a FROM migration_journal"),
      [{ outcome: 'error', a: null }],
    )
    assert.deepEqual(await leftIn(pooler, 4), [])
  })
})

test('a script that waits for a lock behind a pooler says who holds it', async (context) => {
  const options = { mode: 'transaction' as const, size: 8, more: careless }
  const scripts = { '1_a.sql': 'ALTER TABLE a ADD b int' }
  await throughPooler(context, options, scripts, async ({ database, upgrade }) => {
    await database.query('CREATE TABLE a ()')
    const holder = await database.client()
    await holder.query("SET application_name = 'the holder'; BEGIN; LOCK TABLE a")
    const notices: string[] = []
    const run = upgrade(
      { lock_timeout: '1500ms' },
      {
        notice(one) {
          const text = describeNotice(one)
          notices.push(text)
          if (text.includes('the holder')) void holder.query('ROLLBACK')
        },
      },
    )
    assert.equal((await run).length, 1)
    assert.match(notices.join(), /lock timeout, held by .*the holder/)
  })
})

for (const [name, poolSize] of [
  ['its own pool', 5],
  ['a pool of one', 1],
] as const) {
  test(`eight DataSources with ${name} set up at once through PgBouncer in transaction mode`, async (context) => {
    const options = { mode: 'transaction' as const, size: 20, more: careless }
    const scripts = { '1_a.sql': 'CREATE TABLE a (i int)', '2_b.sql': 'INSERT INTO a VALUES (1)' }
    await throughPooler(context, options, scripts, async ({ database, pooler, folder }) => {
      const { user: username, ...rest } = pooler.connection
      const boot = async () => {
        const dataSource = await new DataSource({
          type: 'postgres',
          ...rest,
          username,
          poolSize,
        }).initialize()
        try {
          return await setUpMigration(dataSource, folder, { whenSetUp: 'upgrade' })
        } finally {
          await dataSource.destroy()
        }
      }
      const done = await Promise.all(Array.from({ length: 8 }, boot))

      assert.equal(done.filter(Boolean).length, 1)
      assert.deepEqual(await database.query('SELECT i FROM a'), [{ i: 1 }])
      assert.deepEqual(await leftIn(pooler, 20), [])
    })
  })
}

const cuttable = {
  'migration/1_a.sql': 'CREATE TABLE a (i int)',
  'migration/2_b.sql': 'INSERT INTO a VALUES (1); SELECT pg_sleep(0.3)',
  'migration/3_c.ts': `import type { QueryRunner } from 'typeorm'
export const upgrade = (queryRunner: QueryRunner) => queryRunner.query('INSERT INTO a VALUES (2); SELECT pg_sleep(0.3)')`,
  'migration/4_d.sql': 'CREATE INDEX CONCURRENTLY d ON a (i)',
  'migration/5_e.sql': 'INSERT INTO a VALUES (3)',
}

/** What a run would leave that nobody disturbed. */
async function judge(database: TestDatabase) {
  const done = (await database.query<{ i: number }>('SELECT i FROM a')).map(({ i }) => i)
  const rows = await database.query<{ revision: string }>(
    "SELECT revision::text FROM migration_journal WHERE outcome = 'success'",
  )
  const [index] = await database.query<{ valid: boolean }>(
    "SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass('d')",
  )
  const expected = [1, 2, 3]
  return {
    lost: expected.filter((i) => !done.includes(i)).length + Math.max(0, 5 - rows.length),
    twice: done.length - new Set(done).size + Math.max(0, rows.length - 5),
    differ: index?.valid === true ? 0 : 1,
  }
}

for (const mode of modes) {
  test(`a migrator killed behind PgBouncer in ${mode} mode loses nothing and does nothing twice`, async (context) => {
    const random = fc.sample(fc.integer({ min: 150, max: 2200 }), { numRuns: times(2, 20), seed })
    for (const milliseconds of random) {
      const options = { mode, size: 4, more: careless }
      await throughPooler(context, options, cuttable, async ({ database, pooler, folder }) => {
        await writeFiles(folder, {
          'development.ini': `[migration]\npackage = migration\ntypeorm.url = ${pooler.url}\n`,
        })
        const killed = startMigrate(folder, 'upgrade')
        await sleep(milliseconds)
        killed.child.kill('SIGKILL')
        await killed.ended

        const again = await startMigrate(folder, 'upgrade').ended

        assert.equal(again.status, 0, again.output)
        const verdict = await judge(database)
        record({ fault: `killed behind PgBouncer, ${mode} mode`, injected: 1, ...verdict })
        assert.deepEqual(
          verdict,
          { lost: 0, twice: 0, differ: 0 },
          `killed after ${milliseconds} ms, seed ${seed}`,
        )
        assert.deepEqual(await leftIn(pooler, 4), [])
      })
    }
  })
}

test('a pooler that dies under a run costs the current script only, and a rerun goes on', async (context) => {
  const options = { mode: 'transaction' as const, size: 4 }
  const scripts = {
    '1_a.sql': 'CREATE TABLE a (i int)',
    '2_b.sql': 'INSERT INTO a VALUES (1); SELECT pg_sleep(600)',
  }
  await throughPooler(context, options, scripts, async ({ database, pooler, folder, upgrade }) => {
    const run = failureOf(upgrade())
    await untilAsleep(database)
    await pooler.kill()

    assert.equal((await run).code, 'CONNECTION_LOST')
    await writeFiles(folder, { '2_b.sql': 'INSERT INTO a VALUES (1)' })
    const migrator = await migratorFor(database.url, folder)
    await migrator.execute({ command: 'upgrade' })
    await migrator.close()
    assert.deepEqual(await database.query('SELECT i FROM a'), [{ i: 1 }])
  })
})

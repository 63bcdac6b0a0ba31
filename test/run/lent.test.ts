import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { Client, type Pool, type ClientBase } from 'pg'
import { DataSource } from 'typeorm'
import type { Connectable } from '../../src/database/application/callers'
import type { MigrationError } from '../../src/errors'
import type { Migrator } from '../../src/migrator/migrator'
import { lockKey } from '../../src/run/lock/advisory-key'
import { settingsFor } from '../../src/settings/library'
import { migratorFor } from '../../src/setup'
import { withDatabase, type TestDatabase } from '../support/database'
import { withFolder } from '../support/folder'
import { testPool } from '../support/pool'

/** What an application has lent, and how to look at every connection of it. */
interface Lent {
  connectable: Connectable
  /** Gives each connection that is there to `look`, one after the other. */
  each(look: (client: ClientBase) => Promise<unknown>): Promise<unknown[]>
  checkedOut(): number
  end(): Promise<void>
}

function poolOf({ connection }: TestDatabase, max = 4): Pool {
  return testPool({ ...connection, max })
}

async function eachOf(pool: Pool, look: (client: ClientBase) => Promise<unknown>) {
  const clients = await Promise.all(
    Array.from({ length: pool.totalCount || 1 }, () => pool.connect()),
  )
  const seen: unknown[] = []
  for (const client of clients) seen.push(await look(client))
  for (const client of clients) client.release()
  return seen
}

function lentPool(pool: Pool, connectable: Connectable, end: () => Promise<void>): Lent {
  return {
    connectable,
    each: (look) => eachOf(pool, look),
    checkedOut: () => pool.totalCount - pool.idleCount + pool.waitingCount,
    end,
  }
}

async function lendSource(database: TestDatabase, poolSize: number): Promise<Lent> {
  const { host, port, user, database: name } = database.connection
  const options = { host, port, username: user, database: name, poolSize }
  const logging = { poolErrorHandler: () => undefined }
  const source = await new DataSource({ type: 'postgres', ...options, ...logging }).initialize()
  const { master } = source.driver as unknown as { master: Pool }
  return lentPool(master, source, () => source.destroy())
}

const lenders: Readonly<Record<string, (database: TestDatabase) => Promise<Lent>>> = {
  'a Pool': async (database) => {
    const pool = poolOf(database)
    return lentPool(pool, pool, () => pool.end())
  },
  'a Pool of one': async (database) => {
    const pool = poolOf(database, 1)
    return lentPool(pool, pool, () => pool.end())
  },
  'a DataSource': (database) => lendSource(database, 4),
  'a DataSource with a pool of one': (database) => lendSource(database, 1),
  'a Client': async (database) => {
    const client = new Client(database.connection).on('error', () => undefined)
    await client.connect()
    const one = {
      connectable: client,
      each: async (look: (c: ClientBase) => Promise<unknown>) => [await look(client)],
    }
    return { ...one, checkedOut: () => 0, end: () => client.end() }
  },
  'a QueryRunner': async (database) => {
    const lent = await lendSource(database, 2)
    const queryRunner = (lent.connectable as DataSource).createQueryRunner()
    const client = (await queryRunner.connect()) as ClientBase
    return {
      connectable: queryRunner,
      each: async (look) => [await look(client)],
      checkedOut: () => lent.checkedOut() - 1,
      end: async () => {
        await queryRunner.release()
        await lent.end()
      },
    }
  },
}

const session = `SELECT
  (SELECT pg_catalog.jsonb_object_agg(name, setting) FROM pg_settings WHERE source = 'session') AS settings,
  current_user AS role, session_user AS owner,
  (SELECT count(*)::int FROM pg_prepared_statements) AS prepared,
  (SELECT count(*)::int FROM pg_cursors) AS cursors,
  (SELECT count(*)::int FROM pg_listening_channels()) AS channels`

function listenersOf(client: ClientBase): string {
  const { connection } = client as ClientBase & { connection: NodeJS.EventEmitter }
  return [client, connection]
    .map((one) =>
      one
        .eventNames()
        .map((name) => `${String(name)} ${one.listenerCount(name)}`)
        .toSorted()
        .join(),
    )
    .join(' / ')
}

const fresh = new WeakMap<TestDatabase, unknown[]>()

/** What a session of the database is like when it is new. */
async function freshSession(database: TestDatabase): Promise<unknown[]> {
  const known = fresh.get(database)
  if (known) return known
  const { rows } = await (await database.client()).query<object>(session)
  fresh.set(database, rows)
  return rows
}

async function assertNothingLeft(
  lent: Lent,
  database: TestDatabase,
  ending: string,
): Promise<void> {
  assert.equal(lent.checkedOut(), 0, `${ending}: clients checked out`)
  const expected = await freshSession(database)
  const listeners = new Set<string>()
  await lent.each(async (client) => {
    assert.deepEqual((await client.query(session)).rows, expected, `${ending}: the session`)
    listeners.add(listenersOf(client))
  })
  assert.ok(listeners.size <= 1, `${ending}: listeners ${[...listeners].join(' | ')}`)
  const left = await database.query(
    `SELECT (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory'
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS locks,
            (SELECT count(*)::int FROM pg_class WHERE relpersistence = 't') AS temporary,
            (SELECT count(*)::int FROM pg_stat_activity
              WHERE datname = current_database() AND state LIKE 'idle in transaction%') AS open`,
  )
  assert.deepEqual(left, [{ locks: 0, temporary: 0, open: 0 }], ending)
}

interface Stage {
  migrator: Migrator
  database: TestDatabase
}

const code = (error: unknown) => (error as MigrationError).code
const upgrade = { command: 'upgrade' } as const
const execute = ({ migrator }: Stage, options = {}) =>
  migrator.execute(upgrade, options).then(() => 'done', code)

async function aborted(stage: Stage, when: (abort: () => void) => object, early = false) {
  const stopping = new AbortController()
  const abort = () => stopping.abort()
  if (early) abort()
  await execute(stage, { signal: stopping.signal, observer: when(abort) })
  assert.equal(getEventListeners(stopping.signal, 'abort').length, 0)
}

const quick = {
  '1_a.sql': 'SELECT 1',
  '2_b.ts': 'export async function upgrade(q) { await q.query("SELECT 1") }',
}
const setting = "SET lock_timeout = '7s'; SET work_mem = '7MB'; SELECT pg_sleep(0.05)"
const mixed = { ...quick, '1_a.sql': setting, '3_c.sql': setting }

/** Each way in which a run may end, with the scripts that lead there. */
const endings: Readonly<
  Record<string, [files: Record<string, string>, run: (stage: Stage) => Promise<unknown>]>
> = {
  success: [mixed, execute],
  'nothing to do': [quick, async (stage) => [await execute(stage), await execute(stage)]],
  'a failing script': [{ ...mixed, '4_d.sql': 'SET ROLE pg_monitor; SELECT 1 / 0' }, execute],
  'a failing TypeScript script': [
    {
      ...quick,
      '4_d.ts':
        'export async function upgrade(q) { await q.query("SET work_mem = 999"); await q.query("SELECT 1 / 0") }',
    },
    execute,
  ],
  'abort before': [mixed, (stage) => aborted(stage, () => ({}), true)],
  'abort at the plan': [mixed, (stage) => aborted(stage, (planned) => ({ planned }))],
  'abort at the start of a script': [mixed, (stage) => aborted(stage, (started) => ({ started }))],
  'abort during a script': [
    { ...quick, '3_c.sql': "SET work_mem = '9MB'; SELECT pg_sleep(3600)" },
    (stage) => aborted(stage, (abort) => ({ started: () => void setTimeout(abort, 30) })),
  ],
  'abort after': [mixed, (stage) => aborted(stage, (finished) => ({ finished }))],
  'a lock wait that is over': [
    mixed,
    async (stage) => {
      const holder = await stage.database.client()
      const key = lockKey({ schema: 'public', table: 'migration_journal' })
      await holder.query(`SELECT pg_advisory_lock(${key})`)
      assert.equal(await execute(stage), 'LOCK_WAIT_EXPIRED')
      await holder.query(`SELECT pg_advisory_unlock(${key})`)
    },
  ],
  'close during the run': [
    mixed,
    async (stage) => {
      const running = execute(stage)
      await stage.migrator.close()
      return running
    },
  ],
  'a refused request': [
    mixed,
    ({ migrator }) => migrator.execute({ command: 'to', target: '99' }).catch(code),
  ],
  'a missing folder': [{}, execute],
  'a dry run': [mixed, ({ migrator }) => migrator.plan(upgrade)],
  reading: [
    quick,
    async ({ migrator }) => [
      await migrator.status(),
      await migrator.list(),
      await migrator.errors(),
      await migrator.lockSessions(),
      await migrator.trace('77').catch(code),
    ],
  ],
  'set-up': [mixed, ({ migrator }) => migrator.setUp({ runScripts: true })],
  'set-up by a function': [
    quick,
    ({ migrator }) =>
      migrator.setUp({ initMigration: (queryRunner) => queryRunner.query("SET work_mem = '5MB'") }),
  ],
  'a failing set-up': [
    quick,
    ({ migrator }) =>
      migrator
        .setUp({ initMigration: (queryRunner) => queryRunner.query('SELECT 1 / 0') })
        .catch(code),
  ],
}

for (const [name, lend] of Object.entries(lenders)) {
  for (const transaction of ['each', 'all', 'none'] as const) {
    test(`nothing of ours stays on ${name}, transaction = ${transaction}, however the run ends`, async () => {
      await withDatabase(async (database) => {
        const lent = await lend(database)
        const before = process.eventNames().map((event) => [event, process.listenerCount(event)])
        for (const [ending, [files, run]] of Object.entries(endings)) {
          await withFolder(files, async (folder) => {
            await database.query('DROP TABLE IF EXISTS migration_journal')
            const flags = { transaction, lock_wait: '100ms' }
            const settings = await settingsFor(folder, database.url, flags)
            const migrator = await migratorFor(lent.connectable, settings)
            await run({ migrator, database })
            await migrator.close()
            await assertNothingLeft(lent, database, ending)
          })
        }
        assert.deepEqual(
          process.eventNames().map((event) => [event, process.listenerCount(event)]),
          before,
        )
        await lent.end()
      })
    })
  }
}

for (const name of ['a Pool', 'a DataSource']) {
  test(`a run on ${name} that is aborted at any moment, 80 times, leaves nothing`, async () => {
    await withDatabase(async (database) =>
      withFolder({ '1_a.sql': 'SELECT pg_sleep(0.01)' }, async (folder) => {
        const lent = await lenders[name]!(database)
        for (let round = 0; round < 80; round++) {
          await database.query('DROP TABLE IF EXISTS migration_journal')
          const migrator = await migratorFor(lent.connectable, folder)
          const stopping = new AbortController()
          if (round % 8 === 0) stopping.abort()
          else setTimeout(() => stopping.abort(), round / 3)
          await execute({ migrator, database }, { signal: stopping.signal })
          await migrator.close()
          await assertNothingLeft(lent, database, `round ${round}`)
        }
        await lent.end()
      }),
    )
  })

  test(`a connection of ${name} that is cut is not lent again`, async () => {
    const files = {
      '1_a.sql': 'SELECT 1',
      '2_b.sql': 'SELECT pg_terminate_backend(pg_backend_pid())',
    }
    await withDatabase(async (database) =>
      withFolder(files, async (folder) => {
        const lent = await lenders[name]!(database)
        const migrator = await migratorFor(lent.connectable, folder)
        assert.equal(await execute({ migrator, database }), 'CONNECTION_LOST')
        await migrator.close()
        await assertNothingLeft(lent, database, 'a cut connection')
        await lent.end()
      }),
    )
  })
}

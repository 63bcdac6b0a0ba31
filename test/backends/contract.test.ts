import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { after } from 'node:test'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataSource } from 'typeorm'
import { backendContract, type ContractDatabase } from '../../src/backend-contract'
import { databaseOf } from '../../src/database/application/callers'
import { openDatabase } from '../../src/database/open'
import type { Database } from '../../src/database/postgres/database'
import { sessionName } from '../../src/run/context/application-name'
import type { ExecutionContext } from '../../src/run/context/run-context'
import { PostgresBackend } from '../../src/run/postgres-backend'
import { settingsFor } from '../../src/settings/library'
import { withDatabase, type TestDatabase } from '../support/database'
import { runsAll } from '../support/scope'
import { JsonBackend } from './json-backend'
import { MemoryBackend, MemoryStore } from './memory-backend'
import { Pglite } from './pglite-stream'

const sql = {
  make: (name: string) => `CREATE TABLE ${name} (id int);`,
  remove: (name: string) => `DROP TABLE ${name};`,
}

backendContract({
  name: 'memory',
  language: sql,
  open() {
    const store = new MemoryStore()
    return Promise.resolve({
      backend: (context) => new MemoryBackend(store, context),
      things: () => Promise.resolve([...store.tables].toSorted()),
      close: () => Promise.resolve(),
    })
  },
})

backendContract({
  name: "a user's own backend",
  language: { make: (name) => `add ${name}\n`, remove: (name) => `remove ${name}\n` },
  async open() {
    const folder = await mkdtemp(join(tmpdir(), 'typetrek-test-'))
    const file = join(folder, 'store.json')
    return {
      backend: (context) => new JsonBackend(context, file),
      async things() {
        const text = await readFile(file, 'utf8').catch(() => '{"names":[]}')
        return (JSON.parse(text) as { names: string[] }).names.toSorted()
      },
      close: () => rm(folder, { recursive: true }),
    }
  },
})

/** Tests that need a database one after the other share one: it is emptied for each. */
function sharedDatabase(): () => Promise<TestDatabase> {
  let release = (): void => undefined
  let ended: Promise<void> | undefined
  let opened: Promise<TestDatabase> | undefined
  after(async () => {
    release()
    await ended
  })
  const open = () =>
    new Promise<TestDatabase>((resolve, reject) => {
      const held = new Promise<void>((done) => (release = done))
      ended = withDatabase(async (database) => {
        resolve(database)
        await held
      }).catch(reject)
    })
  return () => (opened ??= open())
}

const emptied = 'DROP SCHEMA public CASCADE; CREATE SCHEMA public'
const tables = `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
  AND relkind = 'r' AND relname <> 'migration_journal' ORDER BY relname`

const postgres = sharedDatabase()

/** A backend by itself: as a process would have it, it opens what it needs and closes it. */
function onPostgres(context: ExecutionContext, database: Database): PostgresBackend {
  const { operator, runId } = context
  return new PostgresBackend({ ...context, database, name: sessionName(operator, runId) })
}

backendContract({
  name: 'PostgreSQL',
  language: sql,
  async open(): Promise<ContractDatabase> {
    const { url, query } = await postgres()
    await query(emptied)
    const settings = await settingsFor(tmpdir(), url)
    const open: Database[] = []
    return {
      settings,
      async backend(context) {
        const database = await openDatabase(settings)
        open.push(database)
        return onPostgres(context, database)
      },
      things: async () => (await query<{ name: string }>(tables)).map(({ name }) => name),
      async close() {
        await Promise.all(open.map((database) => database.close()))
      },
    }
  },
})

backendContract({
  name: 'PostgreSQL through a DataSource',
  language: sql,
  async open(): Promise<ContractDatabase> {
    const { connection, query } = await postgres()
    await query(emptied)
    const { host, port, user, database } = connection
    const dataSource = new DataSource({ type: 'postgres', host, port, username: user, database })
    await dataSource.initialize()
    return {
      backend: (context) => onPostgres(context, databaseOf(dataSource)),
      things: async () => (await query<{ name: string }>(tables)).map(({ name }) => name),
      close: () => dataSource.destroy(),
    }
  },
})

let pglite: Pglite | undefined
after(() => pglite?.close())

/** One session is all that PGlite has, so one migrator waits here until the other is done. */
backendContract({
  name: 'PGlite',
  skip: runsAll ? false : 'PGlite takes six seconds to start: TYPETREK_TESTS=all runs it',
  language: sql,
  async open(): Promise<ContractDatabase> {
    pglite ??= new Pglite()
    const client = await pglite.client()
    await client.query(emptied)
    let turn = Promise.resolve()
    return {
      async backend(context) {
        const before = turn
        let done = (): void => undefined
        turn = new Promise((resolve) => (done = resolve))
        await before
        const backend = onPostgres(context, databaseOf(client))
        const close = backend.close.bind(backend)
        backend.close = (failed) => close(failed).finally(done)
        return backend
      },
      async things() {
        const { rows } = await client.query<{ name: string }>(tables)
        return rows.map(({ name }) => name)
      },
      close: () => client.end(),
    }
  },
})

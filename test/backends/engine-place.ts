import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { DataSource } from 'typeorm'
import { withFolder, writeFiles } from '../support/folder'
import { noMariadb, startMariadb, type Mariadb } from '../support/mariadb'
import { noSqlite } from '../support/sqlite'

/** An engine that commands are tried on. */
export interface EngineUnderTest {
  name: 'SQLite' | 'MariaDB'
  skip: string | false
  /** Gives a folder whose development.ini names an empty database, and a way to ask it. */
  within(
    files: Readonly<Record<string, string>>,
    work: (place: EngineFolder) => Promise<void>,
  ): Promise<void>
}

/** A folder with an ini and scripts, and its database. */
export interface EngineFolder {
  cwd: string
  /** A DataSource of the application's own, which the test ends with. */
  connect(): Promise<DataSource>
  query<Row = Record<string, unknown>>(sql: string): Promise<Row[]>
  tables(): Promise<string[]>
}

type Options = ConstructorParameters<typeof DataSource>[0]

const sqlite: EngineUnderTest = {
  name: 'SQLite',
  skip: noSqlite,
  within: (files, work) =>
    withFolder(files, async (cwd) => {
      await writeFiles(cwd, { 'development.ini': ini('typeorm.url = sqlite:app.db', files) })
      const tables =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
      const options: Options = { type: 'better-sqlite3', database: join(cwd, 'app.db') }
      await withSource(cwd, options, tables, work)
    }),
}

let server: Promise<Mariadb> | undefined

/** Ends the server, where one was started. */
export async function stopEngines(): Promise<void> {
  await (await server)?.stop()
}

const mariadb: EngineUnderTest = {
  name: 'MariaDB',
  skip: noMariadb,
  within: (files, work) =>
    withFolder(files, async (cwd) => {
      const { options, socket } = await (server ??= startMariadb())
      const name = `app_${randomBytes(4).toString('hex')}`
      const admin = await new DataSource(options()).initialize()
      await admin.query(`CREATE DATABASE ${name}`)
      await admin.destroy()
      const own = `typeorm.type = mariadb\ntypeorm.socketPath = ${socket}\ntypeorm.username = root\ntypeorm.database = ${name}`
      await writeFiles(cwd, { 'development.ini': ini(own, files) })
      const tables =
        'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()'
      await withSource(cwd, options(name), tables, work)
    }),
}

function ini(address: string, files: Readonly<Record<string, string>>): string {
  const schema = 'schema.sql' in files ? 'schema = schema.sql\n' : ''
  return `[migration]\n${address}\n${schema}`
}

async function withSource(
  cwd: string,
  options: Options,
  tables: string,
  work: (place: EngineFolder) => Promise<void>,
): Promise<void> {
  const sources: DataSource[] = []
  const connect = async () => {
    const dataSource = await new DataSource(options).initialize()
    sources.push(dataSource)
    return dataSource
  }
  let own: Promise<DataSource> | undefined
  const query = async <Row>(sql: string): Promise<Row[]> => (await (own ??= connect())).query(sql)
  const names = async () => (await query<{ name: string }>(tables)).map(({ name }) => name)
  try {
    await work({
      cwd,
      connect,
      query,
      tables: async () => (await names()).filter((name) => name !== 'migration_journal').toSorted(),
    })
  } finally {
    for (const one of sources) if (one.isInitialized) await one.destroy()
  }
}

export const engines: readonly EngineUnderTest[] = [sqlite, mariadb]

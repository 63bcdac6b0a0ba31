import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { DataSource } from 'typeorm'
import { backendContract, type ContractDatabase } from '../../src/backend-contract'
import { mysql } from '../../src/backends/sql/mysql'
import { SqlBackend } from '../../src/backends/sql/sql-backend'
import { sqlite } from '../../src/backends/sql/sqlite'
import { noMariadb, startMariadb, type Mariadb } from '../support/mariadb'
import { noSqlite } from '../support/sqlite'

const sql = {
  make: (name: string) => `CREATE TABLE ${name} (id int);`,
  remove: (name: string) => `DROP TABLE ${name};`,
}

backendContract({
  name: 'SQLite',
  skip: noSqlite,
  language: sql,
  async open(): Promise<ContractDatabase> {
    const folder = await mkdtemp(join(tmpdir(), 'typetrek-test-'))
    const sources: DataSource[] = []
    const connect = async () => {
      const dataSource = new DataSource({
        type: 'better-sqlite3',
        database: join(folder, 'app.db'),
      })
      sources.push(await dataSource.initialize())
      return dataSource
    }
    return {
      backend: async (context) => new SqlBackend(context, sqlite, { source: await connect() }),
      things: async () => names(await (await connect()).query(sqlite.tables)),
      async close() {
        await Promise.all(sources.map((one) => one.destroy()))
        await rm(folder, { recursive: true })
      },
    }
  },
})

let server: Mariadb | undefined
after(() => server?.stop())

backendContract({
  name: 'MariaDB',
  skip: noMariadb,
  language: sql,
  undoes: false,
  async open(): Promise<ContractDatabase> {
    server ??= await startMariadb()
    const admin = await new DataSource(server.options()).initialize()
    await admin.query('DROP DATABASE IF EXISTS app')
    await admin.query('CREATE DATABASE app')
    const dataSource = await new DataSource(server.options('app')).initialize()
    return {
      backend: (context) => new SqlBackend(context, mysql, { source: dataSource }),
      things: async () => names(await dataSource.query(mysql.tables)),
      async close() {
        await dataSource.destroy()
        await admin.destroy()
      },
    }
  },
})

function names(rows: unknown): string[] {
  return (rows as { name: string }[])
    .map(({ name }) => name)
    .filter((name) => name !== 'migration_journal' && !name.startsWith('sqlite_'))
    .toSorted()
}

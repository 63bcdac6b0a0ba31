import type { DataSource, DataSourceOptions, QueryRunner } from 'typeorm'
import type { SqlEngine, EngineLock, LockPlace } from './sql-engine'
import { firstWord } from './split-statements'

/** What SQLite refuses in a transaction, or what does not end with one. */
const alone = new Set(['PRAGMA', 'VACUUM', 'ATTACH', 'DETACH'])

/** SQLite: one file, one writer, and transactions that hold everything. */
export const sqlite: SqlEngine = {
  name: 'SQLite',
  dialect: 'sqlite',
  undoes: true,
  quote: (name) => `"${name.split('"').join('""')}"`,
  identity: 'INTEGER PRIMARY KEY AUTOINCREMENT',
  isAtomic: (statement) => !alone.has(firstWord(statement)),
  isMissingTable: (error) => messageOf(error).startsWith('no such table: '),
  isTaken: (error) => messageOf(error).startsWith('UNIQUE constraint failed: '),
  isConnectionLoss: () => false,
  tables: "SELECT name FROM sqlite_master WHERE type = 'table' OR type = 'view' ORDER BY name",
  lock: (work, place) => Promise.resolve(new FileLock(work, place)),
}

function messageOf(error: unknown): string {
  const { driverError, message = '' } = error as { driverError?: Error; message?: string }
  return (driverError?.message ?? message).replace(/^SQLITE_\w+: /, '')
}

/**
 * A second database beside the first one, which is locked as a whole: the system frees that when a process
 * ends, however it ends. A database in memory has one user, and needs none.
 */
class FileLock implements EngineLock {
  private source: DataSource | undefined
  private held = false

  constructor(
    _work: QueryRunner,
    private readonly place: LockPlace,
  ) {}

  async take(): Promise<boolean> {
    const file = this.file
    if (file === undefined) return true
    const source = await this.open(file)
    try {
      await source.query('BEGIN EXCLUSIVE')
      return (this.held = true)
    } catch (error) {
      if (!/locked|busy/i.test(messageOf(error))) throw error
      return false
    }
  }

  holder(): Promise<string | undefined> {
    return Promise.resolve(this.file && `a process holds ${this.file}`)
  }

  async release(): Promise<void> {
    const { source, held } = this
    this.source = undefined
    this.held = false
    try {
      // a driver may close its file only when its statements are collected
      if (held) await source?.query('ROLLBACK')
    } finally {
      await source?.destroy()
    }
  }

  private get file(): string | undefined {
    const { database } = this.place.dataSource.options
    const path = typeof database === 'string' ? database : ''
    return path === '' || path.includes(':memory:') ? undefined : `${path}-migration-lock`
  }

  private async open(database: string): Promise<DataSource> {
    if (this.source) return this.source
    const { DataSource: Source } = require('typeorm') as typeof import('typeorm')
    const { type, driver } = this.place.dataSource.options as { type: string; driver?: unknown }
    // it is asked again and again, so that the process can do something else meanwhile
    const options = { type, driver, database, timeout: 0, busyTimeout: 0 }
    this.source = await new Source(options as unknown as DataSourceOptions).initialize()
    return this.source
  }
}

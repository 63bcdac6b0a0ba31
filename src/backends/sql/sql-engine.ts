import type { DataSource, QueryRunner } from 'typeorm'
import type { Settings } from '../../settings/value/setting-types'
import type { SqlDialect, SqlStatement } from './split-statements'

/** What differs from one engine to another. */
export interface SqlEngine {
  /** For people. */
  readonly name: string
  readonly dialect: SqlDialect
  /** True: a transaction holds CREATE TABLE and the like too, and undoes them. */
  readonly undoes: boolean
  quote: (name: string) => string
  /** The type of the journal's id, which counts by itself. */
  readonly identity: string
  /** True for a statement that a transaction of ours keeps together with its record. */
  isAtomic(statement: SqlStatement): boolean
  isMissingTable(error: unknown): boolean
  /** A key that must be there once is there already. */
  isTaken(error: unknown): boolean
  isConnectionLoss(error: unknown): boolean
  /** Asks for the names of all tables and views. */
  readonly tables: string
  /** The lock of one journal. */
  lock(work: QueryRunner, place: LockPlace): Promise<EngineLock>
}

/** What the lock is of. */
export interface LockPlace {
  dataSource: DataSource
  settings: Settings
}

/** A lock that ends with the process or the connection that holds it. */
export interface EngineLock {
  /** Takes it unless another one has it. */
  take(): Promise<boolean>
  /** Who has it, in words. */
  holder(): Promise<string | undefined>
  release(): Promise<void>
}

import type { ConnectionParts } from '../settings/value/setting-types'

/** A database of a test's own, with every script applied. */
export interface MigratedDatabase {
  readonly name: string
  /** Its address, for pg and TypeORM; of SQLite `sqlite:` and the path of the file. */
  readonly url: string
  /** The same as options of pg's Client; with `ssl`, which the address does not have. Of SQLite `database` is the file. */
  readonly connection: ConnectionParts
}

/** Gives migrated databases. */
export interface MigratedCopies {
  take(): Promise<MigratedDatabase>
  /** In a while; it waits for nothing. */
  drop(database: MigratedDatabase): void
  /** Drops what is left. */
  close(): Promise<void>
}

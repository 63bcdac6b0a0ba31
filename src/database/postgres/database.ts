import type { QueryRunner } from 'typeorm'
import type { Session } from './session'

/** What a connection is for: `lock` and `work` go past a pooler where a direct address is set; `read` cannot write. */
export type Purpose = 'read' | 'lock' | 'work'

/** The application's database as the rest of the program sees it: a source of connections. */
export interface Database {
  /** For people: `database "app" at localhost:5432`; never a secret. */
  readonly label: string
  /** True: every `open` gives the caller's one and only connection. */
  readonly single: boolean
  /** True: connections are the caller's, and go back to it with the settings that they had. */
  readonly borrowed: boolean
  /**
   * Opens a connection. `patience`: milliseconds to go on trying while the server has none left
   * (53300); the database's own where it is not given.
   * @throws {MigrationError} CONNECTION_FAILED
   */
  open(purpose: Purpose, patience?: number): Promise<Session>
  /** What a DataSource calls the table of TypeORM's own migrations. */
  readonly migrationsTable?: string | undefined
  /** The schema in which a DataSource has it. */
  readonly migrationsSchema?: string | undefined
  /** Says who works from now on: what its new connections are called, and what stops waiting for one. */
  workFor?(run: { name: string; signal: AbortSignal | undefined }): void
  /** TypeORM's view of a session that `open` gave, for TypeScript scripts; made once a session. */
  queryRunner(session: Session): Promise<QueryRunner>
  /** Closes what was opened here; what the caller gave stays open. */
  close(): Promise<void>
}

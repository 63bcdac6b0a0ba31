import type { QueryRunner } from 'typeorm'
import type { Session } from './session'

/** What a connection is for: `direct` goes past a pooler where one is configured. */
export type Purpose = 'read' | 'lock' | 'work' | 'direct'

/** The application's database as the rest of the program sees it: a source of connections. */
export interface Database {
  /** For people: `database "app" at localhost:5432`; never a secret. */
  readonly label: string
  /** True: every `open` gives the caller's one and only connection. */
  readonly single: boolean
  /**
   * Opens a connection.
   * @throws {MigrationError} CONNECTION_FAILED
   */
  open(purpose: Purpose): Promise<Session>
  /** TypeORM's view of a session that `open` gave, for TypeScript scripts; made once a session. */
  queryRunner(session: Session): Promise<QueryRunner>
  /** Closes what was opened here; what the caller gave stays open. */
  close(): Promise<void>
}

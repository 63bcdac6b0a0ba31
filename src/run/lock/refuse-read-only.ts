import type { Database } from '../../database/postgres/database'
import type { Session } from '../../database/postgres/session'
import { MigrationError } from '../../errors'

/**
 * Asked before anything is done, since a standby and a database that was closed for writing would
 * refuse the first statement of ours with words about a table.
 * @throws {MigrationError} READ_ONLY
 */
export async function refuseReadOnly(session: Session, { label }: Database): Promise<void> {
  const [row] = await session.query<{ recovery: boolean; guarded: boolean }>(
    `SELECT pg_catalog.pg_is_in_recovery() AS recovery,
            pg_catalog.current_setting('transaction_read_only')::boolean AS guarded`,
  )
  if (row?.recovery) {
    throw new MigrationError('READ_ONLY', `${label} is read-only`, {
      detail: 'The server is a standby: it repeats what its primary does.',
      hint: 'Connect to the primary.',
    })
  }
  if (!row?.guarded) return
  throw new MigrationError('READ_ONLY', `${label} is read-only`, {
    detail:
      'Transactions are read-only here, by default_transaction_read_only or by their own words.',
    hint: 'Look at what ALTER SYSTEM, ALTER DATABASE or ALTER ROLE has set, and whether this is the primary.',
  })
}

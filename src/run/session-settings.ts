import { quoteLiteral } from '../database/quote'
import type { SqlPart } from '../script/script'
import type { Settings } from '../settings/types'

/**
 * The timeouts that a script runs under, as one statement. `local` ends them with the transaction, so
 * that no pooler can hand them on.
 */
export function timeoutsFor(settings: Settings, part: SqlPart | undefined, local: boolean): string {
  const values = new Map<string, string>([
    ['lock_timeout', String(settings.lockTimeout)],
    ['statement_timeout', String(settings.statementTimeout)],
    ['idle_in_transaction_session_timeout', '0'],
    ...(part?.options.settings ?? []),
  ])
  const calls = [...values].map(
    ([name, value]) =>
      `pg_catalog.set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, ${local})`,
  )
  return `SELECT ${calls.join(', ')}`
}

/**
 * What puts a session back after a script that may have changed it. DISCARD ALL is refused inside a
 * transaction, and would also drop what belongs to the caller.
 * @see https://www.postgresql.org/docs/current/sql-reset.html
 */
export const restoreSession: readonly string[] = [
  'RESET SESSION AUTHORIZATION',
  'RESET ROLE',
  'RESET ALL',
]

import { quoteLiteral } from '../database/quote'
import type { Session } from '../database/session'
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
 * What puts a session back after a script that may have changed it, each one statement. DISCARD ALL is
 * refused inside a transaction, and would also drop what belongs to the caller.
 * @see https://www.postgresql.org/docs/current/sql-reset.html
 */
export function restoreSession({ baseline }: Session): readonly string[] {
  return ['RESET SESSION AUTHORIZATION', 'RESET ROLE', 'RESET ALL', ...baseline]
}

/**
 * Remembers the settings and the role that an application gave its own connection, which RESET would
 * take away. Reads only.
 */
export async function rememberBaseline(session: Session): Promise<void> {
  const rows = await session.query<{ name: string; setting: string }>(
    `SELECT name, pg_catalog.current_setting(name) AS setting FROM pg_catalog.pg_settings
      WHERE source = 'session' AND context IN ('user', 'superuser')
        AND name NOT LIKE 'transaction\\_%'
     UNION ALL
     SELECT 'role', pg_catalog.current_setting('role') WHERE pg_catalog.current_setting('role') <> 'none'`,
  )
  session.baseline = rows.map(
    ({ name, setting }) =>
      `SELECT pg_catalog.set_config(${quoteLiteral(name)}, ${quoteLiteral(setting)}, false)`,
  )
}

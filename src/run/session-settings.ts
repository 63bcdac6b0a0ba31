import { quoteLiteral } from '../database/quote'
import { canLook, type Session } from '../database/session'
import type { SqlPart } from '../script/script'
import { parseDuration } from '../settings/duration'
import type { Settings } from '../settings/types'

/** For which script, how long, and what else the one statement is to select, first. */
interface TimeoutOptions {
  part?: SqlPart | undefined
  /** True ends them with the transaction, so that no pooler can hand them on. */
  local: boolean
  more?: readonly string[]
}

/** The timeouts that a script runs under, as one statement. */
export function timeoutsFor(session: Session, settings: Settings, options: TimeoutOptions): string {
  const { part, local, more = [] } = options
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
  return `SELECT ${[...more, ...calls, ...watchful(session, local)].join(', ')}`
}

/**
 * Lets the server notice that we are gone: within seconds where it can look while a statement runs
 * (PostgreSQL 14 on Linux), and in about a minute when our machine has vanished from the network. Over
 * a unix socket the rest means nothing. What somebody has set for the first stays.
 * @see https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-CLIENT-CONNECTION-CHECK-INTERVAL
 */
export function watchful({ looks, near }: Session, local: boolean): string[] {
  const { check, checkIfAble, keepalive } = local ? watchfulLocally : watchfulForLong
  const looking = looks === undefined ? [checkIfAble] : looks ? [check] : []
  return near ? looking : [...looking, keepalive]
}

const keepalives = {
  tcp_keepalives_idle: 30,
  tcp_keepalives_interval: 10,
  tcp_keepalives_count: 3,
  tcp_user_timeout: 60_000,
}

const watchfulLocally = watchfulCalls(true)
const watchfulForLong = watchfulCalls(false)

function watchfulCalls(local: boolean) {
  const call = (name: string, value: number) =>
    `pg_catalog.set_config('${name}', '${value}', ${local})`
  const check = call('client_connection_check_interval', 2000)
  const keepalive = Object.entries(keepalives).map(([name, value]) => call(name, value))
  return {
    check,
    checkIfAble: `CASE WHEN ${canLook} THEN ${check} END`,
    keepalive: keepalive.join(', '),
  }
}

/** Every lock timeout, in milliseconds, that some scripts run under; none is infinity. */
export function lockTimeoutsOf(
  settings: Settings,
  parts: readonly (SqlPart | undefined)[],
): number[] {
  const own = parts.flatMap((part) => part?.options.settings ?? [])
  const named = own.filter(([name]) => name === 'lock_timeout').map(([, value]) => value)
  const all = [settings.lockTimeout, ...named.map((value) => parseDuration(value) ?? 0)]
  return all.map((milliseconds) => milliseconds || Number.POSITIVE_INFINITY)
}

/**
 * What puts a session back after a script, each one statement. It goes after every script: a function
 * may set what the script's own text does not show. DISCARD ALL is refused inside a transaction, and
 * would also drop what belongs to the caller; temporary tables, prepared statements (`text` is the
 * script's SQL), cursors and LISTEN go only on a connection of ours.
 * @see https://www.postgresql.org/docs/current/sql-reset.html
 */
export function restoreSession({ baseline, borrowed }: Session, text = ''): readonly string[] {
  const settings = ['RESET SESSION AUTHORIZATION', 'RESET ROLE', 'RESET ALL', ...baseline]
  if (borrowed) return settings
  const prepared = /\bprepare\b/i.test(text) ? ['DEALLOCATE ALL'] : []
  return [...settings, 'DISCARD TEMP', 'CLOSE ALL', 'UNLISTEN *', ...prepared]
}

/**
 * Puts one statement of ours where a script may have taken the role, the session's authorization or
 * the right to write; the script goes on with its own. `open`: inside the script's transaction.
 */
export function asOurselves(statement: string, open: boolean): string {
  const own = [
    'SET LOCAL SESSION AUTHORIZATION DEFAULT',
    'SET LOCAL role TO DEFAULT',
    'SET LOCAL statement_timeout = 0',
    statement,
  ].join(';\n')
  return open ? own : `BEGIN READ WRITE;\n${own};\nCOMMIT`
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
  session.borrowed = true
  session.baseline = rows.map(
    ({ name, setting }) =>
      `SELECT pg_catalog.set_config(${quoteLiteral(name)}, ${quoteLiteral(setting)}, false)`,
  )
}

import { eq, ne, notMatches } from '../../database/sql/operators'
import { quoteLiteral } from '../../database/sql/quote'
import { canLook, type Session } from '../../database/postgres/session'
import type { SqlPart } from '../../script/script'
import { parseDuration } from '../../settings/value/duration'
import type { Settings } from '../../settings/value/setting-types'

/** For which script, and how long. */
interface TimeoutOptions {
  part?: SqlPart | undefined
  /** True ends them with the transaction, so that no pooler can hand them on. */
  local: boolean
  /** False where an earlier script of the same message has said when the network counts as gone. */
  wire?: boolean
}

/**
 * The timeouts that a script runs under. One SET each: a query that calls `set_config` for all of them
 * takes the server ten times as long, since it plans it.
 */
export function timeoutsFor(
  session: Session,
  settings: Settings,
  { part, local, wire = true }: TimeoutOptions,
): string[] {
  const { looks, near } = session
  const needed = {
    lock_timeout: settings.lockTimeout,
    statement_timeout: settings.statementTimeout,
    idle_in_transaction_session_timeout: 0,
    ...(session.limits.transaction && { transaction_timeout: 0 }),
    ...(looks && checks),
    ...(wire && !near && keepalives),
  }
  const scripts = (part?.options.settings ?? []).map(
    ([name, value]) =>
      `pg_catalog.set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, ${local})`,
  )
  const more = looks === undefined ? [checkIfAble(local), ...scripts] : scripts
  return [
    ...Object.entries(needed).map(
      ([name, value]) => `SET ${local ? 'LOCAL ' : ''}${name} = ${value}`,
    ),
    ...(more.length > 0 ? [`SELECT ${more.join(', ')}`] : []),
  ]
}

/** Milliseconds from one look at the client to the next, while a statement runs. */
const checks = { client_connection_check_interval: 2000 }

/** Half of the default `lock_wait`: whoever runs it again then still waits for the lock. */
const keepalives = {
  tcp_keepalives_idle: 15,
  tcp_keepalives_interval: 5,
  tcp_keepalives_count: 3,
  tcp_user_timeout: 30_000,
}

/**
 * Lets the server notice that we are gone: within seconds where it can look while a statement runs
 * (PostgreSQL 14 on Linux), and in half a minute when our machine has vanished from the network. Over
 * a unix socket the rest means nothing. What somebody has set for the first stays.
 * @see https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-CLIENT-CONNECTION-CHECK-INTERVAL
 */
export function watchful({ looks, near }: Session, local: boolean): string[] {
  const check = looks === undefined ? [checkIfAble(local)] : looks ? callsFor(checks, local) : []
  return near ? check : [...check, ...callsFor(keepalives, local)]
}

function checkIfAble(local: boolean): string {
  return `CASE WHEN ${canLook} THEN ${callsFor(checks, local).join()} END`
}

function callsFor(settings: Record<string, number>, local: boolean): string[] {
  return Object.entries(settings).map(
    ([name, value]) => `pg_catalog.set_config('${name}', '${value}', ${local})`,
  )
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
 * script's SQL), cursors and LISTEN are dropped only on typetrek's own connection.
 * @see https://www.postgresql.org/docs/current/sql-reset.html
 */
export function restoreSession({ baseline, borrowed }: Session, text = ''): readonly string[] {
  const settings = ['RESET SESSION AUTHORIZATION', 'RESET ROLE', 'RESET ALL', ...baseline]
  if (borrowed) return settings
  const prepared = /\bprepare\b/i.test(text) ? ['DEALLOCATE ALL'] : []
  return [...settings, 'DISCARD TEMP', 'CLOSE ALL', 'UNLISTEN *', ...prepared]
}

/**
 * Puts one statement of typetrek's where a script may have taken the role, the session's authorization or
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
      WHERE source ${eq} 'session' AND context ${eq} ANY ('{user,superuser}')
        AND name ${notMatches} '^transaction_'
     UNION ALL
     SELECT 'role', pg_catalog.current_setting('role') WHERE pg_catalog.current_setting('role') ${ne} 'none'`,
  )
  session.borrowed = true
  session.inCallersTransaction = session.status !== 'I'
  session.baseline = rows.map(
    ({ name, setting }) =>
      `SELECT pg_catalog.set_config(${quoteLiteral(name)}, ${quoteLiteral(setting)}, false)`,
  )
}

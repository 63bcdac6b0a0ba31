import { setTimeout as sleep } from 'node:timers/promises'
import type { DatabaseError } from 'pg'
import { eq, ne } from '../../database/sql/operators'
import type { Session } from '../../database/postgres/session'
import { MigrationError } from '../../errors'
import type { Operation } from '../../journal/model/entry'
import type { JournalName } from '../../journal/model/journal-name'
import type { Survey } from '../../plan/survey'
import { holdsKey, lockKey, workKey } from './advisory-key'
import { runTagOf } from '../context/application-name'
import {
  readProgress,
  runningScriptOf,
  type RunningScript,
  type RunProgress,
} from './running-script'

/** A connection of the migrator that holds the lock, or of one that left its work running. */
export interface LockSession {
  pid: number
  /** `lock` holds it; `work` runs the scripts. */
  role: 'lock' | 'work'
  /** `typetrek ann@build-7 1b4e28ba-2fa1`, or what an application called it. */
  applicationName: string
  user: string
  /** The client's address; null over a unix socket, and where the role may not see it. */
  client: string | null
  /** ISO 8601, UTC: when its transaction began, which for `lock` is when it got the lock. */
  since: string | null
  /** Null, as is all that follows, where the role may not see it. */
  connectedAt: string | null
  state: string
  /** What it runs, or ran last. */
  query: string
  /** The script that its run is at; null where the server does not show which. */
  script: RunningScript | null
}

const moment = (column: string) =>
  `pg_catalog.to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const columns = `a.pid, coalesce(a.application_name, '') AS "applicationName", coalesce(a.usename, '') AS "user",
  pg_catalog.host(a.client_addr) AS client, ${moment('a.xact_start')} AS since, ${moment('a.backend_start')} AS "connectedAt",
  coalesce(a.state, 'unknown') AS state, coalesce(pg_catalog.left(a.query, 500), '') AS query`

/**
 * Who holds a journal's lock: its session first, then those of the same run; and what a migrator that
 * was cut off left running. Empty when nobody does. Reads only.
 */
export async function readHolders(session: Session, journal: JournalName): Promise<Holders> {
  const [lock, work] = [holdsKey(lockKey(journal)), holdsKey(workKey(journal))]
  const found = await session.query<Omit<LockSession, 'script'> & Record<string, unknown>>(
    `WITH holder AS (
       SELECT l.pid, pg_catalog.bool_or(${lock}) AS locks FROM pg_catalog.pg_locks l
        WHERE ${lock} OR ${work}
        GROUP BY l.pid)
     SELECT CASE WHEN h.locks THEN 'lock' ELSE 'work' END AS role, ${columns}
       FROM pg_catalog.pg_stat_activity a LEFT JOIN holder h ON h.pid ${eq} a.pid
      WHERE a.pid ${ne} pg_catalog.pg_backend_pid() AND (h.pid IS NOT NULL
        OR a.datname ${eq} pg_catalog.current_database()
           AND ${tagOf('a')} ${eq} ANY (SELECT ${tagOf('b')} FROM pg_catalog.pg_stat_activity b JOIN holder ON holder.pid ${eq} b.pid))
      ORDER BY h.locks IS NOT TRUE, a.pid`,
  )
  const sessions = found.map((one) => ({ ...one, script: null }))
  return { sessions, progress: await readProgress(session, journal, sessions) }
}

/** What is equal in the names of one run's sessions. */
function tagOf(alias: string): string {
  return `pg_catalog.substring(${alias}.application_name, '^typetrek .*([0-9a-f]{8}-[0-9a-f]{4})( [0-9]+)?$')`
}

/** Sessions, and what the journal says of their runs. */
export interface Holders {
  sessions: readonly LockSession[]
  progress: ReadonlyMap<string, RunProgress>
}

/** True where only the scripts' folder shows which script a run is at. */
export function needsScripts(holders: Holders): boolean {
  const named = namedScripts(holders)
  return [...holders.progress].some(([tag, { finished }]) => finished && !named.has(tag))
}

/**
 * Says of each session which script its run is at; one session of a run answers for all of them. Where
 * scripts travel together, the server shows only the first of them: after what is finished comes the next
 * one. Pure.
 */
export function nameScripts(holders: Holders, survey: Survey | undefined): LockSession[] {
  const named = namedScripts(holders)
  for (const [tag, { finished }] of holders.progress) {
    const next = finished && survey && nextAfter(finished.operation, survey)
    if (next && !named.has(tag)) named.set(tag, { ...next, since: null })
  }
  return holders.sessions.map((one) => ({
    ...one,
    script: named.get(runTagOf(one.applicationName) ?? '') ?? null,
  }))
}

function namedScripts({ sessions, progress }: Holders): Map<string, RunningScript> {
  const named = new Map<string, RunningScript>()
  for (const one of sessions) {
    const tag = runTagOf(one.applicationName)
    const script = tag === undefined ? undefined : runningScriptOf(one, progress.get(tag) ?? {})
    if (tag !== undefined && script) named.set(tag, script)
  }
  return named
}

function nextAfter(operation: Operation, { applied, pending }: Survey) {
  const found = operation === 'rollback' ? applied.at(-1) : pending[0]?.script
  return found && { revision: found.revision, title: found.title }
}

/**
 * Ends sessions that `readLockSessions` found, so that the lock is free: what they run is rolled back,
 * a statement outside a transaction is cancelled. One that has ended meanwhile is passed over.
 * @returns the process ids that were ended
 * @throws {MigrationError} UNLOCK_REFUSED without the right to, or when a session does not end
 */
export async function endSessions(
  session: Session,
  sessions: readonly LockSession[],
): Promise<number[]> {
  const ended: number[] = []
  for (const one of sessions) if (await endSession(session, one)) ended.push(one.pid)
  for (let attempt = 0; ; attempt++) {
    const left = await session.query(
      `SELECT FROM pg_catalog.pg_stat_activity WHERE pid ${eq} ANY ($1)`,
      [ended],
    )
    if (left.length === 0) return ended
    if (attempt === 100) throw stillThere(ended)
    await sleep(100)
    await session.query('SELECT pg_catalog.pg_stat_clear_snapshot()')
  }
}

/** The same process id may be somebody else's by now. */
async function endSession(session: Session, one: LockSession): Promise<boolean> {
  try {
    const rows = await session.query<{ ended: boolean }>(
      `SELECT pg_catalog.pg_terminate_backend(pid) AS ended FROM pg_catalog.pg_stat_activity
        WHERE pid ${eq} $1 AND coalesce(application_name, '') ${eq} $3
          AND (backend_start IS NULL OR ${moment('backend_start')} ${eq} $2)`,
      [one.pid, one.connectedAt, one.applicationName],
    )
    return rows[0]?.ended === true
  } catch (error) {
    const { code, message } = error as DatabaseError
    if (code !== '42501') throw error
    throw new MigrationError('UNLOCK_REFUSED', `no permission to end backend ${one.pid}`, {
      detail: message,
      hint: `Connect as ${one.user === '' ? 'the role that it has' : one.user} or with the rights of pg_signal_backend, or stop its process${one.client === null ? '' : ` on ${one.client}`}.`,
      sqlstate: code,
      cause: error,
    })
  }
}

function stillThere(pids: readonly number[]): MigrationError {
  return new MigrationError('UNLOCK_REFUSED', `backend ${pids.join(', ')} did not end in 10 s`, {
    hint: 'Check what it waits for in pg_stat_activity, and run unlock again.',
  })
}

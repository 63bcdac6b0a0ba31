import type { QueryResultRow } from 'pg'
import { eq, gt, minus, times } from '../../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import { holdsKey } from './advisory-key'
import type { Blocker, LockHolder } from '../context/server-sessions'
import type { Session } from '../../database/postgres/session'
import { doneAmong } from '../../journal/model/claim'
import type { Claim } from '../../journal/model/journal-columns'
import type { JournalName } from '../../journal/model/journal-name'

/**
 * Asks on the session that holds the lock. Neither an error nor a lock on the catalog that the question
 * takes outlives it: the error would end the lock's transaction, and the lock would stop a VACUUM FULL
 * or a REINDEX that typetrek runs.
 */
async function askAside(session: Session, question: string): Promise<QueryResultRow[]> {
  if (session.status === 'I') return (await session.queryAll(question)).at(-1) ?? []
  try {
    return (await session.queryAll(`SAVEPOINT probe;\n${question}`)).at(-1) ?? []
  } finally {
    await session.send('ROLLBACK TO SAVEPOINT probe;\nRELEASE SAVEPOINT probe')
  }
}

/** True when a session's backend is not the one that it connected to. */
export async function isBehindPooler(session: Session | undefined): Promise<boolean> {
  if (!session || session.lost) return false
  const ask = askAside(session, 'SELECT pg_catalog.pg_backend_pid() AS pid')
  const [row] = await ask.catch(() => []) // a connection that has just ended answers nothing
  return row !== undefined && row.pid !== session.wirePid
}

/** The session that blocks a backend; undefined when none does. */
export async function findBlocker(session: Session, pid: number): Promise<Blocker | undefined> {
  const rows = await askAside(
    session,
    `SELECT pg_catalog.pg_stat_clear_snapshot();
     SELECT pid, application_name, coalesce(state, 'unknown') AS state, pg_catalog.left(query, 120) AS query,
            pg_catalog.round(extract(epoch FROM pg_catalog.clock_timestamp() ${minus} xact_start))::pg_catalog.float8 AS age
       FROM pg_catalog.pg_stat_activity WHERE pid ${eq} ANY (pg_catalog.pg_blocking_pids(${quoteLiteral(pid)}))
      ORDER BY xact_start LIMIT 10`,
  )
  const [row, ...others] = rows
  if (!row) return undefined
  return {
    pid: row.pid as number,
    name: (row.application_name ?? '') as string,
    state: row.state as string,
    query: (row.query ?? '') as string,
    seconds: row.age as number | null,
    others: others.length,
  }
}

/**
 * How far a backend's index build has come; undefined when it builds none.
 * @see https://www.postgresql.org/docs/current/progress-reporting.html#CREATE-INDEX-PROGRESS-REPORTING
 */
export async function readIndexProgress(
  session: Session,
  pid: number,
): Promise<{ phase: string; percent: number | undefined } | undefined> {
  const [row] = await askAside(
    session,
    `SELECT pg_catalog.pg_stat_clear_snapshot();
     SELECT phase, CASE WHEN lockers_total ${gt} 0 THEN lockers_done ELSE greatest(blocks_done, tuples_done) END AS done,
            CASE WHEN lockers_total ${gt} 0 THEN lockers_total WHEN tuples_done ${gt} blocks_done THEN tuples_total ELSE blocks_total END AS total
       FROM pg_catalog.pg_stat_progress_create_index WHERE pid ${eq} ${quoteLiteral(pid)}`,
  )
  if (!row) return undefined
  const [done, total] = [Number(row.done), Number(row.total)]
  const percent = total > 0 ? Math.floor((100 * done) / total) : undefined
  return { phase: String(row.phase), percent }
}

/** Cancels what a backend is doing, where the role has the right to. */
export async function cancelBackend(session: Session, pid: number): Promise<void> {
  await askAside(session, `SELECT pg_catalog.pg_cancel_backend(${quoteLiteral(pid)})`)
}

/** The session that holds the advisory lock of a key. */
export async function findHolder(session: Session, key: string): Promise<LockHolder> {
  const [row] = await askAside(
    session,
    `SELECT l.pid, coalesce(a.application_name, '') AS name,
            pg_catalog.to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS since
       FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid ${eq} l.pid
      WHERE ${holdsKey(key)} LIMIT 1`,
  )
  if (!row) return { state: 'ending' }
  const { pid, name, since } = row as { pid: number; name: string; since: string | null }
  return { state: 'held', pid, name, since }
}

/**
 * The backend in which a pooler runs our work at the moment: the only one whose open transaction has
 * written to the journal. Undefined outside a transaction.
 */
export async function findWorker(
  session: Session,
  { schema, table }: JournalName,
): Promise<number | undefined> {
  const journal = quoteLiteral(quoteIdentifier(schema, table))
  const [row] = await askAside(
    session,
    `SELECT pid FROM pg_catalog.pg_locks
      WHERE locktype ${eq} 'relation' AND mode ${eq} 'RowExclusiveLock' AND granted
        AND relation ${eq} pg_catalog.to_regclass(${journal}) LIMIT 1`,
  )
  return row?.pid as number | undefined
}

/**
 * How long each of these claims took, in milliseconds, as far as they are committed as done. They travel in
 * one message, in this order, so it is the first ones.
 */
export async function durationsSoFar(
  session: Session,
  { schema, table }: JournalName,
  claims: readonly Claim[],
): Promise<number[]> {
  if (claims.length === 0) return []
  const ended =
    'coalesce(pg_catalog.lead(started_at) OVER (ORDER BY id), pg_catalog.clock_timestamp())'
  const rows = await askAside(
    session,
    `SELECT pg_catalog.round(1000 ${times} EXTRACT(epoch FROM ${ended} ${minus} started_at)::pg_catalog.numeric)::pg_catalog.text AS took
       FROM ${quoteIdentifier(schema, table)} WHERE ${doneAmong(claims)} ORDER BY id`,
  )
  return rows.map(({ took }) => Number(took))
}

import { eq, gt, matches, minus } from '../../database/sql/operators'
import type { Session } from '../../database/postgres/session'
import { MigrationError } from '../../errors'
import { hasRunning } from '../../journal/journal'
import { holdsKey, workKey } from './advisory-key'
import { describeOrphan, type ServerSession } from '../context/server-sessions'
import type { RunContext } from '../context/run-context'
import { pause } from './migrator-lock'

/** Whoever holds the work's lock without holding the migrator's. */
interface Orphan extends ServerSession {
  /** Where its client has said nothing for some seconds: inside a transaction, or between two. */
  asleep: 'in a transaction' | 'idle' | null
}

/**
 * Waits, where `tryWork` did not get it, until nothing of an earlier migrator works on the journal any
 * more. The migrator's lock says
 * that none is alive, or that it has lost its lock; but a backend learns only after its statement, or
 * its whole message, that its client is gone, and runs on until then. So the connection that works
 * holds a lock of its own, which an orphan frees when it ends. One whose client has said nothing for
 * some seconds is ended: inside a transaction, since its work is rolled back with it; outside, where
 * the journal shows that nothing is unfinished, since all its work is committed. No other is.
 *
 * Takes a session-level advisory lock on `work`, which ends with the connection; `leaveWork` frees it
 * on one that is lent. Behind a pooler, where a session is nobody's own, there is no such lock, and
 * the claims alone guard.
 *
 * @throws {MigrationError} LOCK_WAIT_EXPIRED after `settings.lockWait` milliseconds; INTERRUPTED.
 * @see https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
 */
export async function takeWork(context: RunContext, work: Session, key: string): Promise<void> {
  const { settings, observer } = context
  const end = Date.now() + settings.lockWait
  let last: Orphan | undefined
  for (let attempt = 0; ; attempt++) {
    const orphan = await findOrphan(work, key)
    if (orphan && (!last || describeOrphan(orphan) !== describeOrphan(last))) {
      const { pid, name, state, query } = orphan
      const session = { pid, name, state, query }
      observer.notice?.({ kind: 'waiting', code: 'ORPHAN_AT_WORK', session })
    }
    last = orphan ?? last
    if (orphan && (await mayEnd(context, work, orphan))) await endOrphan(context, work, orphan)
    if (Date.now() >= end) throw expired(last, settings.lockWait)
    await pause(context, Math.min(500, 50 * 1.5 ** attempt) * (0.5 + Math.random()))
    if (await tryWork(work, key)) return
  }
}

/** Takes off a lent connection what this run has put there: transaction, settings, name, `takeWork`'s lock. */
export async function leaveWork(
  { database, settings }: RunContext,
  work: Session,
  restore: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  if (!database.borrowed) return
  await work.quiet()
  if (work.lost) return
  if (work.status !== 'I' && !work.inCallersTransaction) await work.send('ROLLBACK')
  await restore()
  if (database.single || work.pooled) return
  await work.send(`SELECT pg_catalog.pg_advisory_unlock(${workKey(settings.journal)})`)
  work.advisoryKey = undefined
}

/** One round trip: who the backend is, and the lock where that is the one we are connected to. */
export function tryWork(work: Session, key: string): Promise<boolean> {
  work.advisoryKey = key
  const own = work.wirePid === 0 ? 'true' : `pg_catalog.pg_backend_pid() ${eq} ${work.wirePid}`
  const take = `CASE WHEN ${own} THEN pg_catalog.pg_try_advisory_lock(${key}) ELSE true END`
  return work.identifyWith(take)
}

/** Undefined when it has just ended. Asked on the connection that waits, which is idle. */
async function findOrphan(work: Session, key: string): Promise<Orphan | undefined> {
  const rows = await work.query<Orphan & Record<string, unknown>>(
    `SELECT l.pid, coalesce(a.application_name, '') AS name, coalesce(a.state, 'unknown') AS state,
            coalesce(pg_catalog.left(a.query, 120), '') AS query,
            CASE WHEN (pg_catalog.clock_timestamp() ${minus} a.state_change) ${gt} interval '5 s'
                 THEN CASE WHEN a.state ${eq} 'idle' THEN 'idle'
                           WHEN a.state ${matches} '^idle in transaction' THEN 'in a transaction' END END AS asleep
       FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid ${eq} l.pid
      WHERE ${holdsKey(key)} LIMIT 1`,
  )
  return rows[0]
}

/**
 * A machine that vanished leaves its backend idle for as long as TCP tries to reach it. While a script
 * outside a transaction is unfinished, its client may be alive and at work on something else.
 */
async function mayEnd(
  { settings }: RunContext,
  work: Session,
  { asleep }: Orphan,
): Promise<boolean> {
  if (asleep !== 'idle') return asleep !== null
  return !(await hasRunning(work, settings.journal))
}

/** Without the right to end it, waiting for it is all that is left. */
async function endOrphan(
  { observer }: RunContext,
  work: Session,
  { pid, asleep }: Orphan,
): Promise<void> {
  const { error } = await work.send(`SELECT pg_catalog.pg_terminate_backend(${pid})`)
  const was = asleep ?? 'idle'
  if (!error) observer.notice?.({ kind: 'notice', code: 'ORPHAN_ENDED', pid, was })
}

function expired(orphan: Orphan | undefined, waited: number): MigrationError {
  return new MigrationError('LOCK_WAIT_EXPIRED', 'an earlier migrator is still at work', {
    detail: `${orphan ? describeOrphan(orphan) : 'its backend could not be seen'}; waited ${waited / 1000} s`,
    hint: 'Wait for it, raise --lock-wait, or end it with unlock --terminate.',
  })
}

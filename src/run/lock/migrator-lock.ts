import { setTimeout as sleep } from 'node:timers/promises'
import { isConnectionLoss } from '../../database/postgres/connection-loss'
import { eq, gt, times } from '../../database/sql/operators'
import { quoteLiteral } from '../../database/sql/quote'
import type { Session } from '../../database/postgres/session'
import { interrupted, MigrationError } from '../../errors'
import { lockKey } from './advisory-key'
import { describeHolder, type LockHolder } from '../context/server-sessions'
import { findHolder } from './probe'
import type { RunContext } from '../context/run-context'
import type { Database } from '../../database/postgres/database'
import { watchful } from '../context/session-settings'

/** Held while one migrator works on a journal. */
export interface Lock {
  /** True once the holder's connection or its transaction has ended: stop after the current script. */
  readonly lost: boolean
  /** The lock's own session, free for questions while the work is busy; absent on a single connection. */
  readonly watch?: Session
  /** False where only the claims guard: another migrator may be at work that we cannot see. */
  readonly sure: boolean
  /** `own`: the connection is typetrek's, so that closing it is enough. */
  release(own?: boolean): Promise<void>
}

/** Called before each further attempt, with the waiting connection; true: nothing is left to do. */
export type DoneElsewhere = (session: Session) => Promise<boolean>

/**
 * Waits until this migrator holds the journal's lock, polling in short transactions: a waiter inside a
 * blocked statement would stop CREATE INDEX CONCURRENTLY for ever. The holder keeps an open READ
 * COMMITTED transaction without a snapshot, which no pooler can leak and a cut socket frees.
 *
 * @param first is tried first. Where connections run out, a waiter lets its own go while it sleeps, or a
 *   crowd would leave none for the holder's work; so the lock may be held by another one in the end.
 * @returns undefined where somebody else has done all that there was to do.
 * @throws {MigrationError} READ_ONLY; LOCK_WAIT_EXPIRED after `settings.lockWait` milliseconds; INTERRUPTED.
 * @see https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADVISORY-LOCKS
 */
export async function acquireLock(
  context: RunContext,
  first: Session,
  doneElsewhere: DoneElsewhere,
): Promise<Lock | undefined> {
  const { settings, observer } = context
  const key = lockKey(settings.journal)
  const start = Date.now()
  const place = new WaitingPlace(context, first)
  let holder: LockHolder = { state: 'no connection' }
  let crowded = false
  try {
    for (let attempt = 0; ; attempt++) {
      const session = await place.enter()
      const held = session && attempt > 0 && (await isHeld(context, session, key))
      if (session && held && !session.lost && attempt % 4 === 1) crowded = await isCrowded(session)
      // a question that fails would abort the transaction that a caller has open
      const mayAsk = attempt > 0 && !held && session?.status === 'I'
      if (mayAsk && (await doneElsewhere(session))) return await place.close()
      const lock = session && !held && (await tryLock(context, session, key))
      if (lock) return lock
      const waited = Date.now() - start
      const expires = waited >= settings.lockWait
      const announces = attempt === 0 && observer.notice !== undefined
      if (session && !session.lost && (announces || expires))
        holder = await findHolder(session, key)
      if (announces) observer.notice?.({ kind: 'waiting', code: 'LOCK_HELD', holder })
      if (expires) throw expired(context, holder)
      await place.leave(crowded)
      await pause(context, untilNextLook(waited))
    }
  } catch (error) {
    await place.close()
    throw error
  }
}

/** An eighth of the time waited so far, so that many waiters do not finish much later than the first. */
function untilNextLook(waited: number): number {
  return Math.min(800, Math.max(100, waited / 8)) * (0.75 + Math.random() / 2)
}

/** One short query; false where the query itself would keep the lock, true where the connection has just ended. */
async function isHeld({ database }: RunContext, session: Session, key: string): Promise<boolean> {
  if (database.single || session.status !== 'I') return false
  try {
    const [row] = await session.query<{ free: boolean }>(
      `SELECT pg_catalog.pg_try_advisory_xact_lock(${key}) AS free`,
    )
    return row?.free === false
  } catch (error) {
    if (!isConnectionLoss(error)) throw error
    session.lost = true
    return true
  }
}

/** The server's connections are running out, or a pooler lends them. */
async function isCrowded(session: Session): Promise<boolean> {
  const [row] = await session.query<{ pid: number; crowded: boolean }>(
    `SELECT pg_catalog.pg_backend_pid() AS pid, 2 ${times} (SELECT pg_catalog.sum(numbackends) FROM pg_catalog.pg_stat_database)
              ${gt} pg_catalog.current_setting('max_connections')::integer AS crowded`,
  )
  return !row || row.crowded || row.pid !== session.wirePid
}

/** A connection that ends while it releases the lock has released it. */
const freedByItself = (): void => undefined

/** A waiter's connection; given back while it sleeps where others might lack it. */
class WaitingPlace {
  session: Session | undefined

  constructor(
    private readonly context: RunContext,
    first: Session,
  ) {
    this.session = first
  }

  /** The connection; undefined while the server has none for us. */
  async enter(): Promise<Session | undefined> {
    // it may have been ended while it slept, by an idle timeout or a restart
    if (this.session?.lost && !this.context.database.single) await this.close()
    this.session ??= await this.context.database.open('lock', 0).catch((error: unknown) => {
      if ((error as MigrationError).sqlstate === '53300') return undefined
      throw error
    })
    return this.session
  }

  async leave(crowded: boolean): Promise<void> {
    const { single, borrowed } = this.context.database
    if (!single && (borrowed || crowded)) await this.close()
  }

  async close(): Promise<undefined> {
    await this.session?.close()
    this.session = undefined
  }
}

function tryLock(context: RunContext, session: Session, key: string): Promise<Lock | undefined> {
  return context.database.single
    ? lockShared(context, session, key)
    : lockOwn(context, session, key)
}

/** The SQLSTATE of a standby's refusal of BEGIN READ WRITE. */
const readOnlyTransaction = '0A000'

/** Settings that keep the lock's transaction open, and its application_name; a waiter needs the name alone. */
function settingsOfHolder(name: string, session: Session): string {
  return `ROW (
    (SELECT pg_catalog.count(pg_catalog.set_config(name, '0', true)) FROM pg_catalog.pg_settings
      WHERE name ${eq} ANY ('{idle_in_transaction_session_timeout,transaction_timeout,statement_timeout}')),
    pg_catalog.set_config('application_name', ${quoteLiteral(name)}, true), ${watchful(session, true).join(', ')})`
}

/** On a connection of our own, a transaction holds the lock. */
async function lockOwn(
  { name, database }: RunContext,
  session: Session,
  key: string,
): Promise<Lock | undefined> {
  const { rows, error } = await session.send(
    `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
     SELECT pg_catalog.current_setting('default_transaction_read_only') AS typetrek;
     WITH took AS MATERIALIZED (SELECT pg_catalog.pg_try_advisory_xact_lock(${key}) AS locked)
     SELECT locked::pg_catalog.text AS typetrek, CASE WHEN locked THEN ${settingsOfHolder(name, session)} END FROM took`,
  )
  const [[readOnly] = [], [locked] = []] = rows
  if (error || readOnly === 'on' || locked !== 'true') {
    await session.send('ROLLBACK')
    if (error?.code === readOnlyTransaction || readOnly === 'on') {
      await refuseReadOnly(session, database)
    }
    if (error) throw error
    return undefined
  }
  return {
    sure: true,
    watch: session,
    get lost() {
      return session.lost || session.status !== 'T'
    },
    async release(own = false) {
      if (!session.lost && !own) await session.send('ROLLBACK').catch(freedByItself)
      await session.close()
    },
  }
}

/**
 * On the caller's only connection, a session lock; or the lock of the transaction that is open. Behind
 * a pooler a session lock would stay with a backend that the next statement no longer has, so there
 * is none.
 */
async function lockShared(
  { observer, database }: RunContext,
  session: Session,
  key: string,
): Promise<Lock | undefined> {
  await refuseReadOnly(session, database)
  const inTransaction = session.status !== 'I'
  await session.identify()
  if (session.pooled && !inTransaction) {
    observer.notice?.({ kind: 'notice', code: 'CLAIMS_ONLY' })
    return { sure: false, lost: false, release: () => Promise.resolve() }
  }
  const call = inTransaction ? 'pg_try_advisory_xact_lock' : 'pg_try_advisory_lock'
  const [row] = await session.query<{ locked: boolean }>(
    `SELECT pg_catalog.${call}(${key}) AS locked`,
  )
  if (row?.locked !== true) return undefined
  return {
    sure: true,
    get lost() {
      return session.lost
    },
    async release() {
      if (inTransaction || session.lost) return
      if (session.status !== 'I') await session.send('ROLLBACK').catch(freedByItself)
      const text = `SELECT pg_catalog.pg_advisory_unlock(${key})`
      await session.query(text).catch(freedByItself)
    },
  }
}

/**
 * Asked before anything is done, since a standby and a database that was closed for writing would
 * refuse typetrek's first statement with words about a table.
 * @throws {MigrationError} READ_ONLY
 */
async function refuseReadOnly(session: Session, { label }: Database): Promise<void> {
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
    hint: 'Check what ALTER SYSTEM, ALTER DATABASE or ALTER ROLE has set, and whether this is the primary.',
  })
}

function expired({ settings }: RunContext, holder: LockHolder): MigrationError {
  return new MigrationError('LOCK_WAIT_EXPIRED', 'another migrator is still at work', {
    detail: `${describeHolder(holder)}; waited ${settings.lockWait / 1000} s`,
    hint: 'Wait for it, raise --lock-wait, or look at it with unlock, which can end it.',
  })
}

/** Sleeps, and throws INTERRUPTED when the signal is aborted. */
export async function pause(
  { signal }: Pick<RunContext, 'signal'>,
  milliseconds: number,
): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal ? { signal } : {})
  } catch {
    throw interrupted()
  }
}

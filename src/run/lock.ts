import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { quoteLiteral } from '../database/quote'
import type { Session } from '../database/session'
import { interrupted, MigrationError } from '../errors'
import type { JournalName } from '../journal/table'
import { describeHolder } from './aside'
import type { RunContext } from './context'
import { refuseReadOnly } from './read-only'
import { watchful } from './session-settings'

/** Held while one migrator works on a journal. */
export interface Lock {
  /** True once the holder's connection or its transaction has ended: stop after the current script. */
  readonly lost: boolean
  /** The lock's own session, free for questions while the work is busy; absent on a single connection. */
  readonly watch?: Session
  /** False where only the claims guard: another migrator may be at work that we cannot see. */
  readonly sure: boolean
  /** `ours`: the connection is nobody else's, so that closing it is all. */
  release(ours?: boolean): Promise<void>
}

/** Asked before each further try on the connection that waits; true: nothing is left to do. */
export type DoneElsewhere = (session: Session) => Promise<boolean>

/** The advisory lock's key: one journal, one key. Locks are local to a database. */
export function lockKey({ schema, table }: JournalName): string {
  const hash = createHash('sha256').update(`typetrek\0${schema}\0${table}`).digest()
  return hash.readBigInt64BE().toString()
}

/**
 * Waits until this migrator holds the journal's lock, polling in short transactions: a waiter inside a
 * blocked statement would stop CREATE INDEX CONCURRENTLY for ever. The holder keeps an open READ
 * COMMITTED transaction without a snapshot, which no pooler can leak and a cut socket frees.
 *
 * @param first is tried first. A waiter lets its connection go while it sleeps, or a crowd of them would
 *   leave none for the holder's work; so the lock may be held by another connection in the end.
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
  const end = Date.now() + settings.lockWait
  const place = new WaitingPlace(context, first)
  let holder = 'the server has no connection left'
  try {
    for (let attempt = 0; ; attempt++) {
      const session = await place.enter()
      // a question that fails would abort the transaction that a caller has open
      const mayAsk = attempt > 0 && session?.status === 'I'
      if (mayAsk && (await doneElsewhere(session))) return await place.close()
      const lock = session && (await tryLock(context, session, key))
      if (lock) return lock
      if (session) holder = await describeHolder(session, key)
      if (attempt === 0) observer.notice?.(`waiting: ${holder}`)
      if (Date.now() >= end) throw expired(context, holder)
      await place.leave(attempt)
      await pause(context, Math.min(800, 50 * 1.5 ** attempt) * (0.5 + Math.random()))
    }
  } catch (error) {
    await place.close()
    throw error
  }
}

/** A connection that ends while it lets the lock go has let it go. */
const freedByItself = (): void => undefined

/** A waiter's connection: there while it asks, and after the first moments given back while it sleeps. */
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
    this.session ??= await this.context.database.open('lock', 0).catch((error: unknown) => {
      if ((error as MigrationError).sqlstate === '53300') return undefined
      throw error
    })
    return this.session
  }

  async leave(attempt: number): Promise<void> {
    const { single, borrowed } = this.context.database
    if (single || (!borrowed && attempt < 3)) return
    await this.close()
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

/** What a standby says to BEGIN READ WRITE. */
const readOnlyTransaction = '0A000'

/** On a connection of our own, a transaction holds the lock. */
async function lockOwn(
  { name, database }: RunContext,
  session: Session,
  key: string,
): Promise<Lock | undefined> {
  const { kept, error } = await session.send(
    `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
     SELECT pg_catalog.current_setting('default_transaction_read_only') AS typetrek;
     SELECT pg_catalog.set_config(name, '0', true) FROM pg_catalog.pg_settings
       WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout', 'statement_timeout');
     SELECT pg_catalog.set_config('application_name', ${quoteLiteral(name)}, true), ${watchful(session, true).join(', ')};
     SELECT pg_catalog.pg_try_advisory_xact_lock(${key})::text AS typetrek`,
  )
  const [[readOnly] = [], [locked] = []] = kept
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
    async release(ours = false) {
      if (!session.lost && !ours) await session.send('ROLLBACK').catch(freedByItself)
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
    observer.notice?.('behind a pooler without a direct connection: only the claims guard')
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
      const text = `SELECT pg_catalog.pg_advisory_unlock(${key})`
      await session.query(text).catch(freedByItself)
    },
  }
}

function expired({ settings }: RunContext, holder: string): MigrationError {
  return new MigrationError('LOCK_WAIT_EXPIRED', 'another migrator is still at work', {
    detail: `${holder}; waited ${settings.lockWait / 1000} s`,
    hint: 'Wait for it, raise --lock-wait, or look at it with unlock, which can end it.',
  })
}

/** Sleeps, and throws INTERRUPTED when told to stop. */
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

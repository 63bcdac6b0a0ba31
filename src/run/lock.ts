import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { quoteIdentifier, quoteLiteral } from '../database/quote'
import type { Session } from '../database/session'
import { MigrationError } from '../errors'
import type { JournalName } from '../journal/table'
import type { RunContext } from './context'

/** Held while one migrator works on a journal. */
export interface Lock {
  /** True once the holder's connection has ended: stop after the current script. */
  readonly lost: boolean
  /** False where only the claims guard: another migrator may be at work that we cannot see. */
  readonly sure: boolean
  release(): Promise<void>
}

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
 * @throws {MigrationError} LOCK_WAIT_EXPIRED after `settings.lockWait` milliseconds; INTERRUPTED.
 * @see https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADVISORY-LOCKS
 */
export async function acquireLock(context: RunContext, session: Session): Promise<Lock> {
  const key = lockKey(context.settings.journal)
  const ways = context.database.single
    ? sharedConnection(session, key)
    : ownConnection(session, key)
  const end = Date.now() + context.settings.lockWait
  for (let attempt = 0; !(await ways.tryLock(context)); attempt++) {
    const holder = await describeHolder(session, key)
    if (attempt === 0) context.observer.notice?.(`waiting: ${holder}`)
    if (Date.now() >= end) throw expired(context, holder)
    await pause(context, Math.min(500, 50 * 1.5 ** attempt) * (0.5 + Math.random()))
  }
  return ways.lock
}

/** A connection that ends while it lets the lock go has let it go. */
const freedByItself = (): void => undefined

interface Ways {
  tryLock(context: RunContext): Promise<boolean>
  lock: Lock
}

/** On a connection of our own, a transaction holds the lock. */
function ownConnection(session: Session, key: string): Ways {
  return {
    async tryLock() {
      const { kept, error } = await session.send(
        `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
         SELECT pg_catalog.set_config(name, '0', true) FROM pg_catalog.pg_settings
           WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout', 'statement_timeout');
         SELECT pg_catalog.pg_try_advisory_xact_lock(${key})::text AS typetrek`,
      )
      if (error) throw error
      if (kept[0]?.[0] === 'true') return true
      await session.send('ROLLBACK')
      return false
    },
    lock: {
      sure: true,
      get lost() {
        return session.lost
      },
      async release() {
        if (!session.lost) await session.send('ROLLBACK').catch(freedByItself)
      },
    },
  }
}

/**
 * On the caller's only connection, a session lock; or the lock of the transaction that is open. Behind
 * a pooler a session lock would stay with a backend that the next statement no longer has, so there
 * is none.
 */
function sharedConnection(session: Session, key: string): Ways {
  const inTransaction = session.status !== 'I'
  let held = false
  let sure = true
  return {
    async tryLock(context) {
      await session.identify()
      sure = inTransaction || !session.pooled
      if (!sure) {
        context.observer.notice?.(
          'behind a pooler without a direct connection: only the claims guard',
        )
        return true
      }
      const call = inTransaction ? 'pg_try_advisory_xact_lock' : 'pg_try_advisory_lock'
      const [row] = await session.query<{ locked: boolean }>(
        `SELECT pg_catalog.${call}(${key}) AS locked`,
      )
      held = row?.locked === true && !inTransaction
      return row?.locked === true
    },
    lock: {
      get sure() {
        return sure
      },
      get lost() {
        return session.lost
      },
      async release() {
        if (held && !session.lost) {
          const text = `SELECT pg_catalog.pg_advisory_unlock(${key})`
          await session.query(text).catch(freedByItself)
        }
        held = false
      },
    },
  }
}

/** Who holds the lock, in words. */
async function describeHolder(session: Session, key: string): Promise<string> {
  const bits = BigInt.asUintN(64, BigInt(key))
  const [row] = await session.query<{ pid: number; name: string; since: string }>(
    `SELECT l.pid, coalesce(a.application_name, '') AS name,
            coalesce(to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), '') AS since
       FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
        AND l.classid = ${bits >> 32n} AND l.objid = ${bits & 0xffffffffn} LIMIT 1`,
  )
  if (!row) return 'another migrator is just finishing'
  const since = row.since && ` since ${row.since} UTC`
  return `another migrator holds the lock${since}: backend ${row.pid}${row.name && ` (${row.name})`}`
}

function expired({ settings }: RunContext, holder: string): MigrationError {
  return new MigrationError('LOCK_WAIT_EXPIRED', 'another migrator is still at work', {
    detail: `${holder}; waited ${settings.lockWait / 1000} s`,
    hint: 'Wait for it, or raise --lock-wait.',
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

export function interrupted(): MigrationError {
  return new MigrationError('INTERRUPTED', 'interrupted', {
    hint: 'Run it again to go on: what was done is recorded.',
  })
}

/**
 * The backend in which a pooler runs our work at the moment: the only one whose open transaction has
 * written to the journal. Undefined outside a transaction.
 */
export async function findWorker(
  session: Session,
  { schema, table }: JournalName,
): Promise<number | undefined> {
  const [row] = await session.query<{ pid: number }>(
    `SELECT pid FROM pg_catalog.pg_locks
      WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
        AND relation = pg_catalog.to_regclass($1) LIMIT 1`,
    [quoteIdentifier(schema, table)],
  )
  return row?.pid
}

/** Who blocks a backend, in words; undefined when nobody does. Asked on another session. */
export async function describeBlocker(session: Session, pid: number): Promise<string | undefined> {
  const [, rows = []] = await session.queryAll(
    `SELECT pg_catalog.pg_stat_clear_snapshot();
     SELECT pid, application_name, coalesce(state, 'unknown') AS state, left(query, 120) AS query,
            coalesce(round(extract(epoch FROM clock_timestamp() - xact_start))::text, '?') AS age
       FROM pg_catalog.pg_stat_activity WHERE pid = ANY (pg_catalog.pg_blocking_pids(${quoteLiteral(pid)})) LIMIT 1`,
  )
  const [row] = rows
  if (!row) return undefined
  const name = row.application_name ? ` (${row.application_name})` : ''
  return `backend ${row.pid}${name}, ${row.state} for ${row.age} s: ${String(row.query).replace(/\s+/g, ' ')}`
}

import type { Session } from '../../database/postgres/session'
import { untilReleased } from '../../database/postgres/give-back'
import { interrupted, MigrationError } from '../../errors'
import type { RunContext } from '../context/run-context'
import { isBehindPooler } from './probe'
import { pause } from './migrator-lock'
import { rememberBaseline } from '../context/session-settings'
import { workKey } from './advisory-key'
import { takeWork, tryWork } from './work-lock'

/** Milliseconds until a notice says what the run waits for. */
const patience = 2000
/** A busy server may need as long to let a connection in. */
const shortest = 5000

/**
 * Opens the connection that the work runs on, while another one holds the lock. A pool (the caller's
 * own, or a pooler's) that has no second one to give would let us wait for ever.
 *
 * @param watch the lock's own session, which shows whether there is a pooler in between.
 * @throws {MigrationError} POOL_TOO_SMALL after half of `settings.lockWait`, so that another migrator
 *   that waits in the same pool gets its turn, and CONNECTION_FAILED where there is no pool;
 *   LOCK_WAIT_EXPIRED while an orphan works; INTERRUPTED
 */
export async function openWork(context: RunContext, watch?: Session): Promise<Session> {
  const { database } = context
  const key = workKey(context.settings.journal)
  // on the caller's only connection the lock itself is on the one that works
  const [work, taken] = database.single
    ? [await database.open('work'), true]
    : await openSecond(context, watch, (session) => tryWork(session, key))
  try {
    if (database.single) await work.identify()
    if (!taken) await takeWork(context, work, key)
    if (database.borrowed) await rememberBaseline(work)
    return work
  } catch (error) {
    await work.close()
    throw error
  }
}

/** A pooler lets anybody connect, so the connection is there when it has answered a first question. */
async function openSecond(
  context: RunContext,
  watch: Session | undefined,
  ask: (session: Session) => Promise<boolean>,
): Promise<[Session, boolean]> {
  const over = new AbortController()
  let session: Session | undefined
  const opening = (async (): Promise<[Session, boolean]> => {
    const opened = await context.database.open('work')
    session = opened
    if (!over.signal.aborted) return [opened, await ask(opened)]
    await opened.end()
    throw interrupted()
  })()
  try {
    return await Promise.race([opening, tooLong(context, watch, over.signal)])
  } catch (error) {
    over.abort()
    const late = opening.then(([second]) => second)
    late.catch(() => undefined) // the error above is what counts
    if (session) await session.end()
    else if (context.database.borrowed) await untilReleased(late)
    throw error
  } finally {
    over.abort()
  }
}

/** Ends with a refusal, or not at all once `over`. */
async function tooLong(
  context: RunContext,
  watch: Session | undefined,
  over: AbortSignal,
): Promise<never> {
  const { settings, observer, signal, database } = context
  const limit = Math.max(shortest, settings.lockWait / 2)
  const stop = signal ? AbortSignal.any([signal, over]) : over
  await pause({ signal: stop }, patience)
  const giver = database.borrowed ? 'pool' : (await isBehindPooler(watch)) ? 'pooler' : 'server'
  over.throwIfAborted()
  observer.notice?.({ kind: 'notice', code: 'SECOND_CONNECTION', giver })
  await pause({ signal: stop }, limit - patience)
  if (giver === 'server') throw noSecond(database.label, limit)
  throw new MigrationError(
    'POOL_TOO_SMALL',
    `the ${giver} gave no second connection within ${limit / 1000} s`,
    {
      detail: 'One connection holds the lock while the work runs on another.',
      hint: 'Give the pool at least two connections for this user and database, or set typeorm.direct_url to an address past the pooler.',
    },
  )
}

/** Without a pool, it is the server, or the network, that is slow or full. */
function noSecond(label: string, limit: number): MigrationError {
  return new MigrationError('CONNECTION_FAILED', `cannot connect to ${label} a second time`, {
    detail: `no second connection within ${limit / 1000} s; one connection holds the lock while the work runs on another`,
    hint: "Check the server's load, max_connections and the role's connection limit, and the network.",
  })
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, ClientBase } from 'pg'
import type { Session } from './session'

/** Milliseconds that a connection may take to answer before it is ended instead of given back. */
const limit = 5000

/**
 * Gives a lent connection back to the pool that it came from, without a statement under way, a
 * transaction, an advisory lock or a listener of typetrek. One that cannot be made so is ended, and the
 * pool then drops it.
 *
 * @param release hands it to the pool; `gone`: the pool must not lend it again
 */
export async function giveBack(
  session: Session,
  release: (gone: boolean) => void | Promise<void>,
): Promise<void> {
  const clean = await within(limit, tidy(session))
  if (clean) {
    await release(false)
    session.detach()
    return
  }
  // our listeners stay: an ended client may still report an error, which would end the process
  await endClient(session.driverClient)
  await release(true)
}

/** Takes off a session what typetrek has put there; false where the connection is gone. */
export async function tidy(session: Session): Promise<boolean> {
  await session.quiet()
  if (session.lost) return false
  if (session.status !== 'I') await session.send('ROLLBACK')
  await unlock(session)
  return !session.lost
}

/** Frees the advisory lock that the session may hold, without a warning where it does not. */
async function unlock(session: Session): Promise<void> {
  const { advisoryKey } = session
  if (advisoryKey === undefined) return
  session.advisoryKey = undefined
  const bits = BigInt.asUintN(64, BigInt(advisoryKey))
  const { error } = await session.send(
    `SELECT pg_catalog.pg_advisory_unlock(${advisoryKey}) FROM pg_catalog.pg_locks
      WHERE locktype OPERATOR(pg_catalog.=) 'advisory' AND granted
        AND pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()
        AND classid OPERATOR(pg_catalog.=) ${bits >> 32n}::pg_catalog.oid
        AND objid OPERATOR(pg_catalog.=) ${bits & 0xffffffffn}::pg_catalog.oid
        AND objsubid OPERATOR(pg_catalog.=) 1`,
  )
  if (error) throw error
}

/** Milliseconds that a run which ends waits for a connection that it has asked a pool for. */
const lateLimit = 1000

/**
 * Waits a moment until a connection that was asked for has come and is released again; a pool that has
 * none to give may never give it.
 */
export async function untilReleased(opening: Promise<Session>): Promise<void> {
  await within(
    lateLimit,
    opening.then(async (session) => {
      await session.end()
      return true
    }),
  )
}

/** False when the work fails or does not end in time. */
async function within(milliseconds: number, work: Promise<boolean>): Promise<boolean> {
  const over = new AbortController()
  const late = sleep(milliseconds, false, { signal: over.signal }).catch(() => false)
  try {
    return await Promise.race([work.catch(() => false), late])
  } finally {
    over.abort()
  }
}

async function endClient(client: ClientBase): Promise<void> {
  const { connection } = client as ClientBase & { connection?: { stream?: { destroy(): void } } }
  const ended = (client as Client).end().then(() => true)
  if (!(await within(limit, ended))) connection?.stream?.destroy()
}

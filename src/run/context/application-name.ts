import { quoteLiteral } from '../../database/sql/quote'
import type { Session } from '../../database/postgres/session'
import { restoreSession } from './session-settings'

/** What distinguishes the sessions of one run from all others: it ends their application_name. */
function runTag(runId: string): string {
  return runId.slice(0, 13)
}

/** The tag in a session's name, whether or not the script that it is at follows; undefined for another program's. */
export function runTagOf(applicationName: string): string | undefined {
  return /^typetrek .*?([0-9a-f]{8}-[0-9a-f]{4})(?: \d+)?$/.exec(applicationName)?.[1]
}

/**
 * How a run's sessions are called in pg_stat_activity: `typetrek ann@build-7 1b4e28ba-2fa1`, within the
 * 63 bytes that the server keeps; a session that is at a TypeScript script has its revision after that. Pure.
 */
export function sessionName(operator: string, runId: string, revision?: string): string {
  const tag = revision === undefined ? runTag(runId) : `${runTag(runId)} ${revision}`
  const room = 63 - 'typetrek  '.length - tag.length
  const who = Array.from(operator.replace(/[^\x21-\x7e]+/g, '?'))
    .slice(0, Math.max(0, room))
    .join('')
  return `typetrek ${who} ${tag}`
}

/**
 * Prepares the connection that works for a run: a caller's gets the run's name, and none may be ended by an
 * `idle_session_timeout` of the role while TypeScript or a backoff keeps it waiting. Both hold after each
 * script too. Returns what gives a caller's connection its own name and settings back. Behind a pooler a
 * session keeps its own.
 */
export async function prepareWork(
  session: Session,
  name: string | undefined,
): Promise<() => Promise<void>> {
  const settings = {
    ...(name !== undefined && { application_name: name }),
    ...(session.limits.idle && { idle_session_timeout: '0' }),
  }
  if (session.pooled || Object.keys(settings).length === 0) return () => Promise.resolve()
  const own = session.baseline
  const assignments = Object.entries(settings).map(
    ([key, value]) => `SELECT pg_catalog.set_config('${key}', ${quoteLiteral(value)}, false)`,
  )
  session.baseline = [...own, ...assignments]
  await session.send(assignments.join(';\n'))
  return async () => {
    session.baseline = own
    // in the caller's failed transaction nothing runs, and its ROLLBACK takes the settings back
    if (session.status !== 'E') await session.send(restoreSession(session).join(';\n'))
  }
}

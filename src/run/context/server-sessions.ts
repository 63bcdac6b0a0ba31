/** A session of the server, as pg_stat_activity shows it. */
export interface ServerSession {
  pid: number
  /** Its application_name; empty where it has none, or where the role may not see it. */
  name: string
  state: string
  /** The beginning of what it runs, or ran last. */
  query: string
}

/** A session that blocks the work. */
export interface Blocker extends ServerSession {
  /** Seconds since its transaction began; null where the role may not see it. */
  seconds: number | null
  /** How many more block it too. */
  others: number
}

/**
 * Who holds the migrator's lock: a session; or nobody can be named, since it is just ending, or since the
 * server has no connection left to ask on. Of a database that is not PostgreSQL, what is known in words.
 */
export type LockHolder =
  | { state: 'held'; pid: number; name: string; since: string | null }
  | { state: 'ending' }
  | { state: 'no connection' }
  | { state: 'other'; by: string | null }

/** A blocker in words. Pure. */
export function describeBlocker({ pid, name, others, state, seconds, query }: Blocker): string {
  const more = others > 0 ? ` and ${others} more` : ''
  return `backend ${pid}${named(name)}${more}, ${state} for ${seconds ?? '?'} s: ${oneLine(query)}`
}

/** A session of a migrator that has lost the lock, in words. Pure. */
export function describeOrphan({ pid, name, state, query }: ServerSession): string {
  return `backend ${pid}${named(name)} of a migrator that no longer holds the lock, ${state}: ${oneLine(query)}`
}

/** The holder of the lock in words. Pure. */
export function describeHolder(holder: LockHolder): string {
  switch (holder.state) {
    case 'held': {
      const since = holder.since === null ? '' : ` since ${holder.since} UTC`
      return `another migrator holds the lock${since}: backend ${holder.pid}${named(holder.name)}`
    }
    case 'ending':
      return 'another migrator is just finishing'
    case 'other':
      return `another migrator holds the lock${holder.by === null ? '' : `: ${holder.by}`}`
    case 'no connection':
      return 'the server has no connection left'
  }
}

const named = (name: string): string => name && ` (${name})`
const oneLine = (query: string): string => query.replace(/\s+/g, ' ')

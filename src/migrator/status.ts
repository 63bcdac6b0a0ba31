import type { FullEntry } from '../journal/model/entry'
import { emptyState, type JournalState } from '../journal/model/applied-state'
import type { Plan } from '../plan/plan'
import type { Survey } from '../plan/survey'
import { runTagOf } from '../run/context/application-name'
import type { JournalReader } from '../run/context/backend'
import { nameScripts, type Holders } from '../run/lock/lock-sessions'

export { readHolders } from '../run/lock/lock-sessions'

/** A migrator that is at work. */
export interface RunningNow {
  /** The script that it is at; null where the server does not show which. */
  revision: string | null
  title: string | null
  /** ISO 8601, UTC: since when it is at that script, or else holds the lock; null where the role may not see it. */
  since: string | null
  /** user@host, or what a program that is not typetrek called its connection. */
  by: string
  /** The backend that holds the lock. */
  pid: number
}

/** The state of a database: a plan without steps, what failed and why, and what is going on. */
export interface Status extends Plan {
  /** Started and not finished, with what stopped it. */
  unfinished: readonly FullEntry[]
  /** The newest operation of each revision that failed and left nothing done; a failed downgrade leaves its script applied. */
  failed: readonly FullEntry[]
  /** Null when no migrator is at work. */
  running: RunningNow | null
}

/** What the database says of its state. */
export interface Found {
  state: JournalState
  /** The entries that failed or are unfinished. */
  broken: readonly FullEntry[]
  holders: Holders
}

/** What is known of a database that was never made. */
export const nothingFound: Found = {
  state: emptyState,
  broken: [],
  holders: { sessions: [], progress: new Map() },
}

/** Reads the state, and in full what failed or is unfinished. Never writes. */
export async function readStatus(journal: JournalReader): Promise<Omit<Found, 'holders'>> {
  const state = await journal.read()
  const ids = [...state.failed.values(), ...state.unfinished.values()].map(({ id }) => id)
  const broken = ids.length === 0 ? [] : await journal.entries({ ids })
  return { state, broken }
}

/** Joins what the database says with the comparison of journal and folder. Pure. */
export function statusOf(survey: Survey, { state, broken, holders }: Found): Status {
  const known = new Set([
    ...survey.applied.map(({ revision }) => revision),
    ...survey.pending.map(({ script }) => script.revision),
  ])
  const isUnfinished = ({ revision, id }: FullEntry) => state.unfinished.get(revision)?.id === id
  return {
    ...survey,
    steps: [],
    notices: [],
    unfinished: broken.filter(isUnfinished),
    // a script that failed and was taken out of the folder is nobody's concern any more
    failed: broken.filter((entry) => {
      return !state.unfinished.has(entry.revision) && known.has(entry.revision)
    }),
    running: runningNow(nameScripts(holders, survey), broken),
  }
}

function runningNow(
  sessions: ReturnType<typeof nameScripts>,
  broken: readonly FullEntry[],
): RunningNow | null {
  const [holder] = sessions
  if (!holder) return null
  const { applicationName, script, since, connectedAt, pid } = holder
  const entry = broken.find(({ runId }) => runId.slice(0, 13) === runTagOf(applicationName))
  const [, name] = /^typetrek (\S*)/.exec(applicationName) ?? []
  return {
    revision: script?.revision ?? null,
    title: script?.title ?? null,
    since: script?.since ?? since ?? connectedAt,
    by: entry?.operator ?? name ?? (applicationName || 'unknown'),
    pid,
  }
}

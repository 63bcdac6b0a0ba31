import type { Entry, FullEntry } from '../../journal/model/entry'
import type { PendingScript } from '../../plan/plan'
import type { Status } from '../../migrator/status'

/** What is shown of a state. */
export type StatusView = Status

/** Every revision once, by what is to be said of it first. */
export interface Partition {
  applied: readonly Entry[]
  pending: readonly PendingScript[]
  /** Pending, and the last attempt failed with nothing done. */
  failed: readonly { entry: FullEntry; late: boolean }[]
  unfinished: readonly FullEntry[]
  missing: readonly Entry[]
  changed: readonly Entry[]
  /** The script that a migrator is at. */
  running: string | null
  /** Applied scripts whose last downgrade failed and left nothing done, by revision. */
  failedDowngrades: ReadonlyMap<string, FullEntry>
}

/** Puts each revision into one list: what runs now, then what is unfinished, failed, missing, changed. Pure. */
export function partition(status: StatusView): Partition {
  const running = status.running?.revision ?? null
  const seen = new Set(running === null ? [] : [running])
  const take = <Item>(items: readonly Item[], revisionOf: (item: Item) => string): Item[] => {
    const taken = items.filter((item) => !seen.has(revisionOf(item)))
    for (const item of taken) seen.add(revisionOf(item))
    return taken
  }
  const own = ({ revision }: { revision: string }) => revision
  const late = new Map(status.pending.map((one) => [one.script.revision, one.late]))
  return {
    running,
    unfinished: take(status.unfinished, own),
    failed: take(
      status.failed.filter(({ revision }) => late.has(revision)),
      own,
    ).map((entry) => ({ entry, late: late.get(entry.revision) ?? false })),
    missing: take(status.missing, own),
    changed: take(
      status.changed.map(({ entry }) => entry),
      own,
    ),
    applied: take(status.applied, own),
    pending: take(status.pending, ({ script }) => script.revision),
    failedDowngrades: new Map(
      status.failed
        .filter(({ revision, operation }) => operation === 'rollback' && !late.has(revision))
        .map((entry) => [entry.revision, entry]),
    ),
  }
}

/** True when everything is applied, is as the files are, and nobody is at work: the yes of `status --check`. Pure. */
export function isUpToDate(status: StatusView): boolean {
  const { pending, missing, changed, unfinished, running } = status
  return (
    running === null && pending.length + missing.length + changed.length + unfinished.length === 0
  )
}

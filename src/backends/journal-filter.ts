import type { EntryFilter } from '../journal/entries'
import type { FullEntry } from '../journal/model/entry'

/** What `entries` gives of a journal that is read as a whole: those that the filter means, oldest first. Pure. */
export function filterEntries(entries: readonly FullEntry[], filter: EntryFilter): FullEntry[] {
  const { since, revisions, limit } = filter
  const found = entries.filter(
    (entry) =>
      ('ids' in filter ? filter.ids.includes(entry.id) : entry.outcome === filter.outcome) &&
      (since === undefined || (entry.finishedAt ?? entry.startedAt) >= since) &&
      (!revisions || revisions.includes(entry.revision)),
  )
  return limit === undefined ? found : found.slice(Math.max(0, found.length - limit))
}

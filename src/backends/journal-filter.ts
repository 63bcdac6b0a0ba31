import type { EntryFilter } from '../journal/entries'
import type { FullEntry } from '../journal/model/entry'

/** What `entries` gives of a journal that is read as a whole: those that the filter means, oldest first unless it says otherwise. Pure. */
export function filterEntries(entries: readonly FullEntry[], filter: EntryFilter): FullEntry[] {
  const { since, revisions, limit } = filter
  const found = entries.filter(
    (entry) =>
      isMeant(entry, filter) &&
      (since === undefined || (entry.finishedAt ?? entry.startedAt) >= since) &&
      (!revisions || revisions.includes(entry.revision)),
  )
  const newest = limit === undefined ? found : found.slice(Math.max(0, found.length - limit))
  return filter.reverse ? newest.toReversed() : newest
}

function isMeant({ id, outcome }: FullEntry, filter: EntryFilter): boolean {
  if ('ids' in filter) return filter.ids.includes(id)
  return filter.outcome === 'any' || filter.outcome === outcome
}

import { compareDigits, isAfter } from '../../script/revision'
import { setUpRevision, type Entry } from './entry'

/** What the journal says about the database. */
export interface JournalState {
  /** False: there is no journal table, so nothing was ever applied. */
  exists: boolean
  /** The newest successful entry of each applied revision, oldest application first. */
  applied: readonly Entry[]
  /** Claimed and not finished, or failed after some statements were done; one a revision. */
  unfinished: ReadonlyMap<string, Entry>
  /** The newest entry of each revision whose last operation failed, whatever it had done. */
  failed: ReadonlyMap<string, Entry>
  /** The set-up's own entry, when a set-up was started. */
  setUp?: Entry
  /** Ordinal of each revision's newest claim; absent = 0. */
  ordinals: ReadonlyMap<string, number>
  /**
   * For an unfinished upgrade, the revisions that were applied before it began and have been reverted since:
   * the work of its statements may be gone with theirs.
   */
  revertedSince: ReadonlyMap<string, readonly string[]>
  /** The newest title under which each revision was recorded. */
  titles?: ReadonlyMap<string, string>
  /** The id of the newest successful rollback. */
  lastRollback?: string
}

export const emptyState: JournalState = {
  exists: false,
  applied: [],
  unfinished: new Map(),
  failed: new Map(),
  ordinals: new Map(),
  revertedSince: new Map(),
}

/** Folds entries, in the order of their ids, into what is applied. Pure. */
export function foldEntries(entries: readonly Entry[]): JournalState {
  const newest = new Map<string, Entry>()
  const unfinished = new Map<string, Entry>()
  const failed = new Map<string, Entry>()
  const ordinals = new Map<string, number>()
  const revertedSince = new Map<string, string[]>()
  const titles = new Map<string, string>()
  const since = new Map<string, string>()
  let setUp: Entry | undefined
  let lastRollback: string | undefined
  for (const entry of entries) {
    if (entry.outcome !== 'error') ordinals.set(entry.revision, entry.ordinal)
    if (entry.revision === setUpRevision) {
      if (entry.outcome !== 'error') setUp = entry
      continue
    }
    titles.set(entry.revision, entry.title)
    if (entry.outcome === 'success' && entry.operation === 'rollback') {
      lastRollback = entry.id
      noteReverted(revertedSince, unfinished, newest.get(entry.revision))
    } else revertedSince.delete(entry.revision)
    if (entry.outcome === 'error') failed.set(entry.revision, entry)
    else failed.delete(entry.revision)
    if (entry.outcome === 'success') {
      newest.set(entry.revision, entry)
      if (entry.operation === 'rollback') since.delete(entry.revision)
      else if (!since.has(entry.revision)) since.set(entry.revision, entry.id)
      unfinished.delete(entry.revision)
    } else if (entry.outcome === 'running' || entry.statementsDone > 0) {
      unfinished.set(entry.revision, entry)
    }
  }
  // what was run again while it was applied keeps its place
  const placeOf = ({ revision, id }: Entry) => since.get(revision) ?? id
  const applied = [...newest.values()]
    .filter((entry) => entry.operation !== 'rollback')
    .toSorted((a, b) => compareDigits(placeOf(a), placeOf(b)))
  const found = { applied, unfinished, failed, ordinals, revertedSince, titles }
  return { exists: true, ...found, ...(setUp && { setUp }), ...(lastRollback && { lastRollback }) }
}

/** Every upgrade that is unfinished, and was started after what is reverted now was applied. */
function noteReverted(
  revertedSince: Map<string, string[]>,
  unfinished: ReadonlyMap<string, Entry>,
  reverted: Entry | undefined,
): void {
  if (!reverted || reverted.operation === 'rollback') return
  for (const [revision, { id, operation }] of unfinished) {
    if (operation === 'rollback' || isAfter(reverted.id, id)) continue
    revertedSince.set(revision, [...(revertedSince.get(revision) ?? []), reverted.revision])
  }
}

import type { JournalState } from '../journal/model/applied-state'
import { byRevision, isAfter, newestOf } from '../script/revision'
import type { Script } from '../script/script'
import type { Plan } from './plan'

/** How scripts and journal compare. Pure. */
export type Survey = Omit<Plan, 'steps' | 'notices'>

/**
 * Compares the folder with the journal: applied, pending (in order of revision), late, missing,
 * changed. Checksums are compared only within one kind, so that a compiled `.js` is not a change
 * of its `.ts`. Pure; the order of `scripts` does not matter.
 */
export function survey(scripts: readonly Script[], state: JournalState): Survey {
  const known = new Map(scripts.map((script) => [script.revision, script]))
  const applied = new Map(state.applied.map((entry) => [entry.revision, entry]))
  const newest = newestOf(applied.keys()) ?? '0'
  const pending = scripts
    .filter((script) => !applied.has(script.revision))
    .toSorted(byRevision)
    .map((script) => ({ script, late: isAfter(newest, script.revision) }))
  const changed = state.applied.flatMap((entry) => {
    const script = known.get(entry.revision)
    const differs =
      script &&
      entry.checksum !== '' &&
      script.checksumKind === entry.checksumKind &&
      script.checksum !== entry.checksum
    return differs ? [{ entry, script }] : []
  })
  return {
    applied: state.applied,
    pending,
    missing: state.applied.filter((entry) => !known.has(entry.revision)),
    changed,
    unfinished: [...state.unfinished.values()],
  }
}

import type { JournalState } from '../journal/model/applied-state'
import { compareRevisions, type Script } from '../script/script'
import type { Plan } from './plan'

/** Where scripts and journal stand to each other. Pure. */
export type Survey = Omit<Plan, 'steps' | 'notices'>

/**
 * Compares the folder with the journal: applied, pending (in order of revision), late, missing,
 * changed. Checksums are compared only within one kind, so that a compiled `.js` is not a change
 * of its `.ts`. Pure; the order of `scripts` does not matter.
 */
export function survey(scripts: readonly Script[], state: JournalState): Survey {
  const byRevision = new Map(scripts.map((script) => [script.revision, script]))
  const applied = new Map(state.applied.map((entry) => [entry.revision, entry]))
  const newest = [...applied.keys()].reduce((a, b) => (compareRevisions(a, b) > 0 ? a : b), '0')
  const pending = scripts
    .filter((script) => !applied.has(script.revision))
    .toSorted((a, b) => compareRevisions(a.revision, b.revision))
    .map((script) => ({ script, late: compareRevisions(script.revision, newest) < 0 }))
  const changed = state.applied.flatMap((entry) => {
    const script = byRevision.get(entry.revision)
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
    missing: state.applied.filter((entry) => !byRevision.has(entry.revision)),
    changed,
    unfinished: [...state.unfinished.values()],
  }
}

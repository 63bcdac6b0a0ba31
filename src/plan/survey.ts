import type { JournalState } from '../journal/model/applied-state'
import { byRevision, isAfter, newestOf } from '../script/revision'
import type { Script } from '../script/script'
import { dueRepeatables, numbered } from './numbering/repeatable-scripts'
import { settleNames } from './numbering/settle-names'
import type { Plan } from './plan'

/** How scripts and journal compare. Pure. */
export type Survey = Omit<Plan, 'steps' | 'notices'>

/**
 * Compares the folder with the journal: applied, pending (in order of revision), late, missing,
 * changed. Checksums are compared only within one kind, so that a compiled `.js` is not a change
 * of its `.ts`. Pure; the order of `scripts` does not matter.
 */
export function survey(found: readonly Script[], state: JournalState): Survey {
  const scripts = settleNames(found, state)
  const known = new Map(scripts.map((script) => [script.revision, script]))
  const applied = new Map(state.applied.map((entry) => [entry.revision, entry]))
  const newest = newestOf(numbered(state.applied).map(({ revision }) => revision)) ?? '0'
  const inOrder = scripts
    .filter(({ revision, repeatable }) => !repeatable && !applied.has(revision))
    .toSorted(byRevision)
    .map((script) => ({ script, late: isAfter(newest, script.revision) }))
  const due = dueRepeatables(scripts, state).map((script) => ({ script, late: false }))
  const changed = state.applied.flatMap((entry) => {
    const script = known.get(entry.revision)
    const differs =
      script &&
      !script.repeatable &&
      entry.checksum !== '' &&
      script.checksumKind === entry.checksumKind &&
      script.checksum !== entry.checksum
    return differs ? [{ entry, script }] : []
  })
  return {
    applied: state.applied,
    pending: [...inOrder, ...due],
    missing: numbered(state.applied).filter((entry) => !known.has(entry.revision)),
    changed,
    unfinished: [...state.unfinished.values()],
  }
}

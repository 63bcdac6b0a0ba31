import type { JournalState } from '../journal/model/applied-state'
import type { Entry } from '../journal/model/entry'
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
  const { settled, replaced } = isEven(known, applied)
    ? nothingSquashed
    : settleSquashed(scripts, new Set(applied.keys()))
  const fresh = scripts.filter(
    ({ revision, repeatable }) => !repeatable && !applied.has(revision) && !settled.has(revision),
  )
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
    pending: [...inOrder(fresh, state), ...due],
    missing: numbered(state.applied).filter(
      ({ revision }) => !known.has(revision) && !replaced.has(revision),
    ),
    changed,
    unfinished: [...state.unfinished.values()],
  }
}

/** Each script is applied and each that is applied is there: what stands for others changes nothing. */
function isEven(known: ReadonlyMap<string, Script>, applied: ReadonlyMap<string, Entry>): boolean {
  return known.size === applied.size && [...known.keys()].every((one) => applied.has(one))
}

const nothingSquashed: Squashed = { settled: new Set(), replaced: new Set(), partial: [] }

function inOrder(fresh: readonly Script[], { applied }: JournalState): Survey['pending'] {
  if (fresh.length === 0) return []
  const newest = newestOf(numbered(applied).map(({ revision }) => revision)) ?? '0'
  return fresh
    .toSorted(byRevision)
    .map((script) => ({ script, late: isAfter(newest, script.revision) }))
}

/** How scripts that stand for others, and those, are to be taken in one database. */
export interface Squashed {
  /** Not to be applied: another script stands for it, or what it stands for is done. */
  settled: ReadonlySet<string>
  /** Applied, and not missing without a file. */
  replaced: ReadonlySet<string>
  /** Scripts of which this database has a part, and not the files of the rest. */
  partial: readonly { script: Script; applied: number; absent: readonly string[] }[]
}

/**
 * A script that stands for others counts as applied where all of those are, and stands in their place where
 * none is; where some are, they go on, as long as their files are there. Pure.
 */
export function settleSquashed(scripts: readonly Script[], applied: ReadonlySet<string>): Squashed {
  const settled = new Set<string>()
  const replaced = new Set<string>()
  const partial: Squashed['partial'][number][] = []
  const present = new Set(scripts.map(({ revision }) => revision))
  for (const script of scripts) {
    const { squashes = [], revision } = script
    if (squashes.length === 0) continue
    const others = squashes.filter((one) => one !== revision)
    const done = others.filter((one) => applied.has(one))
    const absent = others.filter((one) => !applied.has(one) && !present.has(one))
    for (const one of done) replaced.add(one)
    if (done.length === 0) for (const one of others) settled.add(one)
    else if (absent.length === 0) settled.add(revision)
    else partial.push({ script, applied: done.length, absent })
  }
  return { settled, replaced, partial }
}

import type { JournalState } from '../../journal/model/applied-state'
import type { Entry } from '../../journal/model/entry'
import { isAfter } from '../../script/revision'
import type { Script } from '../../script/script'

/** True of what the journal says about a repeatable script. */
export function isRepeatable({ title, revision }: Pick<Entry, 'title' | 'revision'>): boolean {
  return revision.length === 19 && title.startsWith('R__')
}

/** Those in the order of the numbers, without what has no place in it. */
export function numbered<Named extends Pick<Entry, 'title' | 'revision'>>(
  list: readonly Named[],
): Named[] {
  return list.some(isRepeatable) ? list.filter((one) => !isRepeatable(one)) : [...list]
}

/**
 * The repeatable scripts that are to run, by title: those that never ran, those whose text has changed
 * since, and all of them after something was reverted, which may have taken with it what they made. Pure.
 */
export function dueRepeatables(scripts: readonly Script[], state: JournalState): Script[] {
  const repeatables = scripts.filter(({ repeatable }) => repeatable)
  if (repeatables.length === 0) return []
  const applied = new Map(state.applied.map((entry) => [entry.revision, entry]))
  return repeatables
    .filter(({ revision, checksum }) => {
      const entry = applied.get(revision)
      if (!entry || entry.checksum !== checksum) return true
      return state.lastRollback !== undefined && isAfter(state.lastRollback, entry.id)
    })
    .toSorted((a, b) => (a.title < b.title ? -1 : 1))
}

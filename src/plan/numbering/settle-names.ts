import type { JournalState } from '../../journal/model/applied-state'
import type { Script, TrackedName } from '../../script/script'
import { settleUuids } from './settle-uuids'

/**
 * Gives scripts that are tracked by name the numbers under which the journal knows them; the others get
 * the first number that is free, from that of their name up. Where numbers are not shared, the scripts
 * are what they were. A script that has a uuid is known by that. Pure.
 * @throws {MigrationError} REVISION_TAKEN as `settleUuids`
 */
export function settleNames(found: readonly Script[], state: JournalState): readonly Script[] {
  const scripts = settleUuids(found, state)
  if (!scripts.some(({ byName }) => byName)) return scripts
  const titles = state.titles ?? new Map<string, string>()
  const revisions = new Map([...titles].map(([revision, title]) => [title, revision]))
  const known = new Map(
    scripts.map((script) => [script, script.byName && knownAs(script.byName, titles, revisions)]),
  )
  const taken = new Set([...titles.keys(), ...state.ordinals.keys()])
  return scripts.map((script) => {
    const { byName } = script
    if (!byName || !script.renumbered) return script
    const revision = known.get(script) ?? firstFree(byName.stamp, taken)
    taken.add(revision)
    const title = revision === byName.stamp ? byName.title : byName.name
    if (revision === script.revision && title === script.title) return script
    return script.renumbered(revision, title)
  })
}

/** What has another number than its own has its whole name as its title. */
function knownAs(
  { stamp, name, title }: TrackedName,
  titles: ReadonlyMap<string, string>,
  revisions: ReadonlyMap<string, string>,
): string | undefined {
  return revisions.get(name) ?? (plain(titles.get(stamp)) === plain(title) ? stamp : undefined)
}

function plain(title: string | undefined): string | undefined {
  return title?.replace(/[\s_.-]/g, '').toLowerCase()
}

function firstFree(stamp: string, taken: ReadonlySet<string>): string {
  let number = stamp === '0' ? 1n : BigInt(stamp)
  while (taken.has(String(number))) number += 1n
  return String(number)
}

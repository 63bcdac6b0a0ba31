import { MigrationError } from '../../errors'
import type { JournalState } from '../../journal/model/applied-state'
import type { Script } from '../../script/script'

/**
 * Gives a script whose uuid the journal knows the number under which it was applied or begun: a file that
 * was renamed is the same script. A number that the journal has for the script itself counts first. Pure.
 * @throws {MigrationError} REVISION_TAKEN where another script has that number now
 */
export function settleUuids(scripts: readonly Script[], state: JournalState): readonly Script[] {
  const entries = [...state.applied, ...state.unfinished.values()]
  const known = new Map(entries.flatMap(({ uuid, revision }) => (uuid ? [[uuid, revision]] : [])))
  if (known.size === 0) return scripts
  const own = new Set(entries.map(({ revision }) => revision))
  const taken = new Map(scripts.map((script) => [script.revision, script]))
  return scripts.map((script) => {
    const { uuid } = script
    const revision = uuid === undefined ? undefined : known.get(uuid)
    if (revision === undefined || revision === script.revision) return script
    if (own.has(script.revision) || !script.renumbered) return script
    const other = taken.get(revision)
    if (other) throw isTaken(script, other)
    return script.renumbered(revision, script.title)
  })
}

function isTaken(script: Script, other: Script): MigrationError {
  const same = other.uuid === script.uuid
  return new MigrationError(
    'REVISION_TAKEN',
    `script ${script.revision} has the uuid under which ${other.revision} is in the journal`,
    {
      detail: `${script.file}\n${other.file}`,
      hint: same
        ? 'Give the newer of the two files a uuid of its own.'
        : `The first was renamed; give the second, which has its old number ${other.revision} now, another one.`,
      file: script.file,
    },
  )
}

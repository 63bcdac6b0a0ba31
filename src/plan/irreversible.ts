import { MigrationError } from '../errors'
import type { Entry } from '../journal/model/entry'
import type { Situation } from './situation'

/**
 * Refuses to revert entries unless something can revert each; the refusal names every one that nothing
 * can. Pure.
 * @throws {MigrationError} IRREVERSIBLE, or SCRIPT_MISSING where only files are missing
 */
export function refuseIrreversible(entries: readonly Entry[], situation: Situation): void {
  const refused = entries.flatMap((entry) => refusalOf(entry, situation) ?? [])
  const [first, ...others] = refused
  if (!first) return
  if (others.length === 0) throw single(first)
  const gone = refused.filter(({ file }) => file === undefined).length
  const hints = [
    ...(gone < refused.length
      ? ['Write a new script that undoes them, or give each a downgrade.']
      : []),
    ...(gone > 0
      ? ['Restore the missing files, or run this from a release that still has them.']
      : []),
  ]
  throw new MigrationError(
    gone === refused.length ? 'SCRIPT_MISSING' : 'IRREVERSIBLE',
    `${refused.length} scripts cannot be reverted`,
    { detail: refused.map(lineOf).join('\n'), hint: hints.join(' ') },
  )
}

interface Refused {
  entry: Entry
  /** Absent: the file is missing, and the journal has no SQL. */
  file?: string
}

function refusalOf(entry: Entry, { scripts, withoutDowngrade }: Situation): Refused | undefined {
  const script = scripts.find(({ revision }) => revision === entry.revision)
  const isIrreversible =
    (script?.kind === 'sql' && !script.downgrade) || withoutDowngrade?.has(entry.revision)
  if (script && isIrreversible) return { entry, file: script.file }
  return script || entry.revertible ? undefined : { entry }
}

function single({ entry, file }: Refused): MigrationError {
  if (file !== undefined) {
    return new MigrationError('IRREVERSIBLE', `script ${entry.revision} has no downgrade`, {
      file,
      hint: 'Write a new script that undoes it, or give it a downgrade.',
    })
  }
  return new MigrationError('SCRIPT_MISSING', `applied script is missing: ${entry.revision}`, {
    detail: `The journal keeps no SQL that reverts it (kind ${entry.kind}).`,
    hint: 'Restore its file, or run this from a release that still has it.',
  })
}

function lineOf({ entry: { revision, title, kind }, file }: Refused): string {
  const name = title ? `${revision}_${title}` : revision
  return file === undefined
    ? `${name} is missing, and the journal keeps no SQL that reverts it (kind ${kind})`
    : `${name} has no downgrade: ${file}`
}

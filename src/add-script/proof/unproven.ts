import { MigrationError } from '../../errors'
import type { AddedScript } from '../deliver/add-script-options'

export const notWritten =
  'Nothing was written. With --no-verify the script is written as it is, to be corrected by hand.'
export const notSaved = 'Nothing was written; what was saved in the editor is above.'

/** The error of scripts that do not hold what is said of them; shows their texts. */
export function unproven(failures: readonly string[], texts: readonly string[], hint: string) {
  const detail = [...failures, '', ...texts].join('\n')
  return new MigrationError('PROOF_FAILED', 'the script does not do what it should', {
    detail,
    hint,
  })
}

export function textsOf(scripts: readonly AddedScript[]): string[] {
  return scripts.flatMap(({ files }) => files.map(({ text }) => text))
}

export function isSame(one: readonly AddedScript[], other: readonly AddedScript[]): boolean {
  return textsOf(one).join('\0') === textsOf(other).join('\0')
}

/** A question, or a refusal: something differs, and that answers a check. */
export function isOpen(error: unknown): error is MigrationError {
  const open = ['QUESTION_OPEN', 'DESTRUCTIVE_REFUSED', 'DIFFERENCE_REFUSED']
  return error instanceof MigrationError && open.includes(error.code)
}

/** Work that was stopped by its signal. */
export function interrupted(cause: unknown): MigrationError {
  return new MigrationError('INTERRUPTED', 'stopped before the script was written', {
    hint: 'Nothing was written, and the scratch databases are dropped.',
    cause,
  })
}

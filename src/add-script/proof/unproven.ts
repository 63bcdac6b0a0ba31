import { MigrationError } from '../../errors'
import type { Change, ScriptPart } from '../../change/model/script-part'
import type { AddedScript } from '../deliver/files'
import type { WayBack } from './prove'

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

/** The worst of the parts. */
export function wayBackOf(change: Change | undefined): WayBack {
  const parts = change?.scripts ?? []
  const isOneWay = ({ down, reversible }: ScriptPart) => down.length === 0 && reversible === 'no'
  if (!change || parts.some(isOneWay)) return 'none'
  if (parts.some(({ reversible }) => reversible === 'no')) return 'without rows'
  return parts.every(({ reversible }) => reversible === 'yes') ? 'with every row' : 'with rows'
}

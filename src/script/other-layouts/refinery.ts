import { usualLayout, type ScriptLayout } from '../layout/layout'
import type { NameReading } from '../layout/script-name'
import { readOneText } from '../sections/marked-sections'

/**
 * `V<number>__<title>.sql` and `U<number>__<title>.sql`, both upgrades.
 * @see https://docs.rs/refinery/latest/refinery/
 */
export const refinery: ScriptLayout = {
  ...usualLayout,
  zero: true,
  readName,
  nameFor: ({ revision, title, extension, role }) =>
    extension === 'sql' && role === 'script'
      ? `V${revision}__${title}.sql`
      : usualLayout.nameFor({ revision, title, extension, role }),
  sections: readOneText,
}

function readName(fileName: string): NameReading {
  const [, digits, title = '', extension] = /^[VU](\d+)__(.*)\.(sql|rs)$/s.exec(fileName) ?? []
  if (digits === undefined) return usualLayout.readName(fileName)
  if (extension === 'rs') {
    const hint = 'Write what it does as SQL, or name it in ignore once every database has it.'
    return { is: 'invalid', problem: 'a module of refinery, which only Rust can run', hint }
  }
  const revision = digits.replace(/^0+(?=\d)/, '')
  return { is: 'script', revision, title, extension: 'sql', role: 'script' }
}

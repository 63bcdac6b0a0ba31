import { usualLayout, type ScriptLayout } from '../layout/layout'
import type { SqlPart } from '../script'
import { readOneText } from '../sections/marked-sections'

/**
 * `<version>_<title>.sql`, or `.up.sql` and `.down.sql`; a first line `-- no-transaction`.
 * @see https://docs.rs/sqlx/latest/sqlx/macro.migrate.html
 */
export const sqlx: ScriptLayout = {
  ...usualLayout,
  zero: true,
  sections: (...text) => ({ upgrade: part(...text) }),
  part,
}

function part(text: string, file: string, shown?: string): SqlPart {
  const { upgrade } = readOneText(text, file, shown)
  if (!text.startsWith('-- no-transaction')) return upgrade
  return { ...upgrade, options: { ...upgrade.options, transaction: false } }
}

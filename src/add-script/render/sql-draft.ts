import type { ScriptLayout } from '../../script/layout/layout'
import { classify } from '../../script/parser/sql-work'
import type { SqlPart } from '../../script/script'
import { renderSection } from './render'
import type { Draft, WrittenStatement } from './script-draft'
import type { ScriptPart } from '../../change/model/script-part'

/**
 * The draft of SQL that is taken as it is; its own sections stay.
 * @param back the upgrade of it is the way back, where the SQL has none
 */
export async function sqlDraft(
  text: string,
  header: readonly string[],
  back: ScriptPart | undefined,
  layout: ScriptLayout,
): Promise<Draft> {
  const { markers } = layout
  const { upgrade, downgrade } = layout.sections(text, 'schema_diff_cmd')
  const { transaction } = await classify(upgrade)
  const lines = header.map((line) => `-- ${line}`.trimEnd()).join('\n')
  // markers cut the text: what is one direction alone is all of it
  const added = upgrade.text === text ? back : undefined
  const down = downgrade ? await pieces(downgrade) : added?.up
  const sql = added
    ? `${markers.up}\n${text.trim()}\n\n${renderSection(markers.down, added.up, added.transaction)}\n`
    : `${text.trim()}\n`
  return {
    purpose: '',
    sql: `${lines}\n\n${sql}`,
    up: await pieces(upgrade),
    ...(down && { down }),
    transaction: transaction !== 'none' && (added?.transaction ?? true),
  }
}

async function pieces(part: SqlPart): Promise<WrittenStatement[]> {
  const { text, statements } = await classify(part)
  return statements.map(({ start, end }) => ({
    sql: text.slice(start, end).trim().replace(/;$/, ''),
    comments: [],
  }))
}

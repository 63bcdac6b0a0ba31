import { readSections } from '../../script/sections/sections'
import { classify } from '../../script/parser/sql-work'
import type { SqlPart } from '../../script/script'
import { renderScript } from './render'
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
): Promise<Draft> {
  const { upgrade, downgrade } = readSections(text, 'schema_diff_cmd')
  const { transaction } = await classify(upgrade)
  const lines = header.map((line) => `-- ${line}`.trimEnd()).join('\n')
  const added = hasSections(text) ? undefined : back
  const down = downgrade ? await pieces(downgrade) : added?.up
  const sql = added ? `-- MIGRATE UP\n${text.trim()}\n\n${downSection(added)}` : `${text.trim()}\n`
  return {
    purpose: '',
    sql: `${lines}\n\n${sql}`,
    up: await pieces(upgrade),
    ...(down && { down }),
    transaction: transaction !== 'none' && (added?.transaction ?? true),
  }
}

function hasSections(text: string): boolean {
  return readSections(text, '').upgrade.text !== text
}

function downSection(part: ScriptPart): string {
  const { up: down, transaction: downTransaction } = part
  const reversed = {
    ...part,
    up: [],
    down,
    downTransaction,
    reversible: 'yes',
    losses: [],
  } as const
  const text = renderScript(reversed, { lines: [] })
  return text.slice(text.indexOf('-- MIGRATE DOWN'))
}

async function pieces(part: SqlPart): Promise<WrittenStatement[]> {
  const { text, statements } = await classify(part)
  return statements.map(({ start, end }) => ({
    sql: text.slice(start, end).trim().replace(/;$/, ''),
    comments: [],
  }))
}

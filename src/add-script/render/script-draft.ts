import type { FileParts } from '../../script/layout/script-name'
import type { ScriptLayout } from '../../script/layout/layout'
import { movePlace } from './render'
import type { ScriptPart, Statement } from '../../change/model/script-part'

/** A script that has no name yet. */
export interface Draft {
  /** Words after the title where a change needs several scripts; mostly empty. */
  purpose: string
  /** The whole `.sql` script, with the layout's sections. */
  sql: string
  /** The statements one by one, for TypeScript. */
  up: readonly WrittenStatement[]
  /** Absent: irreversible. */
  down?: readonly WrittenStatement[]
  /** Of TypeScript, which has one for both directions. */
  transaction: boolean
}

/** One statement with the lines that stand above it. */
export type WrittenStatement = Pick<Statement, 'sql' | 'comments' | 'moveHere'>

/** How a new script is written: one `.sql`, one `.ts`, or a `.ts` with its two `.sql` files. */
export type ScriptForm = 'sql' | 'ts' | 'pair'

/** One file of a script that has no name yet. */
export type DraftFile = Pick<FileParts, 'role' | 'extension'> & { text: string }

/** The draft of a difference's script. `sql` is what `renderScript` makes of the part. Pure. */
export function draftOf(part: ScriptPart, sql: string): Draft {
  const { purpose, up, down, reversible } = part
  const transaction = part.transaction && (down.length === 0 || part.downTransaction)
  const draft: Draft = { purpose, sql, up, transaction }
  // what needs no statement to be undone can be undone all the same
  return down.length === 0 && reversible === 'no' ? draft : { ...draft, down }
}

/** The files of a draft: what tells them apart in a layout, and their texts. Pure. */
export function filesOf(
  draft: Draft,
  form: ScriptForm,
  header: readonly string[],
  layout: ScriptLayout,
): DraftFile[] {
  if (form === 'sql') return [{ role: 'script', extension: 'sql', text: draft.sql }]
  const script = { role: 'script', extension: 'ts' } as const
  if (form === 'ts') return [{ ...script, text: typescript(draft, header, queries) }]
  const { upgrade, downgrade } = layout.sections(draft.sql, '')
  const down = draft.down && downgrade
  return [
    { ...script, text: typescript(draft, header, () => ['await context.runSql()']) },
    { role: 'upgrade', extension: 'sql', text: bare(upgrade.text) },
    ...(down ? [{ role: 'downgrade', extension: 'sql', text: bare(down.text) } as const] : []),
  ]
}

function bare(text: string): string {
  return `${text.trim()}\n`
}

function typescript(
  draft: Draft,
  header: readonly string[],
  body: (pieces: readonly WrittenStatement[]) => string[],
): string {
  const runsSql = body(draft.up).some((line) => line.includes('context.'))
  const parameters = runsSql
    ? '_queryRunner: QueryRunner, context: ScriptContext'
    : 'queryRunner: QueryRunner'
  const imports = [
    `import type { QueryRunner } from 'typeorm'`,
    ...(runsSql ? [`import type { ScriptContext } from 'typetrek'`] : []),
  ]
  const comment = header.map((line) => `// ${line}`.trimEnd())
  const transaction = draft.transaction ? [] : ['', 'export const transaction = false']
  const write = (direction: string, pieces: readonly WrittenStatement[]) => [
    '',
    `export async function ${direction}(${parameters}): Promise<void> {`,
    ...body(pieces).map((line) => `  ${line}`.trimEnd()),
    '}',
  ]
  return [
    ...comment,
    ...imports,
    ...transaction,
    ...write('upgrade', draft.up),
    ...(draft.down ? write('downgrade', draft.down) : []),
    '',
  ].join('\n')
}

function queries(pieces: readonly WrittenStatement[]): string[] {
  return pieces.flatMap(({ sql, comments, moveHere }) => [
    ...(moveHere ? [`// ${movePlace}`] : []),
    ...comments.map((line) => `// ${line}`),
    ...(sql === '' ? [] : [`await queryRunner.query(${templateLiteral(sql)})`]),
  ])
}

function templateLiteral(sql: string): string {
  return `\`${sql.replaceAll(/\\|`|\$\{/g, String.raw`\$&`)}\``
}

import { basename } from 'node:path'
import { MigrationError } from '../../errors'
import { labelOf } from '../../plan/notice'
import { lex } from '../../script/lexer/lexer'
import { classify } from '../../script/parser/sql-work'
import type { Script, SqlPart } from '../../script/script'
import { modulePiece, type CompanionTexts, type Piece } from './module-piece'
import type { Taken } from './module-squash'
import { bodyOf } from './sql-squash'

/**
 * A module that does what these scripts did, one after the other: modules stand in a function of their own
 * each, SQL is sent as it is. Where one part cannot run in a transaction, the others bring their own. The
 * hooks of the modules are called by hooks of the whole.
 * @param head comment lines
 * @throws {MigrationError} SQUASH_REFUSED
 */
export async function squashModules(
  scripts: readonly Script[],
  output: string,
  head: readonly string[],
): Promise<{ text: string; reversible: boolean }> {
  const taken: Taken = new Map([
    ['QueryRunner', 'typeorm ImportSpecifier QueryRunner'],
    ...contexts.map((name) => [name, `typetrek ImportSpecifier ${name}`] as const),
  ])
  const imports = new Set<string>()
  const pieces: Piece[] = []
  for (const script of scripts) {
    const sql = script.kind === 'sql' ? undefined : await companions(script)
    pieces.push(
      await (sql ? modulePiece(script, sql, { output, taken, imports }) : sqlPiece(script)),
    )
  }
  const reversible = pieces.every(({ down }) => down !== undefined)
  if (!reversible) refuseRecovery(scripts, pieces)
  return { text: moduleText(pieces, { head, imports, reversible }), reversible }
}

const contexts = ['ScriptContext', 'PartialContext', 'RollbackContext']

/** A `rollback` would be taken for the downgrade of the whole. */
function refuseRecovery(scripts: readonly Script[], pieces: readonly Piece[]): void {
  const script = scripts[pieces.findIndex(({ recover }) => recover !== undefined)]
  if (script) throw refused(script, 'has a rollback, and another script has no downgrade')
}

interface Whole {
  head: readonly string[]
  imports: Set<string>
  reversible: boolean
}

function moduleText(pieces: readonly Piece[], { head, imports, reversible }: Whole): string {
  const outside = pieces.some((piece) => piece.outside)
  const body = [
    ...(outside ? ['export const transaction = false', ''] : []),
    functionTexts(pieces, { outside, reversible }).join('\n\n'),
    ...(outside ? ['', inTransaction] : []),
    ...pieces.flatMap(({ declarations }) => (declarations === '' ? [] : ['', declarations])),
    '',
  ].join('\n')
  const types = contexts.filter((name) => body.includes(`: ${name}`))
  const own = [
    "import type { QueryRunner } from 'typeorm'",
    ...types.map((name) => `import type { ${name} } from 'typetrek'`),
  ]
  const isChecked = pieces.every(({ checked }) => checked)
  return [
    ...(isChecked ? [] : ['// @ts-nocheck']),
    ...head.map((line) => `// ${line}`.trimEnd()),
    ...withoutDoubles(new Set([...own, ...imports])),
    '',
    body,
  ].join('\n')
}

const inTransaction = `async function inTransaction(queryRunner: QueryRunner, work: () => Promise<unknown>): Promise<void> {
  await queryRunner.startTransaction()
  try {
    await work()
    await queryRunner.commitTransaction()
  } catch (error) {
    await queryRunner.rollbackTransaction()
    throw error
  }
}`

/** A type that is imported as a value too needs no import of its own. */
function withoutDoubles(imports: ReadonlySet<string>): string[] {
  return [...imports].filter(
    (line) =>
      !line.startsWith('import type') || !imports.has(line.replace('import type', 'import')),
  )
}

function functionTexts(
  pieces: readonly Piece[],
  { outside, reversible }: { outside: boolean; reversible: boolean },
): string[] {
  const recovers = has(pieces, 'recover')
  const calls = (of: (piece: Piece, at: number) => string | undefined) =>
    pieces.map((piece, at) => callText(piece, of(piece, at), outside))
  const begin = (at: number) => (recovers ? `begun = ${at + 1}\n` : '')
  const partial = ({ up, runPartial }: Piece, at: number) =>
    begin(at) + (runPartial ?? `if (!context.again) {\n  ${up.replaceAll('\n', '\n  ')}\n}`)
  const recovery = ({ recover }: Piece, at: number) => recover && `if (begun > ${at}) ${recover}`
  const texts = [
    recovers && '/** How many of the scripts have begun. */\nlet begun = 0',
    functionText(
      'upgrade',
      calls(({ up }, at) => begin(at) + up),
    ),
    reversible && functionText('downgrade', calls(({ down }) => down).toReversed()),
    has(pieces, 'runPartial') && functionText('runPartial', calls(partial), 'PartialContext'),
    has(pieces, 'runSkip') &&
      functionText(
        'runSkip',
        calls(({ runSkip }) => runSkip),
      ),
    recovers && functionText('rollback', calls(recovery).toReversed(), 'RollbackContext'),
    has(pieces, 'cleanup') && cleanupText(pieces),
  ]
  return texts.filter((text) => text !== false)
}

function has(pieces: readonly Piece[], hook: 'runPartial' | 'runSkip' | 'cleanup' | 'recover') {
  return pieces.some((piece) => piece[hook] !== undefined)
}

function callText(piece: Piece, call: string | undefined, outside: boolean): string {
  if (call === undefined) return ''
  const isAlone = !outside || piece.outside
  const whole = isAlone ? call : `await inTransaction(queryRunner, async () => {\n${call}\n})`
  return `  // ${piece.label}\n${whole.replace(/^(?=.)/gm, '  ')}`
}

function functionText(name: string, calls: readonly string[], context = 'ScriptContext'): string {
  const body = calls.filter((call) => call !== '').join('\n')
  return `export async function ${name}(queryRunner: QueryRunner, context: ${context}): Promise<void> {\n${body}\n}`
}

/** All are called, and the first failure counts. */
function cleanupText(pieces: readonly Piece[]): string {
  const calls = pieces.flatMap(({ label, cleanup }) =>
    cleanup === undefined ? [] : [`  // ${label}\n  await attempt(async () => { ${cleanup} })`],
  )
  return `export async function cleanup(queryRunner: QueryRunner, context: ScriptContext): Promise<void> {
  const failures: unknown[] = []
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      failures.push(error)
    }
  }
${calls.join('\n')}
  if (failures.length > 0) throw failures[0]
}`
}

async function sqlPiece(script: Script): Promise<Piece> {
  const { upgrade, downgrade } = script
  if (!upgrade) throw new Error(`script ${script.revision} has no upgrade`)
  const [up, down] = [
    await callsFor(script, upgrade, 'up'),
    downgrade && (await callsFor(script, downgrade, 'down')),
  ]
  return {
    label: labelOf(script),
    declarations: [up.declarations, down?.declarations].filter(Boolean).join('\n'),
    up: up.call,
    ...(down && { down: down.call }),
    outside: up.outside || (down?.outside ?? false),
    checked: true,
  }
}

/** SQL in a message, or where it cannot run in a transaction statement by statement. */
async function callsFor(script: Script, part: SqlPart, direction: string) {
  const { transaction, copies } = await classify(part)
  if (copies.length > 0)
    throw refused(script, 'holds data for COPY, which only a SQL script can have')
  const outside = transaction === 'none' || !part.options.transaction
  const text = bodyOf(part)
  const name = `${direction}${script.revision}`
  const { statements } = lex(text)
  const list = outside
    ? statements.map(({ firstTokenStart, end }) => text.slice(firstTokenStart, end))
    : [text.trimEnd()]
  const literals = list.map((one) => `  \`${one.replace(/[\\`]|\$\{/g, '\\$&')}\`,`)
  const declarations = `const ${name} = [\n${literals.join('\n')}\n]`
  return { declarations, call: `for (const sql of ${name}) await queryRunner.query(sql)`, outside }
}

/** The SQL files of a module, which it runs with `context.runSql()`. */
async function companions(script: Script): Promise<CompanionTexts> {
  const { upgrade, downgrade, revision } = script
  const [up, down] = [
    upgrade && (await callsFor(script, upgrade, 'up')),
    downgrade && (await callsFor(script, downgrade, 'down')),
  ]
  return {
    declarations: [up?.declarations, down?.declarations].filter(Boolean).join('\n'),
    up: up && `up${revision}`,
    down: down && `down${revision}`,
  }
}

function refused(script: Script, what: string): MigrationError {
  return new MigrationError('SQUASH_REFUSED', `${basename(script.file)} ${what}`, {
    file: script.file,
    hint: 'Squash the scripts before and after it apart.',
  })
}

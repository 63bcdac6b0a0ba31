import { basename } from 'node:path'
import { MigrationError } from '../../errors'
import { labelOf } from '../../plan/notice'
import { lex } from '../../script/lexer/lexer'
import { classify } from '../../script/parser/sql-work'
import type { Script, SqlPart } from '../../script/script'
import { loadModule } from '../../script/typescript/load-module'
import { loadScript } from '../../script/typescript/load-script'
import { takeApart, type Taken } from './module-squash'
import { bodyOf } from './sql-squash'

/** One script as code: what its two directions call, and what they need above. */
interface Piece {
  label: string
  declarations: string
  up: string
  /** Absent: it has no downgrade. */
  down?: string
  outside: boolean
}

/**
 * A module that does what these scripts did, one after the other: modules stand in a function of their own
 * each, SQL is sent as it is. Where one part cannot run in a transaction, the others bring their own.
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
    ['ScriptContext', 'typetrek ImportSpecifier ScriptContext'],
  ])
  const imports = new Set([
    "import type { QueryRunner } from 'typeorm'",
    "import type { ScriptContext } from 'typetrek'",
  ])
  const pieces: Piece[] = []
  for (const script of scripts) {
    const piece = script.kind === 'sql' ? await sqlPiece(script) : undefined
    pieces.push(piece ?? (await modulePiece(script, { output, taken, imports })))
  }
  const reversible = pieces.every(({ down }) => down !== undefined)
  const outside = pieces.some((piece) => piece.outside)
  const downs = pieces.toReversed().map((piece) => ({ ...piece, up: piece.down ?? '' }))
  const lines = [
    ...head.map((line) => `// ${line}`.trimEnd()),
    ...withoutDoubles(imports),
    '',
    ...(outside ? ['export const transaction = false', ''] : []),
    functionText('upgrade', pieces, outside),
    ...(reversible ? ['', functionText('downgrade', downs, outside)] : []),
    ...(outside ? ['', inTransaction] : []),
    ...pieces.flatMap(({ declarations }) => (declarations === '' ? [] : ['', declarations])),
    '',
  ]
  return { text: lines.join('\n'), reversible }
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

function functionText(name: string, pieces: readonly Piece[], outside: boolean): string {
  const calls = pieces.map((piece) => {
    const alone = !outside || piece.outside
    const call = alone
      ? piece.up
      : `await inTransaction(queryRunner, async () => {\n${piece.up}\n})`
    return `  // ${piece.label}\n${call.replace(/^(?=.)/gm, '  ')}`
  })
  return `export async function ${name}(queryRunner: QueryRunner, context: ScriptContext): Promise<void> {\n${calls.join('\n')}\n}`
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

interface Output {
  output: string
  taken: Taken
  imports: Set<string>
}

async function modulePiece(script: Script, { output, taken, imports }: Output): Promise<Piece> {
  const { runPartial, runSkip, cleanup, recover, downgrade, transaction } = await loadScript(script)
  if (runPartial ?? runSkip ?? cleanup ?? recover)
    throw refused(
      script,
      'has functions besides upgrade and downgrade, which a squashed one cannot have',
    )
  const parts = takeApart(script.file, output, taken)
  for (const line of parts.imports) imports.add(line)
  const { holder, up, down } = await formOf(script, parts.exported)
  const name = `script${script.revision}`
  const sql = await companions(script)
  const own = sql.declarations === '' ? '' : `${sql.declarations}\n`
  const given = (part: string | undefined) =>
    part === undefined
      ? 'context'
      : `{ ...context, runSql: async (file) => (file === undefined ? void (await queryRunner.query(${part}.join('\\n'))) : context.runSql(file)) }`
  const call = (method: string, part: string | undefined) =>
    `await ${name}.${method}(queryRunner, ${given(part)})`
  return {
    label: labelOf(script),
    declarations: `${own}const ${name} = (() => {\n${parts.body.replace(/^(?=.)/gm, '  ')}\n  return ${holder}\n})()`,
    up: call(up, sql.up),
    ...(downgrade && { down: call(down, sql.down) }),
    outside: !transaction,
  }
}

/** The SQL files of a module, which it runs with `context.runSql()`. */
async function companions(script: Script) {
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

/** How the functions of a module are reached, by what it exports. */
async function formOf(script: Script, exported: readonly string[]) {
  if (exported.includes('upgrade')) {
    const names = ['upgrade', 'downgrade'].filter((name) => exported.includes(name))
    return { holder: `{ ${names.join(', ')} }`, up: 'upgrade', down: 'downgrade' }
  }
  const values = await loadModule(script.file)
  const found = exported
    .map((name) => ({ name, value: values[name] as { prototype?: Record<string, unknown> } }))
    .find(({ value }) => value?.prototype?.['up'] ?? value?.prototype?.['upgrade'])
  if (!found) throw refused(script, 'exports neither functions nor a class with up and down')
  const local = found.name === 'default' ? 'byDefault' : found.name
  const isTypeorms = found.value.prototype?.['up'] !== undefined
  const [up, down] = isTypeorms ? ['up', 'down'] : ['upgrade', 'downgrade']
  return { holder: `new ${local}()`, up, down }
}

function refused(script: Script, what: string): MigrationError {
  return new MigrationError('SQUASH_REFUSED', `${basename(script.file)} ${what}`, {
    file: script.file,
    hint: 'Squash the scripts before and after it apart.',
  })
}

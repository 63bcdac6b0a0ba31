import { createRequire } from 'node:module'
import { labelOf } from '../../plan/notice'
import type { Script } from '../../script/script'
import { loadScript, openModule, type OpenModule } from '../../script/typescript/load-script'
import { isClass, isFunction, type Exports } from '../../script/typescript/module-forms'
import { takeApart, type ModuleParts, type Taken } from './module-squash'

/** One script as code: what the functions of the whole call, and what they need above. */
export interface Piece {
  label: string
  declarations: string
  up: string
  /** Absent: it has no downgrade. */
  down?: string
  runPartial?: string
  runSkip?: string
  cleanup?: string
  /** Its `rollback`, as it recovers after a failure. */
  recover?: string
  outside: boolean
  /** False: it is no TypeScript that a compiler would check. */
  checked: boolean
}

/** Where a squashed module is to be, and what those before have imported. */
export interface SquashOutput {
  output: string
  taken: Taken
  imports: Set<string>
}

/** The SQL files of a module, as code: the names of their lists, and these. */
export interface CompanionTexts {
  declarations: string
  up?: string | undefined
  down?: string | undefined
}

/**
 * A module in a function of its own, and the calls of what it has.
 * @throws {MigrationError} SQUASH_REFUSED for an export that cannot be taken apart; what loading it ends in
 */
export async function modulePiece(
  script: Script,
  sql: CompanionTexts,
  { output, taken, imports }: SquashOutput,
): Promise<Piece> {
  const { downgrade, recover, transaction } = await loadScript(script)
  const open = await openModule(script)
  const { form, holder } = open
  const parts = takeApart(script.file, output, taken)
  for (const line of parts.imports) imports.add(line)
  const name = `script${script.revision}`
  const hooks = hookNames(open)
  const call = (method: string | undefined, companion?: string, more?: string) =>
    method && `await ${name}.${method}(queryRunner, ${contextText(companion, more)})`
  const own = isFunction(holder[form.downgrade])
  const down = own ? call(form.downgrade, sql.down) : call(hooks.rollback, sql.down, 'force: true')
  return {
    label: labelOf(script),
    declarations: declarationsOf(script, sql, open, parts),
    up: call(form.upgrade, sql.up)!,
    ...(downgrade && { down: down! }),
    ...given({
      runPartial: call(hooks.runPartial, sql.up),
      runSkip: call(hooks.runSkip, sql.up),
      cleanup: call(hooks.cleanup),
      recover: recover && call(hooks.rollback, sql.down),
    }),
    outside: !transaction,
    checked: parts.exported !== undefined && /\.[mc]?ts$/.test(script.file),
  }
}

type Calls = Partial<Record<'runPartial' | 'runSkip' | 'cleanup' | 'recover', string | undefined>>

function given(calls: Calls): Partial<Piece> {
  return Object.fromEntries(Object.entries(calls).filter(([, call]) => call !== undefined))
}

/** The names of the hooks that a module has; a class of TypeORM's has none. */
function hookNames({ form, holder }: OpenModule) {
  const named = (...names: string[]) =>
    form.upgrade === 'up' ? undefined : names.find((name) => isFunction(holder[name]))
  return {
    runPartial: named('runPartial', 'run_partial'),
    runSkip: named('runSkip', 'run_skip'),
    cleanup: named('cleanup'),
    rollback: named('rollback'),
  }
}

function contextText(companion: string | undefined, more: string | undefined): string {
  const sql =
    companion &&
    `runSql: async (file) => (file === undefined ? void (await queryRunner.query(${companion}.join('\\n'))) : context.runSql(file))`
  const own = [more, sql].filter((part) => part !== undefined)
  return own.length === 0 ? 'context' : `{ ...context, ${own.join(', ')} }`
}

function declarationsOf(
  script: Script,
  { declarations }: CompanionTexts,
  open: OpenModule,
  parts: ModuleParts,
): string {
  const lists = declarations === '' ? '' : `${declarations}\n`
  const body = parts.body.replace(/^(?=.)/gm, '  ')
  return `${lists}const script${script.revision}: ${typeOf(open)} = (() => {\n${body}\n  return ${holderText(script, open, parts)}\n})()`
}

/** A function may take fewer parameters than it is given. */
function typeOf(open: OpenModule): string {
  const { form, holder } = open
  const { rollback, ...hooks } = hookNames(open)
  const names = [form.upgrade, form.downgrade, ...Object.values(hooks)]
  const members = names
    .filter((name) => name !== undefined && isFunction(holder[name]))
    .map((name) => `${name}(queryRunner: QueryRunner, context: ScriptContext): unknown`)
  if (rollback !== undefined)
    members.push('rollback(queryRunner: QueryRunner, context: RollbackContext): unknown')
  return `{ ${members.join('; ')} }`
}

/** The expression that gives what has the functions, within the module's own function. */
function holderText(script: Script, open: OpenModule, { exported: locals }: ModuleParts): string {
  const { exported, form } = open
  const path = form.value === exported ? [] : pathTo(exported, form.value)
  if (!path) throw new Error(`${script.file} does not export what it runs`)
  const value = locals ? localText(exported, path, locals) : commonJsText(script.file, path)
  if (!isClass(form.value)) return value
  return /^[\w$.]+$/.test(value) ? `new ${value}()` : `new (${value})()`
}

function localText(
  exported: Exports,
  [first, ...rest]: readonly string[],
  locals: ReadonlyMap<string, string>,
): string {
  if (first !== undefined) return `${locals.get(first) ?? first}${rest.map(member).join('')}`
  const functions = Array.from(locals).filter(([name]) => isFunction(exported[name]))
  return `{ ${functions.map(([name, local]) => (name === local ? name : `${name}: ${local}`)).join(', ')} }`
}

/** What is exported alone comes as the default. */
function commonJsText(file: string, [first, ...rest]: readonly string[]): string {
  const isAlone = first === 'default' && typeof createRequire(file)(file) === 'function'
  const path = first === undefined || isAlone ? rest : [first, ...rest]
  return `module.exports${path.map(member).join('')}`
}

function member(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
}

function pathTo(from: unknown, value: unknown, depth = 0): string[] | undefined {
  if (from === value) return []
  if (typeof from !== 'object' || from === null || depth > 3) return undefined
  for (const [name, inner] of Object.entries(from)) {
    const path = pathTo(inner, value, depth + 1)
    if (path) return [name, ...path]
  }
  return undefined
}

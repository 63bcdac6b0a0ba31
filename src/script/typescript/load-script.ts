import { basename } from 'node:path'
import type { QueryRunner } from 'typeorm'
import { MigrationError } from '../../errors'
import { loadModule } from './load-module'
import type { Script } from '../script'

/** One direction of a TypeScript script; `context` is whatever the run hands to scripts. */
export type ScriptFunction<Context = unknown> = (
  queryRunner: QueryRunner,
  context: Context,
) => Promise<void>

/** A script's module, in one form whichever way it was written. */
export interface LoadedScript<Context = unknown> {
  upgrade: ScriptFunction<Context>
  /** Absent means irreversible. A `rollback` where there is no `downgrade`. */
  downgrade?: ScriptFunction<Context>
  /** What `rebuild` runs instead of the upgrade. */
  runPartial?: ScriptFunction<Context>
  /** What `skip` and `mark` run. */
  runSkip?: ScriptFunction<Context>
  /** A `rollback`, as it recovers after a failure. */
  recover?: ScriptFunction<Context>
  /** Called at the end, whatever came of the script. */
  cleanup?: ScriptFunction<Context>
  /** False: the script asked to run outside a transaction. */
  transaction: boolean
}

type Exports = Record<string, unknown>

const hint = `Write either

  export async function upgrade(queryRunner, context) { … }
  export async function downgrade(queryRunner, context) { … }   // optional

or a class or an object with those, or with migratore's run, runPartial, runSkip, rollback and cleanup,
or one class of TypeORM's:

  export class AddUsers implements MigrationInterface {
    async up(queryRunner) { … }
    async down(queryRunner) { … }
  }`

/**
 * Loads the module of a `ts` or `mixed` script. It may export `upgrade` and `downgrade` functions, an
 * object or a class with those as its default, migratore's `run` and `rollback` in the same ways or as
 * `migration`, or exactly one class that implements TypeORM's MigrationInterface, which has no hooks; a step of a graph of
 * revisions one function `runMigration`. Classes are constructed once, without arguments. Runs the module's top level,
 * nothing else.
 *
 * @throws {MigrationError} SCRIPT_NOT_LOADABLE when the module does not load, SCRIPT_INVALID when it
 *   exports neither form, both, or something that is not a function
 */
export async function loadScript<Context = unknown>(
  script: Script,
): Promise<LoadedScript<Context>> {
  const { file, module } = script
  const exported = module ? { ...module } : await loadModule(file)
  const forms = script.edge ? edgeForms(exported) : formsOf(exported, script.migration)
  const [form, other] = forms
  if (!form) throw invalid(file, 'exports neither an upgrade function nor a migration class')
  if (other) throw invalid(file, `exports ${form.called} and ${other.called}, one too many`)
  const holder = form.holder(file)
  const upgrade = operation<Context>(file, holder, form.upgrade)
  const hooks = form.upgrade === 'up' ? {} : hooksOf<Context>(file, holder)
  const downgrade = operation<Context>(file, holder, form.downgrade) ?? reverting(hooks.rollback)
  if (!upgrade) throw invalid(file, `has no ${form.upgrade} function`)
  const transaction = exported['transaction'] ?? holder['transaction'] ?? true
  if (typeof transaction !== 'boolean') {
    throw invalid(file, `has a transaction that is ${nameOf(transaction)}, not true or false`)
  }
  const { runPartial, runSkip, cleanup, rollback } = hooks
  return {
    upgrade,
    transaction,
    ...(downgrade && { downgrade }),
    ...(runPartial && { runPartial }),
    ...(runSkip && { runSkip }),
    ...(cleanup && { cleanup }),
    ...(rollback && { recover: rollback(false) }),
  }
}

interface Hooks<Context> {
  runPartial?: ScriptFunction<Context> | undefined
  runSkip?: ScriptFunction<Context> | undefined
  cleanup?: ScriptFunction<Context> | undefined
  rollback?: ((force: boolean) => ScriptFunction<Context>) | undefined
}

/** By migratore's names, in either spelling. */
function hooksOf<Context>(file: string, holder: Exports): Hooks<Context> {
  const rollback = operation<Context>(file, holder, 'rollback')
  return {
    runPartial:
      operation<Context>(file, holder, 'runPartial') ?? operation(file, holder, 'run_partial'),
    runSkip: operation<Context>(file, holder, 'runSkip') ?? operation(file, holder, 'run_skip'),
    cleanup: operation<Context>(file, holder, 'cleanup'),
    rollback:
      rollback &&
      ((force) => (queryRunner, context) => rollback(queryRunner, { ...context, force })),
  }
}

function reverting<Context>(rollback: Hooks<Context>['rollback']) {
  return rollback?.(true)
}

interface Form {
  called: string
  holder: (file: string) => Exports
  upgrade: string
  downgrade: string
}

/** A module that goes one way has one function, under asyncpg-trek's name or one of ours. */
function edgeForms(exported: Exports): Form[] {
  const names = ['runMigration', 'run_migration', 'upgrade', 'downgrade', 'up', 'down']
  return names
    .filter((name) => isFunction(exported[name]))
    .map((name) => ({
      called: `the function ${name}`,
      holder: () => exported,
      upgrade: name,
      downgrade: name,
    }))
}

const functions = { upgrade: 'upgrade', downgrade: 'downgrade' } as const
const methods = { upgrade: 'up', downgrade: 'down' } as const

/** @param migration the name of the class that is meant, where there are several */
function formsOf(exported: Readonly<Exports>, migration: string | undefined): Form[] {
  const forms: Form[] = []
  if ('upgrade' in exported || 'downgrade' in exported) {
    forms.push({ called: 'the functions', holder: () => exported, ...functions })
  }
  const byDefault = exported['default']
  if (hasOperations(byDefault)) {
    const holder = isClass(byDefault) ? constructing(byDefault) : () => byDefault
    forms.push({ called: 'a default with upgrade', holder, ...functions })
  }
  const classes = classesIn(exported)
  const found = classes.filter((one) => isFunction(prototypeOf(one)['up']))
  const named = found.length > 1 ? found.filter((one) => isNamed(one, migration)) : []
  const migrations = named.length > 0 ? named : found
  for (const one of migrations) {
    forms.push({ called: `the class ${one.name}`, holder: constructing(one), ...methods })
  }
  if (forms.length > 0) return forms
  const runs = runsAmong(exported, classes)
  const [only, another] = classes
  if (runs.length > 0 || !only || another) return runs
  return [{ called: `the class ${only.name}`, holder: constructing(only), ...methods }]
}

const migratore = { upgrade: 'run', downgrade: 'downgrade' } as const

/** A `run` of the module, of its default or its `migration`, or of a class. */
function runsAmong(exported: Exports, classes: readonly Constructor[]): Form[] {
  if (isFunction(exported['run']))
    return [{ called: 'the functions', holder: () => exported, ...migratore }]
  const objects = [exported['default'], exported['migration']].filter(
    (one): one is Exports => typeof one === 'object' && one !== null && 'run' in one,
  )
  const [object] = objects
  if (object) return [{ called: 'an object with run', holder: () => object, ...migratore }]
  return classes
    .filter((one) => isFunction(prototypeOf(one)['run']))
    .map((one) => ({ called: `the class ${one.name}`, holder: constructing(one), ...migratore }))
}

/** TypeORM looks for classes in what a module exports, and in lists and objects of them. */
function classesIn(exported: unknown, depth = 0): Constructor[] {
  if (isClass(exported)) return [exported]
  if (typeof exported !== 'object' || exported === null || depth > 3) return []
  const found = Object.values(exported).flatMap((one) => classesIn(one, depth + 1))
  return Array.from(new Set(found))
}

/** True of the class that TypeORM knows by this name. */
function isNamed(one: Constructor, migration: string | undefined): boolean {
  if (migration === undefined) return false
  if (one.name === migration) return true
  try {
    return new one()['name'] === migration
  } catch {
    return false // it is not the one, or constructing it will tell
  }
}

type Constructor = new () => Exports

function isClass(value: unknown): value is Constructor {
  // an arrow, a method or an async function has none, and cannot be constructed
  if (!isFunction(value) || !Object.hasOwn(value, 'prototype')) return false
  const written = Function.prototype.toString.call(value)
  // What was compiled for old runtimes is a function with methods.
  return /^class\b/.test(written) || Object.getOwnPropertyNames(value.prototype ?? {}).length > 1
}

function isFunction(value: unknown): value is (...values: unknown[]) => unknown {
  return typeof value === 'function'
}

function hasOperations(value: unknown): value is Exports {
  const holder = isClass(value) ? prototypeOf(value) : value
  if (typeof holder !== 'object' || holder === null) return false
  return 'upgrade' in holder || 'downgrade' in holder
}

function prototypeOf(constructor: Constructor): Exports {
  return constructor.prototype as Exports
}

function constructing(constructor: Constructor): (file: string) => Exports {
  return (file) => {
    try {
      return new constructor()
    } catch (cause) {
      const fact = cause instanceof Error ? cause.message : String(cause)
      const name = `the class ${constructor.name}`
      const way = 'It is constructed without arguments; give what it needs in up and down.'
      throw invalid(file, `has ${name}, which cannot be constructed: ${fact}`, way, cause)
    }
  }
}

function operation<Context>(
  file: string,
  holder: Readonly<Exports>,
  name: string,
): ScriptFunction<Context> | undefined {
  const work = holder[name]
  if (work === undefined) return undefined
  if (!isFunction(work))
    throw invalid(file, `has ${an(name)} that is ${nameOf(work)}, not a function`)
  return async (queryRunner, context) => {
    await work.call(holder, queryRunner, context)
  }
}

function an(name: string): string {
  return /^[aeiou]/.test(name) ? `an ${name}` : `a ${name}`
}

function nameOf(value: unknown): string {
  return value === null ? 'null' : isClass(value) ? 'a class' : `of type ${typeof value}`
}

function invalid(file: string, fact: string, way = hint, cause?: unknown): MigrationError {
  return new MigrationError('SCRIPT_INVALID', `${basename(file)} ${fact}`, {
    file,
    hint: way,
    cause,
  })
}

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
  /** Absent means irreversible. */
  downgrade?: ScriptFunction<Context>
  /** False: the script asked to run outside a transaction. */
  transaction: boolean
}

type Exports = Record<string, unknown>

const hint = `Write either

  export async function upgrade(queryRunner, context) { … }
  export async function downgrade(queryRunner, context) { … }   // optional

or one class of TypeORM's:

  export class AddUsers implements MigrationInterface {
    async up(queryRunner) { … }
    async down(queryRunner) { … }
  }`

/**
 * Loads the module of a `ts` or `mixed` script. It may export `upgrade` and `downgrade` functions, an
 * object or a class with those as its default, or exactly one class that implements TypeORM's
 * MigrationInterface. Classes are constructed once, without arguments. Runs the module's top level,
 * nothing else.
 *
 * @throws {MigrationError} SCRIPT_NOT_LOADABLE when the module does not load, SCRIPT_INVALID when it
 *   exports neither form, both, or something that is not a function
 */
export async function loadScript<Context = unknown>(
  script: Script,
): Promise<LoadedScript<Context>> {
  const { file } = script
  const exported = script.module ?? (await loadModule(file))
  const forms = formsOf(exported, script.migration)
  const [form, other] = forms
  if (!form) throw invalid(file, 'exports neither an upgrade function nor a migration class')
  if (other) throw invalid(file, `exports ${form.called} and ${other.called}, one too many`)
  const holder = form.holder(file)
  const upgrade = operation<Context>(file, holder, form.upgrade)
  const downgrade = operation<Context>(file, holder, form.downgrade)
  if (!upgrade) throw invalid(file, `has no ${form.upgrade} function`)
  const transaction = exported['transaction'] ?? holder['transaction'] ?? true
  if (typeof transaction !== 'boolean') {
    throw invalid(file, `has a transaction that is ${nameOf(transaction)}, not true or false`)
  }
  return { upgrade, transaction, ...(downgrade ? { downgrade } : {}) }
}

interface Form {
  called: string
  holder: (file: string) => Readonly<Exports>
  upgrade: 'upgrade' | 'up'
  downgrade: 'downgrade' | 'down'
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
  const [only, another] = classes
  if (forms.length > 0 || !only || another) return forms
  return [{ called: `the class ${only.name}`, holder: constructing(only), ...methods }]
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

import { basename } from 'node:path'
import { MigrationError } from '../../errors'

/** What a module exports, or an object in that. */
export type Exports = Record<string, unknown>

const hint = `Write either

  export async function upgrade(queryRunner, context) { … }
  export async function downgrade(queryRunner, context) { … }   // optional

or a class or an object with those, or with migratore's run, runPartial, runSkip, rollback and cleanup,
or one class of TypeORM's:

  export class AddUsers implements MigrationInterface {
    async up(queryRunner) { … }
    async down(queryRunner) { … }
  }`

/** Where a module has its functions, and what they are called. */
export interface ModuleForm {
  /** For a person. */
  called: string
  /** What has them: the exports, an object in them, or a class. */
  value: Exports | Constructor
  upgrade: string
  downgrade: string
}

/** A module that goes one way has one function, under asyncpg-trek's name or one of ours. */
export function edgeForms(exported: Exports): ModuleForm[] {
  const names = ['runMigration', 'run_migration', 'upgrade', 'downgrade', 'up', 'down']
  return names
    .filter((name) => isFunction(exported[name]))
    .map((name) => ({
      called: `the function ${name}`,
      value: exported,
      upgrade: name,
      downgrade: name,
    }))
}

const functions = { upgrade: 'upgrade', downgrade: 'downgrade' } as const
const methods = { upgrade: 'up', downgrade: 'down' } as const

/**
 * The forms that a module has: one where it can be run. Pure, but for classes, of which some are constructed.
 * @param migration the name of the class that is meant, where there are several
 */
export function formsOf(exported: Exports, migration: string | undefined): ModuleForm[] {
  const forms: ModuleForm[] = []
  if ('upgrade' in exported || 'downgrade' in exported) {
    forms.push({ called: 'the functions', value: exported, ...functions })
  }
  const byDefault = exported['default']
  if (hasOperations(byDefault)) {
    forms.push({ called: 'a default with upgrade', value: byDefault, ...functions })
  }
  const classes = classesIn(exported)
  const found = classes.filter((one) => isFunction(prototypeOf(one)['up']))
  const named = found.length > 1 ? found.filter((one) => isNamed(one, migration)) : []
  const migrations = named.length > 0 ? named : found
  for (const one of migrations) {
    forms.push({ called: `the class ${one.name}`, value: one, ...methods })
  }
  if (forms.length > 0) return forms
  const runs = runsAmong(exported, classes)
  const [only, another] = classes
  if (runs.length > 0 || !only || another) return runs
  return [{ called: `the class ${only.name}`, value: only, ...methods }]
}

const migratore = { upgrade: 'run', downgrade: 'downgrade' } as const

/** A `run` of the module, of its default or its `migration`, or of a class. */
function runsAmong(exported: Exports, classes: readonly Constructor[]): ModuleForm[] {
  if (isFunction(exported['run']))
    return [{ called: 'the functions', value: exported, ...migratore }]
  const objects = [exported['default'], exported['migration']].filter(
    (one): one is Exports => typeof one === 'object' && one !== null && 'run' in one,
  )
  const [object] = objects
  if (object) return [{ called: 'an object with run', value: object, ...migratore }]
  return classes
    .filter((one) => isFunction(prototypeOf(one)['run']))
    .map((one) => ({ called: `the class ${one.name}`, value: one, ...migratore }))
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

/** A class of migrations. */
export type Constructor = new () => Exports

/** True of what can be constructed, also where it was compiled for old runtimes. */
export function isClass(value: unknown): value is Constructor {
  // an arrow, a method or an async function has none, and cannot be constructed
  if (!isFunction(value) || !Object.hasOwn(value, 'prototype')) return false
  const written = Function.prototype.toString.call(value)
  // What was compiled for old runtimes is a function with methods.
  return /^class\b/.test(written) || Object.getOwnPropertyNames(value.prototype ?? {}).length > 1
}

/** True of a function of any kind. */
export function isFunction(value: unknown): value is (...values: unknown[]) => unknown {
  return typeof value === 'function'
}

function hasOperations(value: unknown): value is Exports | Constructor {
  const holder = isClass(value) ? prototypeOf(value) : value
  if (typeof holder !== 'object' || holder === null) return false
  return 'upgrade' in holder || 'downgrade' in holder
}

function prototypeOf(constructor: Constructor): Exports {
  return constructor.prototype as Exports
}

/**
 * What has a form's functions: a class is constructed, without arguments.
 * @throws {MigrationError} SCRIPT_INVALID where its constructor throws
 */
export function holderOf(file: string, { value }: ModuleForm): Exports {
  if (!isClass(value)) return value
  try {
    return new value()
  } catch (cause) {
    const fact = cause instanceof Error ? cause.message : String(cause)
    const name = `the class ${value.name}`
    const way = 'It is constructed without arguments; give what it needs in up and down.'
    throw invalid(file, `has ${name}, which cannot be constructed: ${fact}`, way, cause)
  }
}

/** SCRIPT_INVALID about a module, with what it may look like instead. */
export function invalid(file: string, fact: string, way = hint, cause?: unknown): MigrationError {
  return new MigrationError('SCRIPT_INVALID', `${basename(file)} ${fact}`, {
    file,
    hint: way,
    cause,
  })
}

import type { QueryRunner } from 'typeorm'
import { loadModule } from './load-module'
import {
  edgeForms,
  formsOf,
  holderOf,
  invalid,
  isClass,
  isFunction,
  type Exports,
  type ModuleForm,
} from './module-forms'
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
  /** What `rebuild` runs instead of the upgrade; `again` of a script that is applied. */
  runPartial?: (again: boolean) => ScriptFunction<Context>
  /** What `skip` and `mark` run. */
  runSkip?: ScriptFunction<Context>
  /** A `rollback`, as it recovers after a failure. */
  recover?: ScriptFunction<Context>
  /** Called at the end, whatever came of the script. */
  cleanup?: ScriptFunction<Context>
  /** False: the script asked to run outside a transaction. */
  transaction: boolean
}

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
  const { file } = script
  const { exported, form, holder } = await openModule(script)
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

/** A script's module, and where in it the functions are. */
export interface OpenModule {
  exported: Exports
  form: ModuleForm
  /** What has the functions: an instance where they are a class's. */
  holder: Exports
}

/**
 * Loads the module of a script, and finds its functions.
 * @throws {MigrationError} as `loadScript`
 */
export async function openModule({ file, module, edge, migration }: Script): Promise<OpenModule> {
  const exported = module ? { ...module } : await loadModule(file)
  const [form, other] = edge ? edgeForms(exported) : formsOf(exported, migration)
  if (!form) throw invalid(file, 'exports neither an upgrade function nor a migration class')
  if (other) throw invalid(file, `exports ${form.called} and ${other.called}, one too many`)
  return { exported, form, holder: holderOf(file, form) }
}

interface Hooks<Context> {
  runPartial?: ((again: boolean) => ScriptFunction<Context>) | undefined
  runSkip?: ScriptFunction<Context> | undefined
  cleanup?: ScriptFunction<Context> | undefined
  rollback?: ((force: boolean) => ScriptFunction<Context>) | undefined
}

/** By migratore's names, in either spelling. */
function hooksOf<Context>(file: string, holder: Exports): Hooks<Context> {
  const rollback = operation<Context>(file, holder, 'rollback')
  const runPartial =
    operation<Context>(file, holder, 'runPartial') ??
    operation<Context>(file, holder, 'run_partial')
  return {
    runPartial:
      runPartial &&
      ((again) => (queryRunner, context) => runPartial(queryRunner, { ...context, again })),
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

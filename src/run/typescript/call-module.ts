import type { QueryRunner } from 'typeorm'
import { basename } from 'node:path'
import { interrupted, MigrationError } from '../../errors'
import type { ScriptContext } from '../../script/context'
import type { ScriptFunction } from '../../script/typescript/load-script'
import type { PreparedModule } from '../prepare/prepared-step'
import type { Execution } from '../session/execution'
import { scriptContext } from './script-context'
import { provideHistory } from './typeorm-history'
import { timed } from '../session/timed'

/** Calls the script's function for its operation, with what it is given. */
export async function callModule(
  execution: Execution,
  prepared: PreparedModule,
  queryRunner: QueryRunner,
): Promise<void> {
  await provideHistory(execution, prepared)
  await callFunction(execution, prepared, queryRunner, functionOf(prepared))
}

/** Calls one function of a script, and reports its queries where somebody listens. */
export async function callFunction(
  execution: Execution,
  prepared: PreparedModule,
  queryRunner: QueryRunner,
  run: ScriptFunction<ScriptContext> | undefined,
): Promise<void> {
  const context = scriptContext(execution, prepared, queryRunner)
  await timedQueries(execution, prepared, queryRunner, () =>
    orAbandoned(execution, Promise.resolve(run?.(queryRunner, context))),
  )
}

function functionOf({
  step,
  code,
  file,
}: PreparedModule): ScriptFunction<ScriptContext> | undefined {
  const { runPartial } = code
  const { again = false } = step
  switch (step.operation) {
    case 'run':
      return code.upgrade
    case 'run_partial':
      if (runPartial) return runPartial(again)
      if (again) throw noPartial(file)
      return code.upgrade
    case 'run_skip':
      return code.runSkip
    case 'rollback':
      return code.downgrade
  }
}

/** Its text has the name, and its module has not the function. */
function noPartial(file: string): MigrationError {
  return new MigrationError('SCRIPT_INVALID', `${basename(file)} has no runPartial function`, {
    hint: 'An applied script is rebuilt by that alone: write one, or revert the script and apply it.',
    file,
  })
}

/** Reports each query of the script where somebody listens; TypeORM sends all of its own by this method. */
async function timedQueries(
  execution: Execution,
  prepared: PreparedModule,
  queryRunner: QueryRunner,
  work: () => Promise<void>,
): Promise<void> {
  if (!execution.context.observer.statement) return work()
  const query = queryRunner.query.bind(queryRunner) as (...given: unknown[]) => Promise<unknown>
  const reported = (text: string, ...more: unknown[]) =>
    timed(execution, prepared, text, () => query(text, ...more))
  Object.defineProperty(queryRunner, 'query', {
    value: reported,
    configurable: true,
    writable: true,
  })
  try {
    await work()
  } finally {
    Reflect.deleteProperty(queryRunner, 'query')
  }
}

/** How long a script that is told to stop may go on, when it waits for something else than the database. */
const grace = 3000

/**
 * Waits for a script's function; for one that does not end when it is told to, no longer than the grace.
 * Its connection is ended then, so that whatever it does later does nothing to the database.
 */
async function orAbandoned(
  { context, work, lock }: Execution,
  script: Promise<void>,
): Promise<void> {
  const { signal } = context
  const { watch } = lock
  if (!signal || !watch) return script
  let late: NodeJS.Timeout | undefined
  let told = (): void => undefined
  const abandoned = new Promise<never>((_, refuse) => {
    const end = () => {
      work.lost = true
      const ended = watch.query('SELECT pg_catalog.pg_terminate_backend($1)', [work.pid])
      const why = interrupted({ detail: `the script did not end within ${grace / 1000} s` })
      ended.then(() => refuse(why), refuse)
    }
    told = () => (late = setTimeout(end, grace))
  })
  if (signal.aborted) told()
  else signal.addEventListener('abort', told)
  try {
    await Promise.race([script, abandoned])
  } finally {
    clearTimeout(late)
    signal.removeEventListener('abort', told)
  }
}

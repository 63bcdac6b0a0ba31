import type { QueryRunner } from 'typeorm'
import { MigrationError } from '../errors'
import { isInterruption } from '../interruption'
import { codeJobFailure, prepareDatabase, runInTransaction } from './typescript/run-modules'
import { cleanUpTogether } from './typescript/module-hooks'
import { commitAll, rollBackAll } from './typescript/module-transactions'
import { copyInTransaction } from './session/copy-from-stdin'
import { statementFailure } from './session/statement-failure'
import { connectionLost, heldBy, inOneTransaction } from './failure/script-failure'
import {
  isCode,
  isMark,
  leading,
  type PreparedModule,
  type PreparedStep,
  type PreparedSql,
} from './prepare/prepared-step'
import { runMarks } from './session/mark'
import { retried, StepFailed } from './session/retry'
import { hooked, type Execution } from './session/execution'
import { MessageSender, transactionId } from './batch/sender'

/**
 * Runs every step in one transaction: all of them, or none. A caller whose connection is inside a
 * transaction already keeps it: nothing is committed here, and a failure is the caller's to roll back.
 */
export async function runAll(
  execution: Execution,
  preparedSteps: readonly PreparedStep[],
): Promise<void> {
  const cleaning = preparedSteps.filter(isCode).filter(({ code }) => code.cleanup)
  if (cleaning.length === 0) return runTogether(execution, preparedSteps)
  const failed = await runTogether(execution, preparedSteps).then(
    () => undefined,
    (error: unknown) => error,
  )
  const begun = new Set(execution.results.map(({ revision }) => revision))
  const modules = cleaning.filter(({ step }) => begun.has(step.revision))
  const queryRunner = await execution.context.database.queryRunner(execution.work)
  await cleanUpTogether(execution, modules, queryRunner, failed)
}

async function runTogether(
  execution: Execution,
  preparedSteps: readonly PreparedStep[],
): Promise<void> {
  const { work, context } = execution
  const callers = work.status !== 'I'
  if (callers) await refuseOtherIsolation(execution)
  const queryRunner = preparedSteps.some(({ kind }) => kind === 'code')
    ? await context.database.queryRunner(work)
    : undefined
  if (queryRunner) await prepareDatabase(execution, queryRunner, preparedSteps)
  const isolated = new Set<PreparedSql>()
  const attempt = async (): Promise<StepFailed | undefined> => {
    for (;;) {
      const within = callers ? undefined : await begin(execution, queryRunner)
      const alone = isolated.size
      const stopped = await attemptAll(execution, preparedSteps, { queryRunner, within, isolated })
      if (!stopped) return undefined
      execution.results.length = 0
      if (!(stopped instanceof StepFailed)) throw stopped
      if (isolated.size === alone) return stopped
    }
  }
  const failed = await (callers ? attempt() : retried(context, attempt))
  if (!failed) return
  const shown = heldBy(inOneTransaction(failed.failure, callers), failed.blocker)
  if (callers || shown.code === 'CLAIM_REFUSED') execution.stop(failed.prepared, shown)
  await execution.fail(failed.prepared, shown)
}

/** Gives the transaction's id. */
async function begin(
  { work, context }: Execution,
  queryRunner: QueryRunner | undefined,
): Promise<string> {
  const level = levels[context.settings.isolation ?? 'read committed']
  const isolated = context.settings.isolation !== undefined
  await queryRunner?.startTransaction(isolated ? level : undefined)
  return transactionId(
    work,
    queryRunner ? '' : `BEGIN${isolated ? ` ISOLATION LEVEL ${level}` : ''};\n`,
  )
}

const levels = {
  'read committed': 'READ COMMITTED',
  'repeatable read': 'REPEATABLE READ',
  serializable: 'SERIALIZABLE',
} as const

/** A transaction that has begun keeps its level. */
async function refuseOtherIsolation({ work, context }: Execution): Promise<void> {
  const { isolation } = context.settings
  if (isolation === undefined) return
  const [row] = await work.query<{ level: string }>(
    "SELECT pg_catalog.current_setting('transaction_isolation') AS level",
  )
  if (row?.level === isolation) return
  throw new MigrationError(
    'TRANSACTION_MODE',
    `the caller's transaction is ${row?.level}, and the settings ask for ${isolation}`,
    { hint: `Begin it with ISOLATION LEVEL ${levels[isolation]}, or leave isolation out.` },
  )
}

interface Surroundings {
  queryRunner: QueryRunner | undefined
  /** The transaction's id; undefined where it is the caller's. */
  within: string | undefined
  isolated: Set<PreparedSql>
}

/** Returns what stopped the attempt, rolled back; nothing when all was committed. */
async function attemptAll(
  execution: Execution,
  preparedSteps: readonly PreparedStep[],
  { queryRunner, within, isolated }: Surroundings,
): Promise<unknown> {
  const callers = within === undefined
  try {
    const sender = new MessageSender(execution, { transaction: false, within, isolated })
    for (let next = 0; next < preparedSteps.length;) {
      execution.checkpoint()
      next += await hooked(execution, preparedSteps.slice(next), (some) =>
        runNext(execution, sender, some, queryRunner),
      )
    }
    if (!callers) await commit(execution, preparedSteps, queryRunner)
    return undefined
  } catch (error) {
    const { lost } = execution.work
    if (lost && error instanceof StepFailed && isInterruption(error.failure)) return error
    if (execution.lostBy(error)) return connectionLost('the transaction', error)
    if (!callers) {
      if (queryRunner) await rollBackAll(execution, queryRunner)
      else await execution.work.send('ROLLBACK')
    }
    return error
  }
}

const isPlainSql = (prepared: PreparedStep): prepared is PreparedSql =>
  prepared.route === 'shared' || prepared.route === 'alone'

async function runNext(
  execution: Execution,
  sender: MessageSender,
  preparedSteps: readonly PreparedStep[],
  queryRunner: QueryRunner | undefined,
): Promise<number> {
  const [prepared] = preparedSteps
  switch (prepared?.route) {
    case undefined:
      return 0
    case 'mark':
      return runMarks(execution, leading(preparedSteps, isMark))
    case 'shared':
    case 'alone':
      return sender.send(leading(preparedSteps, isPlainSql))
    case 'stepwise':
    case 'outside':
      return runAlone(execution, sender, prepared, () => copyInTransaction(execution, prepared))
    case 'module':
    case 'module outside':
      return runAlone(execution, sender, prepared, () =>
        runInTransaction(execution, prepared, queryRunner!),
      )
  }
}

async function runAlone(
  execution: Execution,
  sender: MessageSender,
  prepared: PreparedSql | PreparedModule,
  run: () => Promise<void>,
): Promise<number> {
  const start = performance.now()
  execution.started(prepared)
  sender.doubt()
  const watched = await execution.watched(run())
  if ('error' in watched)
    throw new StepFailed(prepared, failureOf(prepared, watched.error), watched.blocker)
  execution.finished(prepared, Math.round(performance.now() - start))
  return 1
}

function failureOf(prepared: PreparedSql | PreparedModule, error: unknown): MigrationError {
  return prepared.kind === 'sql'
    ? statementFailure(prepared, error)
    : codeJobFailure(prepared, error)
}

/** Deferred constraints speak at COMMIT, and cannot say which script broke them. */
async function commit(
  { work }: Execution,
  preparedSteps: readonly PreparedStep[],
  queryRunner: QueryRunner | undefined,
): Promise<void> {
  const last = preparedSteps.at(-1)
  try {
    if (queryRunner) return await commitAll(queryRunner)
    const { error } = await work.send('COMMIT')
    if (error) throw error
  } catch (error) {
    if (!last || last.kind === 'mark') throw error
    throw new StepFailed(last, failureOf(last, error))
  }
}

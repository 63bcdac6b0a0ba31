import type { QueryRunner } from 'typeorm'
import { dataSourceOf, installExtensions } from '../../database/postgres/query-runner'
import type { MigrationError } from '../../errors'
import { isInterruption } from '../../interruption'
import { failClaim, insertClaim } from '../../journal/model/claim'
import { callModule } from './call-module'
import { afterwards } from './module-hooks'
import {
  afterCode,
  beforeCode,
  CodeTransactions,
  rollBackAll,
  sendFor,
} from './module-transactions'
import { isTakeOver } from '../context/run-context'
import { codeFailure, connectionLost } from '../failure/script-failure'
import { labelOf } from '../../plan/notice'
import { isOutside, type PreparedModule, type PreparedStep } from '../prepare/prepared-step'
import type { Execution } from '../session/execution'
import { asRole } from '../context/script-role'
import { restoreSession, timeoutsFor } from '../context/session-settings'
import { rewriteTaken, takeOverFrom } from '../outside/resume'
import { withRetries } from '../session/retry'
import { unfinished } from '../failure/unfinished'

/**
 * Runs TypeScript scripts that follow each other: claim, function, finish, each in one transaction of the
 * QueryRunner that the script gets, so that its own `startTransaction()` makes savepoints.
 */
export async function runCodes(
  execution: Execution,
  preparedSteps: readonly PreparedModule[],
): Promise<number> {
  const queryRunner = await execution.context.database.queryRunner(execution.work)
  await prepareDatabase(execution, queryRunner, preparedSteps)
  const transactions = new CodeTransactions(execution, queryRunner)
  try {
    for (const [index, prepared] of preparedSteps.entries()) {
      execution.checkpoint()
      execution.started(prepared)
      const start = performance.now()
      const run = (one: PreparedModule, next?: PreparedModule) =>
        isOutside(one)
          ? runOutside(execution, one, queryRunner)
          : runInside(execution, one, { queryRunner, transactions, next })
      const work = run(prepared, mayFollow(execution, prepared, preparedSteps[index + 1]))
      await afterwards(execution, prepared, { queryRunner, run }, work)
      execution.finished(prepared, Math.round(performance.now() - start))
    }
  } finally {
    if (!execution.work.lost) await transactions.abandon()
  }
  return preparedSteps.length
}

/** What may begin with the message that ends a script: nothing where that has a cleanup of its own. */
function mayFollow(
  execution: Execution,
  { code }: PreparedModule,
  next: PreparedModule | undefined,
): PreparedModule | undefined {
  if (!next || code.cleanup || isOutside(next) || execution.stops) return undefined
  return next
}

/**
 * TypeORM's own migrations rely on the extensions that it installs when it connects. On a connection that is
 * inside a transaction nothing is installed: another connection would do it, and outlive a rollback.
 */
export async function prepareDatabase(
  { work }: Execution,
  queryRunner: QueryRunner,
  preparedSteps: readonly PreparedStep[],
): Promise<void> {
  const isUpgrade = (prepared: PreparedStep) =>
    prepared.kind === 'code' && prepared.step.direction === 'up'
  if (work.status !== 'I' || !preparedSteps.some(isUpgrade)) return
  await installExtensions(dataSourceOf(queryRunner), false)
}

interface Inside {
  queryRunner: QueryRunner
  transactions: CodeTransactions
  next: PreparedModule | undefined
}

function runInside(
  execution: Execution,
  prepared: PreparedModule,
  { queryRunner, transactions, next }: Inside,
): Promise<void> {
  return withRetries(execution, prepared, {
    begin: () => Promise.resolve(),
    run: async () => {
      await transactions.open(prepared)
      await callModule(execution, prepared, queryRunner)
      await transactions.close(prepared, next)
    },
    rollBack: () => transactions.rollBack(),
    failureOf: (error) => codeJobFailure(prepared, error),
  })
}

/** A script in the transaction that is open: claim, function, finish. Throws what the script throws. */
export async function runInTransaction(
  execution: Execution,
  prepared: PreparedModule,
  queryRunner: QueryRunner,
): Promise<void> {
  await sendFor(execution, prepared, beforeCode(execution, prepared))
  await callModule(execution, prepared, queryRunner)
  await sendFor(execution, prepared, afterCode(execution, prepared))
}

/** Claims with a committed row, since nothing else would show after a crash that the script ran. */
async function runOutside(
  execution: Execution,
  prepared: PreparedModule,
  queryRunner: QueryRunner,
): Promise<void> {
  const { settings } = execution.context
  const { resume, answer } = prepared.step
  if (!isTakeOver(resume))
    await sendFor(execution, prepared, [insertClaim(settings.journal, prepared.claim)])
  else if (answer === 'not done') {
    await takeOverFrom(execution, prepared, resume)
    await rewriteTaken(execution, prepared, resume)
  } else throw unfinished(prepared.step, prepared.file)
  if (!execution.work.pooled) {
    const timeouts = timeoutsFor(execution.work, settings, { local: false })
    await sendFor(execution, prepared, [...timeouts, ...asRole(settings, false)])
  }
  const watched = await execution.watched(callModule(execution, prepared, queryRunner))
  if ('error' in watched && isInterruption(watched.error)) throw watched.error
  if ('error' in watched && execution.lostBy(watched.error)) {
    throw connectionLost(labelOf(prepared.step), watched.error)
  }
  if (queryRunner.isTransactionActive || execution.work.status !== 'I') {
    await rollBackAll(execution, queryRunner)
  }
  const restored = restoreSession(execution.work)
  if (!('error' in watched)) return sendFor(execution, prepared, afterCode(execution, prepared))
  const failure = execution.asStopped(codeJobFailure(prepared, watched.error))
  const { error, trace } = execution.failureColumns(failure)
  await sendFor(execution, prepared, [
    ...restored,
    failClaim(settings.journal, prepared.claim, error, trace),
  ])
  return execution.stop(prepared, failure)
}

export function codeJobFailure(prepared: PreparedModule, error: unknown): MigrationError {
  const place = { form: 'module', outside: isOutside(prepared) } as const
  return codeFailure(error, labelOf(prepared.step), prepared.file, place)
}

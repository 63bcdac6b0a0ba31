import type { QueryRunner } from 'typeorm'
import { dataSourceOf, installExtensions } from '../../database/postgres/query-runner'
import { interrupted, type MigrationError } from '../../errors'
import { isInterruption } from '../../interruption'
import { failClaim, insertClaim } from '../../journal/model/claim'
import { scriptContext } from './script-context'
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
import { isOutside, type CodeJob, type Job } from '../prepare/prepared-step'
import type { Runner } from '../session/execution'
import { restoreSession, timeoutsFor } from '../context/session-settings'
import { rewriteTaken, takeOverFrom } from '../outside/resume'
import { withRetries } from '../session/retry'
import { unfinished } from '../failure/unfinished'

/**
 * Runs TypeScript scripts that follow each other: claim, function, finish, each in one transaction of the
 * QueryRunner that the script gets, so that its own `startTransaction()` makes savepoints.
 */
export async function runCodes(runner: Runner, jobs: readonly CodeJob[]): Promise<number> {
  const queryRunner = await runner.context.database.queryRunner(runner.work)
  await prepareDatabase(runner, queryRunner, jobs)
  const transactions = new CodeTransactions(runner, queryRunner)
  try {
    for (const [index, job] of jobs.entries()) {
      runner.checkpoint()
      runner.started(job)
      const start = performance.now()
      if (isOutside(job)) await runOutside(runner, job, queryRunner)
      else {
        const next = jobs[index + 1]
        await runInside(runner, job, {
          queryRunner,
          transactions,
          next: next && !isOutside(next) && !runner.stops ? next : undefined,
        })
      }
      runner.finished(job, Math.round(performance.now() - start))
    }
  } finally {
    if (!runner.work.lost) await transactions.abandon()
  }
  return jobs.length
}

/**
 * TypeORM's own migrations rely on the extensions that it installs when it connects. On a connection that is
 * inside a transaction nothing is installed: another connection would do it, and outlive a rollback.
 */
export async function prepareDatabase(
  { work }: Runner,
  queryRunner: QueryRunner,
  jobs: readonly Job[],
): Promise<void> {
  const isUpgrade = (job: Job) => job.kind === 'code' && job.step.direction === 'up'
  if (work.status !== 'I' || !jobs.some(isUpgrade)) return
  await installExtensions(dataSourceOf(queryRunner), false)
}

interface Inside {
  queryRunner: QueryRunner
  transactions: CodeTransactions
  next: CodeJob | undefined
}

function runInside(
  runner: Runner,
  job: CodeJob,
  { queryRunner, transactions, next }: Inside,
): Promise<void> {
  return withRetries(runner, job, {
    begin: () => Promise.resolve(),
    run: async () => {
      await transactions.open(job)
      await call(runner, job, queryRunner)
      await transactions.close(job, next)
    },
    rollBack: () => transactions.rollBack(),
    failureOf: (error) => codeJobFailure(job, error),
  })
}

/** A script in the transaction that is open: claim, function, finish. Throws what the script throws. */
export async function runInTransaction(
  runner: Runner,
  job: CodeJob,
  queryRunner: QueryRunner,
): Promise<void> {
  await sendFor(runner, job, beforeCode(runner, job))
  await call(runner, job, queryRunner)
  await sendFor(runner, job, afterCode(runner, job))
}

/** Claims with a committed row, since nothing else would show after a crash that the script ran. */
async function runOutside(runner: Runner, job: CodeJob, queryRunner: QueryRunner): Promise<void> {
  const { settings } = runner.context
  const { resume, answer } = job.step
  if (!isTakeOver(resume)) await sendFor(runner, job, [insertClaim(settings.journal, job.claim)])
  else if (answer === 'not done') {
    await takeOverFrom(runner, job, resume)
    await rewriteTaken(runner, job, resume)
  } else throw unfinished(job.step, job.file)
  if (!runner.work.pooled) {
    await sendFor(runner, job, timeoutsFor(runner.work, settings, { local: false }))
  }
  const watched = await runner.watched(call(runner, job, queryRunner))
  if ('error' in watched && isInterruption(watched.error)) throw watched.error
  if ('error' in watched && runner.lostBy(watched.error)) {
    throw connectionLost(labelOf(job.step), watched.error)
  }
  if (queryRunner.isTransactionActive || runner.work.status !== 'I') {
    await rollBackAll(runner, queryRunner)
  }
  const restored = restoreSession(runner.work)
  if (!('error' in watched)) return sendFor(runner, job, afterCode(runner, job))
  const failure = runner.asStopped(codeJobFailure(job, watched.error))
  const { error, trace } = runner.failureColumns(failure)
  await sendFor(runner, job, [...restored, failClaim(settings.journal, job.claim, error, trace)])
  return runner.stop(job, failure)
}

async function call(runner: Runner, job: CodeJob, queryRunner: QueryRunner): Promise<void> {
  const { direction } = job.step
  const run = direction === 'up' ? job.code.upgrade : job.code.downgrade
  await orAbandoned(runner, Promise.resolve(run?.(queryRunner, scriptContext(runner, job))))
}

/** How long a script that is told to stop may go on, when it waits for something else than the database. */
const grace = 3000

/**
 * Waits for a script's function; for one that does not end when it is told to, no longer than the grace.
 * Its connection is ended then, so that whatever it does later does nothing to the database.
 */
async function orAbandoned({ context, work, lock }: Runner, script: Promise<void>): Promise<void> {
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

export function codeJobFailure(job: CodeJob, error: unknown): MigrationError {
  const place = { form: 'module', outside: isOutside(job) } as const
  return codeFailure(error, labelOf(job.step), job.file, place)
}

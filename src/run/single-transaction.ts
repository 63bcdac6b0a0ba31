import type { QueryRunner } from 'typeorm'
import type { MigrationError } from '../errors'
import { isInterruption } from '../interruption'
import { codeJobFailure, prepareDatabase, runInTransaction } from './typescript/run-modules'
import { commitAll, rollBackAll } from './typescript/module-transactions'
import { copyInTransaction } from './session/copy-from-stdin'
import { statementFailure } from './session/statement-failure'
import { connectionLost, heldBy, inOneTransaction } from './failure/script-failure'
import { isMark, leading, type CodeJob, type Job, type SqlJob } from './prepare/prepared-step'
import { runMarks } from './session/mark'
import { retried, StepFailed } from './session/retry'
import type { Runner } from './session/execution'
import { MessageSender, transactionId } from './batch/sender'

/**
 * Runs every job in one transaction: all of them, or none. A caller whose connection is inside a
 * transaction already keeps it: nothing is committed here, and a failure is the caller's to roll back.
 */
export async function runAll(runner: Runner, jobs: readonly Job[]): Promise<void> {
  const { work, context } = runner
  const callers = work.status !== 'I'
  const queryRunner = jobs.some(({ kind }) => kind === 'code')
    ? await context.database.queryRunner(work)
    : undefined
  if (queryRunner) await prepareDatabase(runner, queryRunner, jobs)
  const lonely = new Set<SqlJob>()
  const attempt = async (): Promise<StepFailed | undefined> => {
    for (;;) {
      const within = callers ? undefined : await begin(runner, queryRunner)
      const alone = lonely.size
      const stopped = await attemptAll(runner, jobs, { queryRunner, within, lonely })
      if (!stopped) return undefined
      runner.results.length = 0
      if (!(stopped instanceof StepFailed)) throw stopped
      if (lonely.size === alone) return stopped
    }
  }
  const failed = await (callers ? attempt() : retried(context, attempt))
  if (!failed) return
  const shown = heldBy(inOneTransaction(failed.failure, callers), failed.blocker)
  if (callers || shown.code === 'CLAIM_REFUSED') runner.stop(failed.job, shown)
  await runner.fail(failed.job, shown)
}

/** Gives the transaction's id. */
async function begin({ work }: Runner, queryRunner: QueryRunner | undefined): Promise<string> {
  await queryRunner?.startTransaction()
  return transactionId(work, queryRunner ? '' : 'BEGIN;\n')
}

interface Surroundings {
  queryRunner: QueryRunner | undefined
  /** The transaction's id; undefined where it is the caller's. */
  within: string | undefined
  lonely: Set<SqlJob>
}

/** Returns what stopped the attempt, rolled back; nothing when all was committed. */
async function attemptAll(
  runner: Runner,
  jobs: readonly Job[],
  { queryRunner, within, lonely }: Surroundings,
): Promise<unknown> {
  const callers = within === undefined
  try {
    const sender = new MessageSender(runner, { transaction: false, within, lonely })
    for (let next = 0; next < jobs.length;) {
      runner.checkpoint()
      next += await runNext(runner, sender, jobs.slice(next), queryRunner)
    }
    if (!callers) await commit(runner, jobs, queryRunner)
    return undefined
  } catch (error) {
    const { lost } = runner.work
    if (lost && error instanceof StepFailed && isInterruption(error.failure)) return error
    if (runner.lostBy(error)) return connectionLost('the transaction', error)
    if (!callers) {
      if (queryRunner) await rollBackAll(runner, queryRunner)
      else await runner.work.send('ROLLBACK')
    }
    return error
  }
}

const isPlainSql = (job: Job): job is SqlJob => job.route === 'shared' || job.route === 'alone'

async function runNext(
  runner: Runner,
  sender: MessageSender,
  jobs: readonly Job[],
  queryRunner: QueryRunner | undefined,
): Promise<number> {
  const [job] = jobs
  switch (job?.route) {
    case undefined:
      return 0
    case 'mark':
      return runMarks(runner, leading(jobs, isMark))
    case 'shared':
    case 'alone':
      return sender.send(leading(jobs, isPlainSql))
    case 'stepwise':
    case 'outside':
      return runAlone(runner, sender, job, () => copyInTransaction(runner, job))
    case 'module':
    case 'module outside':
      return runAlone(runner, sender, job, () => runInTransaction(runner, job, queryRunner!))
  }
}

async function runAlone(
  runner: Runner,
  sender: MessageSender,
  job: SqlJob | CodeJob,
  run: () => Promise<void>,
): Promise<number> {
  const start = performance.now()
  runner.started(job)
  sender.doubt()
  const watched = await runner.watched(run())
  if ('error' in watched) throw new StepFailed(job, failureOf(job, watched.error), watched.blocker)
  runner.finished(job, Math.round(performance.now() - start))
  return 1
}

function failureOf(job: SqlJob | CodeJob, error: unknown): MigrationError {
  return job.kind === 'sql' ? statementFailure(job, error) : codeJobFailure(job, error)
}

/** Deferred constraints speak at COMMIT, and cannot say which script broke them. */
async function commit(
  { work }: Runner,
  jobs: readonly Job[],
  queryRunner: QueryRunner | undefined,
): Promise<void> {
  const last = jobs.at(-1)
  try {
    if (queryRunner) return await commitAll(queryRunner)
    const { error } = await work.send('COMMIT')
    if (error) throw error
  } catch (error) {
    if (!last || last.kind === 'mark') throw error
    throw new StepFailed(last, failureOf(last, error))
  }
}

import type { QueryRunner } from 'typeorm'
import type { MigrationError } from '../errors'
import { failClaim, finishClaim, insertClaim } from '../journal/table'
import { scriptContext } from './code-context'
import { codeFailure, connectionLost } from './failure'
import { labelOf } from './label'
import { type CodeJob } from './job'
import { claimRefused, type Runner } from './runner'
import { restoreSession, timeoutsFor } from './session-settings'
import { withRetries } from './retry'
import { unfinished } from './unfinished'

/**
 * Runs a TypeScript script: claim, function, finish, in one transaction of the QueryRunner that the
 * script gets, so that its own `startTransaction()` makes savepoints.
 */
export async function runCode(runner: Runner, job: CodeJob): Promise<void> {
  runner.started(job)
  const queryRunner = await runner.context.database.queryRunner(runner.work)
  const start = performance.now()
  if (job.transaction) {
    await withRetries(runner, job, {
      begin: () => queryRunner.startTransaction(),
      run: async () => {
        await runInTransaction(runner, job, queryRunner)
        await commitAll(queryRunner)
      },
      rollBack: () => rollBackAll(runner, queryRunner),
      failureOf: (error) => codeJobFailure(job, error),
    })
  } else {
    await runOutside(runner, job, queryRunner)
  }
  runner.finished(job, Math.round(performance.now() - start))
}

/** The part between BEGIN and COMMIT: claim, function, finish. Throws what the script throws. */
export async function runInTransaction(
  runner: Runner,
  job: CodeJob,
  queryRunner: QueryRunner,
): Promise<void> {
  const { settings } = runner.context
  await send(runner, job, insertClaim(settings.journal, job.claim))
  await send(runner, job, timeoutsFor(settings, undefined, true))
  await call(runner, job, queryRunner)
  for (const text of restoreSession(runner.work)) await send(runner, job, text)
  await send(runner, job, finishClaim(settings.journal, job.claim))
}

/** Claims with a committed row, since nothing else would show after a crash that the script ran. */
async function runOutside(runner: Runner, job: CodeJob, queryRunner: QueryRunner): Promise<void> {
  const { settings } = runner.context
  if (job.step.resume?.outcome === 'running') throw unfinished(job.step, job.file)
  await send(runner, job, insertClaim(settings.journal, job.claim))
  if (!runner.work.pooled) await send(runner, job, timeoutsFor(settings, undefined, false))
  const watched = await runner.watched(call(runner, job, queryRunner))
  if ('error' in watched && runner.lostBy(watched.error)) {
    throw connectionLost(labelOf(job.step), watched.error)
  }
  if (queryRunner.isTransactionActive || runner.work.status !== 'I') {
    await rollBackAll(runner, queryRunner)
  }
  for (const text of restoreSession(runner.work)) await send(runner, job, text)
  if (!('error' in watched)) return send(runner, job, finishClaim(settings.journal, job.claim))
  const failure = codeJobFailure(job, watched.error)
  const { error, trace } = runner.failureColumns(failure)
  await send(runner, job, failClaim(settings.journal, job.claim, error, trace))
  return runner.stop(job, failure)
}

async function call(runner: Runner, job: CodeJob, queryRunner: QueryRunner): Promise<void> {
  const { direction } = job.step
  const run = direction === 'up' ? job.code.upgrade : job.code.downgrade
  await run?.(queryRunner, scriptContext(runner, job))
}

async function send(runner: Runner, job: CodeJob, text: string): Promise<void> {
  const { error } = await runner.work.send(text)
  if (!error) return
  throw runner.isClaimRefused(error) ? claimRefused(job.step.revision) : error
}

export function codeJobFailure(job: CodeJob, error: unknown): MigrationError {
  return codeFailure(error, labelOf(job.step), job.file)
}

/** A script that left its own savepoints open loses nothing: they commit with the rest. */
export async function commitAll(queryRunner: QueryRunner): Promise<void> {
  while (queryRunner.isTransactionActive) await queryRunner.commitTransaction()
}

/** TypeORM counts transactions by itself, so both its count and the session must come back to none. */
export async function rollBackAll(runner: Runner, queryRunner: QueryRunner): Promise<void> {
  while (queryRunner.isTransactionActive) await queryRunner.rollbackTransaction()
  if (runner.work.status !== 'I') await runner.work.send('ROLLBACK')
}

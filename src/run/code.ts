import type { QueryRunner } from 'typeorm'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { interrupted, type MigrationError } from '../errors'
import { isInterruption } from '../interruption'
import { failClaim, finishClaim, insertClaim } from '../journal/table'
import { scriptContext } from './code-context'
import { isTakeOver } from './context'
import { codeFailure, connectionLost } from './failure'
import { labelOf } from './label'
import { type CodeJob } from './job'
import { claimRefused, type Runner } from './runner'
import { restoreSession, timeoutsFor } from './session-settings'
import { rewriteTaken, takeOverFrom } from './resume'
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
  await send(runner, job, timeoutsFor(runner.work, settings, { local: true }))
  await call(runner, job, queryRunner)
  for (const text of restoreSession(runner.work)) await send(runner, job, text)
  await send(runner, job, finishClaim(settings.journal, job.claim))
}

/** Claims with a committed row, since nothing else would show after a crash that the script ran. */
async function runOutside(runner: Runner, job: CodeJob, queryRunner: QueryRunner): Promise<void> {
  const { settings } = runner.context
  const { resume, answer } = job.step
  if (!isTakeOver(resume)) await send(runner, job, insertClaim(settings.journal, job.claim))
  else if (answer === 'not done') {
    await takeOverFrom(runner, job, resume)
    await rewriteTaken(runner, job, resume)
  } else throw unfinished(job.step, job.file)
  if (!runner.work.pooled)
    await send(runner, job, timeoutsFor(runner.work, settings, { local: false }))
  const watched = await runner.watched(call(runner, job, queryRunner))
  if ('error' in watched && isInterruption(watched.error)) throw watched.error
  if ('error' in watched && runner.lostBy(watched.error)) {
    throw connectionLost(labelOf(job.step), watched.error)
  }
  if (queryRunner.isTransactionActive || runner.work.status !== 'I') {
    await rollBackAll(runner, queryRunner)
  }
  for (const text of restoreSession(runner.work)) await send(runner, job, text)
  if (!('error' in watched)) return send(runner, job, finishClaim(settings.journal, job.claim))
  const failure = runner.asStopped(codeJobFailure(job, watched.error))
  const { error, trace } = runner.failureColumns(failure)
  await send(runner, job, failClaim(settings.journal, job.claim, error, trace))
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
  const over = new AbortController()
  const toldAndLate = async () => {
    if (!signal.aborted) await once(signal, 'abort', { signal: over.signal })
    await sleep(grace, undefined, { signal: over.signal })
    work.lost = true
    await watch.query('SELECT pg_catalog.pg_terminate_backend($1)', [work.pid])
    throw interrupted({ detail: `the script did not end within ${grace / 1000} s` })
  }
  try {
    await Promise.race([script, toldAndLate()])
  } finally {
    over.abort()
  }
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

import type { DatabaseError } from 'pg'
import { MigrationError } from '../../errors'
import { isInterruption } from '../../interruption'
import { connectionLost, heldBy } from '../failure/script-failure'
import { labelOf } from '../context/script-label'
import { type Job } from '../prepare/prepared-step'
import type { Runner } from './execution'

/** A transaction that may be tried again. */
export interface Attempt {
  begin(): Promise<void>
  /** Everything up to and including COMMIT. */
  run(): Promise<void>
  rollBack(): Promise<void>
  /** Turns what `run` threw into what the user is told. */
  failureOf(error: unknown): MigrationError
}

/** A lock timeout, a deadlock, a serialization failure: the transaction may be tried again. */
export function isRetryable(code: string | undefined): boolean {
  return code === '55P03' || code === '40P01' || code === '40001'
}

/**
 * Runs one transaction, and again with backoff while it only hits locks, saying who blocks it. Other
 * failures are rolled back, recorded and thrown.
 */
export async function withRetries(runner: Runner, job: Job, attempt: Attempt): Promise<void> {
  for (let count = 0; ; count++) {
    await attempt.begin()
    const watched = await runner.watched(attempt.run())
    if (!('error' in watched)) return
    if (runner.work.lost && isInterruption(watched.error)) await runner.fail(job, watched.error)
    if (runner.lostBy(watched.error)) throw connectionLost(labelOf(job.step), watched.error)
    await attempt.rollBack()
    const failure = attempt.failureOf(watched.error)
    if (failure.code === 'CLAIM_REFUSED') throw failure
    const { sqlstate } = failure
    const { blocker } = watched
    const again = isRetryable(sqlstate)
    if (again && (await runner.backOff(labelOf(job.step), { attempt: count, sqlstate, blocker })))
      continue
    await runner.fail(job, again ? heldBy(failure, blocker) : failure)
  }
}

/** The server's code of an error, ours or the driver's. */
export function sqlstateOf(error: unknown): string | undefined {
  return error instanceof MigrationError ? error.sqlstate : (error as DatabaseError).code
}

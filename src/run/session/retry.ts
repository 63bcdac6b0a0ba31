import type { DatabaseError } from 'pg'
import { isRetryable, MigrationError } from '../../errors'
import { isInterruption } from '../../interruption'
import type { Blocker } from '../context/server-sessions'
import type { RunContext } from '../context/run-context'
import { labelOf } from '../../plan/notice'
import { connectionLost, heldBy } from '../failure/script-failure'
import { pause } from '../lock/migrator-lock'
import type { PreparedStep } from '../prepare/prepared-step'
import type { Execution } from './execution'

/** What stopped some work; where that was a lock, it may be tried again. */
export interface Stopped {
  /** The work, as notices name it. */
  readonly work: string
  readonly sqlstate: string | undefined
  /** The session that was seen blocking it. */
  readonly blocker?: Blocker | undefined
}

/** Tries after the first, so that a deploy waits about a minute and a half for a busy table. */
const most = 10

/** Counts how often the same work was tried, and waits between two tries. */
export class Retries {
  private count = 0

  constructor(private readonly context: RunContext) {}

  /** Starts counting for other work. */
  reset(): void {
    this.count = 0
  }

  /** Waits, and reports why; false where no lock stopped the work, or it was tried often enough. */
  async again({ work, sqlstate, blocker }: Stopped): Promise<boolean> {
    if (sqlstate === undefined || !isRetryable(sqlstate) || this.count >= most) return false
    const wait = Math.min(10_000, 200 * 2 ** this.count++) * (0.5 + Math.random() / 2)
    const { observer } = this.context
    observer.notice?.({ kind: 'retry', code: 'CONFLICT', work, sqlstate, blocker, wait })
    // stopped while it waits, the run records the failure
    return pause(this.context, wait).then(
      () => true,
      () => false,
    )
  }
}

/**
 * Runs `attempt`, and again with backoff while it only meets locks. It returns what stopped it, with
 * everything rolled back; nothing when it is done.
 */
export async function retried<Failure extends Stopped>(
  context: RunContext,
  attempt: () => Promise<Failure | undefined>,
): Promise<Failure | undefined> {
  const retries = new Retries(context)
  for (;;) {
    const failure = await attempt()
    if (!failure || !(await retries.again(failure))) return failure
  }
}

/** A transaction that may be tried again. */
export interface Attempt {
  begin(): Promise<void>
  /** Everything up to and including COMMIT. */
  run(): Promise<void>
  rollBack(): Promise<void>
  /** Turns what `run` threw into the error for the user. */
  failureOf(error: unknown): MigrationError
}

/** A script that failed; its transaction is rolled back. */
export class StepFailed extends Error implements Stopped {
  constructor(
    readonly prepared: PreparedStep,
    readonly failure: MigrationError,
    readonly blocker?: Blocker,
  ) {
    super(failure.message)
  }

  get work(): string {
    return labelOf(this.prepared.step)
  }

  get sqlstate(): string | undefined {
    return this.failure.sqlstate
  }
}

/**
 * Runs a script's own transaction, and again while it only meets locks. Other failures are rolled back,
 * recorded and thrown.
 */
export async function withRetries(
  execution: Execution,
  prepared: PreparedStep,
  attempt: Attempt,
): Promise<void> {
  const failed = await retried(execution.context, async () => {
    await attempt.begin()
    const watched = await execution.watched(attempt.run())
    if (!('error' in watched)) return undefined
    const { error, blocker } = watched
    if (execution.work.lost && isInterruption(error)) await execution.fail(prepared, error)
    if (execution.lostBy(error)) throw connectionLost(labelOf(prepared.step), error)
    await attempt.rollBack()
    const failure = attempt.failureOf(error)
    if (failure.code === 'CLAIM_REFUSED') throw failure
    return new StepFailed(prepared, failure, blocker)
  })
  if (failed) await execution.fail(prepared, heldBy(failed.failure, failed.blocker))
}

/** The server's code of an error, typetrek's or the driver's. */
export function sqlstateOf(error: unknown): string | undefined {
  return error instanceof MigrationError ? error.sqlstate : (error as DatabaseError).code
}

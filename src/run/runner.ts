import type { DatabaseError } from 'pg'
import type { Session } from '../database/session'
import { MigrationError } from '../errors'
import { claimIndex, insertRow, type Claim } from '../journal/table'
import { redactor } from '../settings/redact'
import { isConnectionLoss } from './failure'
import type { Job } from './job'
import type { RunContext } from './context'
import { describeBlocker, findWorker, interrupted, pause, type Lock } from './lock'
import type { StepResult } from './report'

/** The state of one execution: its sessions, and what became of its steps so far. */
export class Runner {
  readonly results: StepResult[] = []

  constructor(
    readonly context: RunContext,
    readonly work: Session,
    /** The lock's own session, free for questions while `work` is busy; absent on a single connection. */
    readonly watch: Session | undefined,
    readonly lock: Lock,
    readonly total: number,
  ) {}

  started(job: Job): void {
    this.context.observer.started?.(job.step, this.results.length, this.total)
  }

  finished(job: Job, durationMs: number): void {
    this.report(job, 'success', durationMs)
  }

  private report({ step }: Job, outcome: 'success' | 'error', durationMs: number): void {
    const { revision, title, kind, direction, operation } = step
    const result = { revision, title, kind, direction, operation, outcome, durationMs }
    this.results.push(result)
    this.context.observer.finished?.(result, this.results.length - 1, this.total)
  }

  /** Throws when the user said stop or the lock's connection has ended; called between scripts. */
  checkpoint(): void {
    if (this.context.signal?.aborted) throw interrupted()
    if (!this.lock.lost) return
    throw new MigrationError(
      'LOCK_LOST',
      "the connection that holds the migrator's lock has ended",
      {
        hint: 'Run it again to go on: what was done is recorded.',
      },
    )
  }

  /** Runs work that may block: watches who blocks it, and cancels it when the user says stop. Never throws. */
  async watched<Result>(task: Promise<Result>): Promise<Watched<Result>> {
    let blocker: string | undefined
    const settled = task.then(
      (result) => ({ result, blocker }),
      (error: unknown) => ({ error, blocker }),
    )
    const { watch, work, context } = this
    if (!watch) return settled
    let busy: Promise<unknown> = Promise.resolve()
    const ask = () => {
      busy = busy
        .then(() => (work.pooled ? findWorker(watch, context.settings.journal) : work.pid))
        .then((pid) => (pid === undefined ? undefined : describeBlocker(watch, pid)))
        .then((found) => (blocker = found ?? blocker))
        .catch(() => undefined) // a question that fails must not fail the work that it is about
    }
    const cancel = () => {
      busy = busy
        .then(() => (work.pooled ? work.cancel() : cancelBackend(watch, work.pid)))
        .catch(() => undefined) // without the right to cancel, the script ends by itself
    }
    const timer = setInterval(ask, 400)
    context.signal?.addEventListener('abort', cancel)
    await settled
    clearInterval(timer)
    context.signal?.removeEventListener('abort', cancel)
    await busy
    return { ...(await settled), blocker }
  }

  /**
   * Records a failure in a transaction of its own and turns it into what the caller throws. Whether
   * the record could be written or not, the failure itself is what is thrown.
   */
  async fail(job: Job, error: MigrationError): Promise<never> {
    await this.record(job.claim, error)
    return this.stop(job, error)
  }

  /** Ends the run with a failure that is recorded already. */
  stop(job: Job, error: MigrationError): never {
    this.report(job, 'error', 0)
    throw this.context.signal?.aborted ? interruptedBy(error) : error
  }

  /** True when an error means that the work's connection is gone; it is not used again then. */
  lostBy(error: unknown): boolean {
    if (isConnectionLoss(error)) this.work.lost = true
    return this.work.lost
  }

  async record(claim: Claim, error: MigrationError): Promise<void> {
    const session = this.work.lost ? await this.reopen() : this.work
    if (!session) return
    const text = insertRow(this.context.settings.journal, claim, {
      outcome: 'error',
      ...this.failureColumns(error),
    })
    const { error: refused } = await session.send(text)
    if (refused) this.context.observer.notice?.(`the failure was not recorded: ${refused.message}`)
    if (session !== this.work) await session.close()
  }

  /** The error as the journal keeps it: whole, and without a secret. */
  failureColumns(failure: MigrationError): { error: string; trace: string } {
    const { code, message, detail, hint, file, line, column, excerpt, sqlstate, stack } = failure
    const fields = { code, message, detail, hint, file, line, column, excerpt, sqlstate }
    const cause = failure.cause instanceof Error ? `\ncaused by: ${failure.cause.stack}` : ''
    const hide = redactor(this.context.settings.secrets)
    const shown = Object.entries(fields).map(([key, value]) => {
      return [key, typeof value === 'string' ? hide(value) : value] as const
    })
    return {
      error: JSON.stringify(Object.fromEntries(shown)),
      trace: hide(`${stack ?? message}${cause}`),
    }
  }

  private async reopen(): Promise<Session | undefined> {
    if (this.context.database.single) return undefined
    return this.context.database.open('work').catch(() => undefined)
  }

  /** Waits before a retry after a lock timeout; false when it was tried often enough. */
  async backOff(job: Job, attempt: number, blocker: string | undefined): Promise<boolean> {
    if (attempt >= retries) return false
    const wait = Math.min(10_000, 200 * 2 ** attempt) * (0.5 + Math.random() / 2)
    const by = blocker ? `, held by ${blocker}` : ''
    this.context.observer.notice?.(
      `${job.step.revision}: lock timeout${by}; trying again in ${(wait / 1000).toFixed(1)} s`,
    )
    await pause(this.context, wait)
    return true
  }

  /** Somebody else made this claim: what was planned has been done by another migrator. */
  isClaimRefused({ code, constraint }: DatabaseError): boolean {
    return code === '23505' && constraint === claimIndex(this.context.settings.journal)
  }
}

/** What came of watched work, and who was seen blocking it. */
export type Watched<Result> = ({ result: Result } | { error: unknown }) & {
  blocker: string | undefined
}

async function cancelBackend(watch: Session, pid: number): Promise<void> {
  await watch.query('SELECT pg_catalog.pg_cancel_backend($1)', [pid])
}

/** Tries after the first, so that a deploy waits about a minute and a half for a busy table. */
const retries = 10

export function claimRefused(revision: string): MigrationError {
  return new MigrationError('CLAIM_REFUSED', `another migrator has taken script ${revision}`, {
    hint: 'Run it again: what the other one did is recorded.',
  })
}

function interruptedBy(error: MigrationError): MigrationError {
  return new MigrationError('INTERRUPTED', 'interrupted', {
    detail: error.message,
    hint: 'Run it again to go on: what was done is recorded.',
    file: error.file,
    line: error.line,
    cause: error,
  })
}

import type { DatabaseError } from 'pg'
import type { Session } from '../../database/postgres/session'
import { interrupted, MigrationError, type StepResult } from '../../errors'
import { claimIndex } from '../../journal/model/journal-name'
import { insertRow } from '../../journal/model/claim'
import type { Claim } from '../../journal/model/journal-columns'
import { failureTimes } from '../../journal/model/write-times'
import { redactor } from '../../settings/value/redact'
import { findWorker } from '../lock/probe'
import { isConnectionLoss } from '../../database/postgres/connection-loss'
import { interruptedBy } from '../failure/script-failure'
import type { Job } from '../prepare/prepared-step'
import type { Start } from '../context/start'
import type { RunContext } from '../context/run-context'
import { labelOf } from '../context/script-label'
import { pause, type Lock } from '../lock/migrator-lock'
import { lockTimeoutsOf } from '../context/session-settings'
import { traceOf } from '../failure/user-stack'
import { backend, cancelledOn, Watch } from './watch'
import type { Watched as WatchedWork, WatchOptions } from './watch'

/** The state of one execution: its sessions, and what became of its steps so far. */
export class Runner {
  readonly results: StepResult[] = []
  readonly total: number
  /** Milliseconds from one look at who blocks us to the next: a few within the shortest lock timeout. */
  private readonly interval: number
  /** The script that was reported as started and not yet as finished. */
  private running: ({ job: Job } & Start) | undefined
  /** The scripts of the message that was sent last. */
  private together: readonly Job[] = []

  constructor(
    readonly context: RunContext,
    readonly work: Session,
    readonly lock: Lock,
    jobs: readonly Job[],
  ) {
    this.total = jobs.length
    const shortest = Math.min(...lockTimeoutsOf(context.settings, jobs.map(partOf)))
    this.interval = Math.max(20, Math.min(400, shortest / 4))
  }

  /**
   * Reports that a script starts, once, however often it is tried.
   * @param start when it did, where that was not now
   */
  started(job: Job, start: Start = { since: performance.now() }): void {
    const { running } = this
    if (running?.job === job) {
      this.running = { ...running, began: running.began ?? start.began }
      return
    }
    this.abandon()
    this.running = { job, ...start }
    if (!this.together.includes(job)) this.runs(job)
    this.context.observer.started?.(job.step, this.results.length, this.total)
  }

  /** Says whose the notices are that arrive from now on. */
  private runs({ step: { revision, title } }: Job): void {
    this.context.running = () => ({ revision, title })
  }

  /** The same for scripts that share a message; `statements`: how many each one has in it. */
  runTogether(jobs: readonly Job[], statements: readonly number[]): void {
    this.together = jobs
    this.context.running = (completed) => {
      let left = completed
      const job = jobs.find((_, index) => (left -= statements[index] ?? 0) < 0) ?? jobs.at(-1)
      return job && { revision: job.step.revision, title: job.step.title }
    }
  }

  /** Milliseconds since the script that runs was started. */
  get elapsed(): number {
    return this.running ? Math.max(0, performance.now() - this.running.since) : 0
  }

  finished(job: Job, durationMs: number): void {
    this.report(job, 'success', durationMs)
  }

  /** Reports the end of a script that was started and is not to be tried again here. */
  abandon(): void {
    if (!this.running) return
    const { job } = this.running
    const result = resultOf(job, 'error', Math.round(this.elapsed))
    this.running = undefined
    this.context.observer.finished?.(result, this.results.length, this.total)
  }

  /** The server's own measure of the last steps, one a step, where they were reported before it was known. */
  correct(durations: readonly number[]): void {
    const { results } = this
    const start = results.length - durations.length
    for (const [index, durationMs] of durations.entries()) {
      const result = results[start + index]
      if (result) results[start + index] = { ...result, durationMs }
    }
  }

  private report(job: Job, outcome: 'success' | 'error', durationMs: number): void {
    this.started(job)
    this.running = undefined
    const result = resultOf(job, outcome, durationMs)
    this.results.push(result)
    this.context.observer.finished?.(result, this.results.length - 1, this.total)
  }

  /** True when the next `checkpoint` would throw. */
  get stops(): boolean {
    return this.context.signal?.aborted === true || this.lock.lost
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

  /**
   * Runs work that may block: watches who blocks it, says so when that lasts, and cancels it when the
   * user says stop. Never throws.
   */
  async watched<Result>(task: Promise<Result>, manner: Manner = {}): Promise<Watched<Result>> {
    const { context, lock } = this
    const { lockTimeout } = context.settings
    const settle = task.then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    )
    if (!lock.watch) {
      const settled = await cancelledOn(context.signal, settle, () => this.work.cancel())
      return { ...settled, blocker: undefined }
    }
    const watch = new Watch(lock.watch, this.ownWork(lock.watch), {
      what: this.running ? labelOf(this.running.job.step) : '',
      interval: this.interval,
      patience: lockTimeout + 1000, // until then a lock timeout will speak
      repeat: 30_000,
      progress: false,
      notice: (text, kind) => context.observer.notice?.(text, kind),
      signal: context.signal,
      ...manner,
    })
    const settled = await settle
    await watch.stop()
    return { ...settled, blocker: watch.blocker }
  }

  /** Behind a pooler a process id of the server is nobody's to keep. */
  private ownWork(watch: Session): WatchedWork {
    const { work, context } = this
    if (!work.pooled) return backend(watch, work.pid)
    return {
      pid: () => findWorker(watch, context.settings.journal),
      cancel: () => work.cancel(),
    }
  }

  /**
   * Records a failure in a transaction of its own and turns it into what the caller throws. Whether
   * the record could be written or not, the failure itself is what is thrown.
   */
  async fail(job: Job, error: MigrationError): Promise<never> {
    this.started(job)
    const said = this.asStopped(error)
    const took = this.elapsed
    await this.record(job.claim, said, took)
    return this.stop(job, said, took)
  }

  /** Ends the run with a failure that is recorded already. */
  stop(job: Job, error: MigrationError, took = this.elapsed): never {
    this.report(job, 'error', Math.round(took))
    throw error
  }

  /** What failed because the user said stop was interrupted, for the journal and for the user. */
  asStopped(error: MigrationError): MigrationError {
    const stopped = this.context.signal?.aborted && error.code !== 'INTERRUPTED'
    return stopped ? interruptedBy(error) : error
  }

  /** True when an error means that the work's connection is gone; it is not used again then. */
  lostBy(error: unknown): boolean {
    if (isConnectionLoss(error)) this.work.lost = true
    return this.work.lost
  }

  private async record(claim: Claim, error: MigrationError, took: number): Promise<void> {
    const session = this.work.lost ? await this.reopen() : this.work
    if (!session) return
    const columns = { outcome: 'error', ...this.failureColumns(error) }
    const text = insertRow(
      this.context.settings.journal,
      claim,
      columns,
      failureTimes(took, this.running?.began),
    )
    // a cancel request may reach the server late, and then it is this that it stops
    const sent = await session.send(text)
    const { error: refused } = sent.error?.code === '57014' ? await session.send(text) : sent
    if (refused) this.context.observer.notice?.(`the failure was not recorded: ${refused.message}`)
    if (session !== this.work) await session.close()
  }

  /** The error as the journal keeps it: whole, and without a secret. */
  failureColumns(failure: MigrationError): { error: string; trace: string } {
    const { code, message, detail, hint, file, line, column, excerpt, sqlstate } = failure
    const fields = { code, message, detail, hint, file, line, column, excerpt, sqlstate }
    const hide = redactor(this.context.settings.secrets)
    const shown = Object.entries(fields).map(([key, value]) => {
      return [key, typeof value === 'string' ? hide(value) : value] as const
    })
    return {
      error: JSON.stringify(Object.fromEntries(shown)),
      trace: hide(traceOf(failure)),
    }
  }

  private async reopen(): Promise<Session | undefined> {
    if (this.context.database.single) return undefined
    return this.context.database.open('work').catch(() => undefined)
  }

  /** Waits before a retry, and says why; false when it was tried often enough. */
  async backOff(label: string, { attempt, sqlstate, blocker }: Conflict): Promise<boolean> {
    if (attempt >= retries) return false
    const wait = Math.min(10_000, 200 * 2 ** attempt) * (0.5 + Math.random() / 2)
    const why = conflicts[sqlstate ?? ''] ?? 'conflict'
    const by = blocker ? `, held by ${blocker}` : ''
    this.context.observer.notice?.(
      `${label}: ${why}${by}; trying again in ${(wait / 1000).toFixed(1)} s`,
      'retry',
    )
    // who stops the run while it waits is told so, and the failure is recorded
    return pause(this.context, wait).then(
      () => true,
      () => false,
    )
  }

  /** Somebody else made this claim: what was planned has been done by another migrator. */
  isClaimRefused({ code, constraint }: DatabaseError): boolean {
    return code === '23505' && constraint === claimIndex(this.context.settings.journal)
  }
}

function resultOf({ step }: Job, outcome: 'success' | 'error', durationMs: number): StepResult {
  const { revision, title, kind, direction, operation } = step
  return { revision, title, kind, direction, operation, outcome, durationMs }
}

/** Why work may be tried again, and how often it was. */
export interface Conflict {
  attempt: number
  sqlstate: string | undefined
  /** Who was seen blocking it. */
  blocker: string | undefined
}

const conflicts: Readonly<Record<string, string>> = {
  '55P03': 'lock timeout',
  '40P01': 'deadlock',
  '40001': 'serialization failure',
}

/** How some work differs from other work that is watched. */
export type Manner = Partial<
  Pick<WatchOptions, 'what' | 'patience' | 'repeat' | 'progress' | 'meanwhile'>
>

const partOf = (job: Job) => (job.kind === 'sql' ? job.part : undefined)

/** What came of watched work, and who was seen blocking it. */
export type Watched<Result> = ({ result: Result } | { error: unknown }) & {
  blocker: string | undefined
}

/** Tries after the first, so that a deploy waits about a minute and a half for a busy table. */
const retries = 10

export function claimRefused(revision: string): MigrationError {
  return new MigrationError('CLAIM_REFUSED', `another migrator has taken script ${revision}`, {
    hint: 'Run it again: what the other one did is recorded.',
  })
}

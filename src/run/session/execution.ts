import type { DatabaseError } from 'pg'
import type { Session } from '../../database/postgres/session'
import { interrupted, MigrationError, type StepResult } from '../../errors'
import { claimIndex } from '../../journal/model/journal-name'
import { insertRow } from '../../journal/model/claim'
import type { Claim } from '../../journal/model/journal-columns'
import { failureTimes } from '../../journal/model/write-times'
import { redactor } from '../../settings/value/redact'
import type { Blocker } from '../context/server-sessions'
import { betweenStepHooks, hasStepHooks } from '../context/hooks'
import { findWorker } from '../lock/probe'
import { isConnectionLoss } from '../../database/postgres/connection-loss'
import { errorFields, interruptedBy } from '../failure/script-failure'
import type { Plan } from '../../plan/plan'
import type { PreparedStep } from '../prepare/prepared-step'
import type { RunContext } from '../context/run-context'
import { labelOf } from '../../plan/notice'
import type { Lock } from '../lock/migrator-lock'
import { lockTimeoutsOf } from '../context/session-settings'
import { traceOf } from '../failure/user-stack'
import { backend, cancelledOn, Watch, type Watched, type WatchOptions } from './watch'

export { claimRefused } from '../failure/unfinished'

/** When a script started. */
export interface Start {
  /** As `performance.now()` has it. */
  since: number
  /** By the server's clock, in milliseconds, where that is known. */
  began?: number | undefined
}

/** The state of one execution: its sessions, and what became of its steps so far. */
export class Execution {
  readonly results: StepResult[] = []
  readonly total: number
  /** Milliseconds between two queries for the blocking session: several fit into the shortest lock timeout. */
  private readonly interval: number
  plan?: Plan
  /** Who was seen blocking a step last, at any of its tries. */
  private seen: { of: PreparedStep | undefined; blocker: Blocker } | undefined
  /** The script that was reported as started and not yet as finished. */
  private running: ({ prepared: PreparedStep } & Start) | undefined
  /** The scripts of the message that was sent last. */
  private together: readonly PreparedStep[] = []

  constructor(
    readonly context: RunContext,
    readonly work: Session,
    readonly lock: Lock,
    preparedSteps: readonly PreparedStep[],
  ) {
    this.total = preparedSteps.length
    const shortest = Math.min(...lockTimeoutsOf(context.settings, preparedSteps.map(partOf)))
    this.interval = Math.max(20, Math.min(400, shortest / 4))
  }

  /**
   * Reports that a script starts, once, however often it is tried.
   * @param start when it did, where that was not now
   */
  started(prepared: PreparedStep, start: Start = { since: performance.now() }): void {
    const { running } = this
    if (running?.prepared === prepared) {
      this.running = { ...running, began: running.began ?? start.began }
      return
    }
    this.abandon()
    this.running = { prepared, ...start }
    if (!this.together.includes(prepared)) this.runs(prepared)
    this.context.observer.started?.(prepared.step, this.results.length, this.total)
  }

  /** Sets the script to which notices belong that arrive from now on. */
  private runs({ step: { revision, title } }: PreparedStep): void {
    this.context.running = () => ({ revision, title })
  }

  /** The same for scripts that share a message; `statements`: how many each one has in it. */
  runTogether(preparedSteps: readonly PreparedStep[], statements: readonly number[]): void {
    this.together = preparedSteps
    this.context.running = (completed) => {
      let left = completed
      const prepared =
        preparedSteps.find((_, index) => (left -= statements[index] ?? 0) < 0) ??
        preparedSteps.at(-1)
      return prepared && { revision: prepared.step.revision, title: prepared.step.title }
    }
  }

  /** Milliseconds since the script that runs was started. */
  get elapsed(): number {
    return this.running ? Math.max(0, performance.now() - this.running.since) : 0
  }

  finished(prepared: PreparedStep, durationMs: number): void {
    this.report(prepared, 'success', durationMs)
  }

  /** Reports the end of a script that was started and is not to be tried again here. */
  abandon(): void {
    if (!this.running) return
    const { prepared } = this.running
    const result = resultOf(prepared, 'error', Math.round(this.elapsed))
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

  private report(prepared: PreparedStep, outcome: 'success' | 'error', durationMs: number): void {
    this.started(prepared)
    this.running = undefined
    const result = resultOf(prepared, outcome, durationMs)
    this.results.push(result)
    this.context.observer.finished?.(result, this.results.length - 1, this.total)
  }

  /** True when the next `checkpoint` would throw. */
  get stops(): boolean {
    return this.context.signal?.aborted === true || this.lock.lost
  }

  /** Throws when the run was aborted or the lock's connection has ended; called between scripts. */
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
   * Runs work that may block: watches for the blocking session, reports it when the wait is long, and cancels
   * the work when the run is aborted. Never throws.
   */
  async watched<Result>(
    task: Promise<Result>,
    manner: Manner = {},
  ): Promise<WatchedResult<Result>> {
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
      what: this.running ? labelOf(this.running.prepared.step) : '',
      interval: this.interval,
      patience: lockTimeout + 1000, // until then a lock timeout will speak
      repeat: 30_000,
      progress: false,
      notice: (notice) => context.observer.notice?.(notice),
      signal: context.signal,
      ...manner,
    })
    const settled = await settle
    await watch.stop()
    const of = this.running?.prepared
    if (watch.blocker) this.seen = { of, blocker: watch.blocker }
    // a short lock timeout may be over before anybody was looked for
    return { ...settled, blocker: this.seen?.of === of ? this.seen?.blocker : undefined }
  }

  /** Behind a pooler a process id of the server is nobody's to keep. */
  private ownWork(watch: Session): Watched {
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
  async fail(prepared: PreparedStep, error: MigrationError): Promise<never> {
    this.started(prepared)
    const said = this.asStopped(error)
    const took = this.elapsed
    await this.record(prepared.claim, said, took)
    return this.stop(prepared, said, took)
  }

  /** Ends the run with a failure that is recorded already. */
  stop(prepared: PreparedStep, error: MigrationError, took = this.elapsed): never {
    this.report(prepared, 'error', Math.round(took))
    throw error
  }

  /** A failure after the run was aborted is an interruption, in the journal and for the user. */
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
    const { observer } = this.context
    if (refused)
      observer.notice?.({ kind: 'notice', code: 'FAILURE_NOT_RECORDED', reason: refused.message })
    if (session !== this.work) await session.close()
  }

  /** The error as the journal keeps it: whole, and without a secret. */
  failureColumns(failure: MigrationError): { error: string; trace: string } {
    const hide = redactor(this.context.settings.secrets)
    const shown = Object.entries(errorFields(failure)).map(([key, value]) => {
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

  /** Somebody else made this claim: what was planned has been done by another migrator. */
  isClaimRefused({ code, constraint }: DatabaseError): boolean {
    return code === '23505' && constraint === claimIndex(this.context.settings.journal)
  }
}

function resultOf(
  { step }: PreparedStep,
  outcome: 'success' | 'error',
  durationMs: number,
): StepResult {
  const { revision, title, kind, direction, operation } = step
  return { revision, title, kind, direction, operation, outcome, durationMs }
}

/** Runs the first of the steps between its hooks, or without hooks as many as may go together. */
export function hooked(
  execution: Execution,
  preparedSteps: readonly PreparedStep[],
  run: (some: readonly PreparedStep[]) => Promise<number>,
): Promise<number> {
  const { context, results, total } = execution
  const [prepared] = preparedSteps
  if (!prepared || !hasStepHooks(context.hooks)) return run(preparedSteps)
  const { step } = prepared
  return betweenStepHooks(context.hooks, { step, results, total }, async () => {
    // none done means: try again
    while ((await run([prepared])) === 0) execution.checkpoint()
    return 1
  })
}

/** How some work differs from other work that is watched. */
export type Manner = Partial<
  Pick<WatchOptions, 'what' | 'patience' | 'repeat' | 'progress' | 'meanwhile'>
>

const partOf = (prepared: PreparedStep) => (prepared.kind === 'sql' ? prepared.part : undefined)

/** What came of watched work, and who was seen blocking it. */
export type WatchedResult<Result> = ({ result: Result } | { error: unknown }) & {
  blocker: Blocker | undefined
}

import type { MigrationError } from '../errors'
import { buildMessage, judge, type Parcel, type Verdict } from './batch'
import { placeOfFailure } from './blame'
import { connectionLost, heldBy, scriptFailure } from './failure'
import { labelOf } from './label'
import { type Job, type SqlJob } from './job'
import { isRetryable } from './retry'
import { claimRefused, type Runner } from './runner'
import { restoreSession, timeoutsFor } from './session-settings'

/** How much one message carries at most; a bigger script travels alone. */
const largestMessage = 256 * 1024
/** How long one message should take, so that progress, Ctrl-C and a lost lock are seen. */
const wantedMilliseconds = 500

/** Sends SQL jobs in few messages and learns from each how much the next may carry. */
export class MessageSender {
  private budget = 64 * 1024
  /** Scripts that a refused message must not take along again. */
  private readonly lonely = new Set<SqlJob>()
  private attempt = 0

  constructor(
    private readonly runner: Runner,
    /** False in `all` mode, where one transaction is open already. */
    private readonly transaction: boolean,
  ) {}

  /** How many of `jobs`, from the first, travel together. */
  take(jobs: readonly SqlJob[]): SqlJob[] {
    const [first] = jobs
    if (!first) return []
    const taken = [first]
    let size = first.part.text.length
    for (const job of jobs.slice(1)) {
      if (!this.mayShare(first) || !this.mayShare(job)) break
      size += 2 * job.part.text.length + 1024
      if (size > this.budget) break
      taken.push(job)
    }
    return taken
  }

  private mayShare(job: SqlJob): boolean {
    return job.how === 'shared' && !this.lonely.has(job)
  }

  /**
   * Sends one message and settles what it came to. Returns how many of the jobs are done; fewer than
   * given means: take again, from the first one not done.
   */
  async send(jobs: readonly SqlJob[]): Promise<number> {
    const { runner } = this
    const { settings } = runner.context
    for (const job of jobs.slice(0, 1)) runner.started(job)
    const parcels = jobs.map((job) =>
      parcelOf(job, runner, this.transaction && job !== jobs.at(-1)),
    )
    const message = buildMessage(parcels, settings.journal, this.transaction)
    const start = performance.now()
    const watched = await runner.watched(runner.work.send(message.text), { what: namesOf(jobs) })
    if ('error' in watched) {
      throw runner.lostBy(watched.error)
        ? connectionLost(namesOf(jobs), watched.error)
        : watched.error
    }
    const { result, blocker } = watched
    const verdict = judge(message, result)
    this.learn(performance.now() - start)
    this.reportDone(jobs, verdict)
    if (verdict.done === jobs.length) return verdict.done
    return this.settle(jobs, verdict, blocker)
  }

  private reportDone(jobs: readonly SqlJob[], { done, durations }: Verdict): void {
    for (const [index, job] of jobs.slice(0, done).entries()) {
      if (index > 0) this.runner.started(job)
      this.runner.finished(job, durations[index] ?? 0)
    }
    if (done > 0) this.attempt = 0
  }

  private async settle(
    jobs: readonly SqlJob[],
    verdict: Verdict,
    blocker: string | undefined,
  ): Promise<number> {
    const { runner } = this
    if (this.transaction && runner.work.status === 'E') await runner.work.send('ROLLBACK')
    if (this.transaction && verdict.refused && jobs.length > 1) {
      this.isolate(jobs, verdict)
      return 0
    }
    const failure = verdict.failure
    const job = jobs[failure?.parcel ?? 0]
    if (!failure || !job) throw new Error('a message failed without saying which script')
    if (failure.stage === 'claim' && runner.isClaimRefused(failure.error)) {
      throw claimRefused(job.step.revision)
    }
    const sqlstate = failure.error.code
    const conflict = isRetryable(sqlstate)
    if (this.transaction && conflict) {
      const attempt = this.attempt++
      if (await runner.backOff(labelOf(job.step), { attempt, sqlstate, blocker }))
        return verdict.done
    }
    const error = scriptFailure(failure.error, labelOf(job.step), placeOfFailure(job, failure))
    if (!this.transaction) throw new StepFailed(job, error, blocker)
    return runner.fail(job, conflict ? heldBy(error, blocker) : error)
  }

  /** The scripts before the bad one go again without it; then it goes alone, and only that verdict counts. */
  private isolate(jobs: readonly SqlJob[], { failure }: Verdict): void {
    const suspects = failure === undefined ? jobs : jobs.slice(failure.parcel, failure.parcel + 1)
    for (const job of suspects) this.lonely.add(job)
  }

  private learn(milliseconds: number): void {
    const factor = Math.min(2, Math.max(0.25, wantedMilliseconds / Math.max(1, milliseconds)))
    this.budget = Math.min(largestMessage, Math.max(8 * 1024, this.budget * factor))
  }
}

/** A failure inside the one transaction of `all` mode: whoever began it rolls back and records. */
export class StepFailed extends Error {
  constructor(
    readonly job: Job,
    readonly failure: MigrationError,
    readonly blocker?: string,
  ) {
    super(failure.message)
  }
}

/**
 * Work and entry are one transaction, lost or kept together, and the last COMMIT of the message flushes
 * those before it, so none of them need wait for the disk by itself.
 * @see https://www.postgresql.org/docs/current/wal-async-commit.html
 */
const commitUnflushed = 'SET LOCAL synchronous_commit = off'

function parcelOf(
  { claim, part, sql }: SqlJob,
  { context, work }: Runner,
  unflushed: boolean,
): Parcel {
  const lead = leadOf(sql)
  return {
    claim,
    lead: lead?.statements ?? [],
    text: lead?.text ?? sql.text,
    statements: sql.statements.length - (lead ? lead.statements.length : 0),
    before: [timeoutsFor(context.settings, part, true), ...(unflushed ? [commitUnflushed] : [])],
    after: restoreSession(work, sql.text),
  }
}

/** SET TRANSACTION must come before any query, so before the claim; it is no work that a claim guards. */
function leadOf({ statements, text }: SqlJob['sql']) {
  const count = statements.findIndex(({ words: [first, second] }) => {
    return first !== 'SET' || second !== 'TRANSACTION'
  })
  const lead = statements.slice(0, count < 0 ? statements.length : count)
  const end = lead.at(-1)?.end
  if (end === undefined) return undefined
  return {
    statements: lead.map(({ firstTokenStart, end: last }) => text.slice(firstTokenStart, last)),
    text: text.slice(0, end + 1).replace(/[^\n]/g, ' ') + text.slice(end + 1),
  }
}

function namesOf(jobs: readonly SqlJob[]): string {
  const [first, ...others] = jobs.map(({ step }) => labelOf(step))
  return others.length ? `${first} and ${others.length} after it` : String(first)
}

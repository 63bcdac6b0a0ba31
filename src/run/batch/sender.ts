import type { Blocker } from '../context/server-sessions'
import { writeTimes } from '../../journal/model/claim'
import { buildMessage, durationsOf, judge, statementsIn } from './message'
import type { BatchMessage, MessageVerdict } from './message'
import { connectionLost, heldBy, scriptFailure } from '../failure/script-failure'
import { labelOf } from '../../plan/notice'
import type { PreparedSql } from '../prepare/prepared-step'
import { Retries, StepFailed } from '../session/retry'
import type { Session } from '../../database/postgres/session'
import { envelopeOf, placeOfFailure } from './envelope'
import { ReportedEarly, startsIn } from './message-progress'
import { claimRefused, type Execution, type Start } from '../session/execution'
import { timed } from '../session/timed'

/** How much one message carries at most; a bigger script travels alone. */
const largestMessage = 256 * 1024
/** How long one message should take, so that progress, Ctrl-C and a lost lock are seen. */
const targetMilliseconds = 500

export interface SenderOptions {
  /** False in `all` mode, where one transaction is open already. */
  transaction: boolean
  /** The id of the one transaction in `all` mode, where typetrek began it and what is in doubt can be tried again. */
  within?: string | undefined
  /**
   * Scripts that must travel alone, without a savepoint, and be finished by an UPDATE, whose verdict
   * counts: a message with others was refused, the transaction was not the same at the script's end, or
   * what was refused may go without the savepoint.
   */
  isolated: Set<PreparedSql>
}

/** What is known of the scripts of a message that are done. */
interface Done {
  /** Milliseconds that each took. */
  durations: readonly number[]
  starts: readonly Start[]
  /** How many were reported while the message was under way. */
  ahead: number
}

interface Ready {
  preparedSteps: readonly PreparedSql[]
  message: BatchMessage
}

/** Sends SQL scripts in few messages and learns from each how much the next may carry. */
export class MessageSender {
  private budget = largestMessage
  private readonly retries: Retries
  /** Built while the message before it was under way. */
  private ready: Ready | undefined
  private within: string | undefined
  private doubtful = false

  constructor(
    private readonly execution: Execution,
    private readonly options: SenderOptions,
  ) {
    this.within = options.within
    this.retries = new Retries(execution.context)
  }

  /** Says that something ran in `all` mode that may have ended the transaction and started another. */
  doubt(): void {
    this.doubtful = this.options.within !== undefined
  }

  /** How many of the prepared steps, from the first, travel together. */
  private take(preparedSteps: readonly PreparedSql[]): PreparedSql[] {
    const [first] = preparedSteps
    if (!first) return []
    const taken = [first]
    let size = first.part.text.length
    for (const prepared of preparedSteps.slice(1)) {
      if (!this.mayShare(first) || !this.mayShare(prepared)) break
      size += 2 * prepared.part.text.length + 1024
      if (size > this.budget) break
      taken.push(prepared)
    }
    return taken
  }

  private mayShare(prepared: PreparedSql): boolean {
    return prepared.route === 'shared' && !this.options.isolated.has(prepared)
  }

  /** True for a script whose transaction nobody but us can end, as far as its text shows. */
  private isSealed(prepared: PreparedSql): boolean {
    return (this.options.transaction || this.within !== undefined) && this.mayShare(prepared)
  }

  private async lookAgain(): Promise<void> {
    const { work } = this.execution
    this.within = work.status === 'T' ? await transactionId(work) : undefined
    this.doubtful = false
  }

  /**
   * Sends the first of `waiting` that share a message, and records the outcome. Returns how many are done;
   * none means: try again.
   */
  async send(waiting: readonly PreparedSql[]): Promise<number> {
    const { execution } = this
    if (this.doubtful) await this.lookAgain()
    const { preparedSteps, message } =
      this.ready?.preparedSteps[0] === waiting[0] ? this.ready! : this.build(waiting)
    this.ready = undefined
    const start = performance.now()
    for (const prepared of preparedSteps.slice(0, 1)) {
      execution.started(prepared, { since: start })
      if (!this.isSealed(prepared)) this.doubt()
    }
    execution.runTogether(preparedSteps, message.envelopes.map(statementsIn))
    const ahead = new ReportedEarly(execution, preparedSteps)
    const send = () => execution.work.send(message.text)
    const [only] = preparedSteps
    const sent =
      only && preparedSteps.length === 1 ? timed(execution, only, only.sql.text, send) : send()
    const following = waiting.slice(preparedSteps.length)
    // while the server works
    const [next] = following
    if (next && this.mayShare(next) && !this.doubtful) this.ready = this.build(following)
    const watched = await execution.watched(sent, {
      what: namesOf(preparedSteps),
      // in `all` mode nothing shows before the end
      ...(this.options.transaction && preparedSteps.length > 1 && { meanwhile: ahead.look }),
    })
    if ('error' in watched) {
      throw execution.lostBy(watched.error)
        ? connectionLost(namesOf(preparedSteps), watched.error)
        : watched.error
    }
    const { result, blocker } = watched
    const verdict = judge(message, result)
    this.learn(performance.now() - start)
    const whole = verdict.done === preparedSteps.length
    const durations = whole ? verdict.durations : await this.rollBack(preparedSteps, verdict)
    const starts = startsIn(verdict, start)
    this.reportDone(preparedSteps.slice(0, verdict.done), { durations, starts, ahead: ahead.count })
    if (whole) return verdict.done
    const failing = preparedSteps[verdict.done]
    if (failing && !verdict.refused) execution.started(failing, starts[verdict.done])
    this.ready = undefined
    return this.settle(preparedSteps, verdict, blocker)
  }

  private build(waiting: readonly PreparedSql[]): Ready {
    const preparedSteps = this.take(waiting)
    return { preparedSteps, message: buildMessage(this.envelopes(preparedSteps)) }
  }

  private envelopes(preparedSteps: readonly PreparedSql[]) {
    const { execution } = this
    const { transaction } = this.options
    return preparedSteps.map((prepared) => {
      const unflushed = transaction && prepared !== preparedSteps.at(-1)
      const ended = prepared === preparedSteps.at(-1) ? this.timesOf(preparedSteps) : []
      return envelopeOf(prepared, execution.work, execution.context.settings, {
        transaction,
        sealed: this.isSealed(prepared),
        within: this.within,
        first: prepared === preparedSteps[0],
        last: unflushed ? [commitUnflushed] : ended,
      })
    })
  }

  private timesOf(preparedSteps: readonly PreparedSql[], end?: number): string[] {
    const sealed = preparedSteps
      .filter((prepared) => this.isSealed(prepared))
      .map(({ claim }) => claim)
    const { journal } = this.execution.context.settings
    return sealed.length > 0 ? [writeTimes(journal, sealed, { within: this.within, end })] : []
  }

  private reportDone(done: readonly PreparedSql[], { durations, starts, ahead }: Done): void {
    const { execution } = this
    execution.correct(durations.slice(0, ahead))
    for (const [index, prepared] of done.entries()) {
      if (index < ahead) continue
      execution.started(prepared, starts[index])
      execution.finished(prepared, durations[index] ?? Math.round(execution.elapsed))
    }
    if (done.length > 0) this.retries.reset()
  }

  private async settle(
    preparedSteps: readonly PreparedSql[],
    verdict: MessageVerdict,
    blocker: Blocker | undefined,
  ): Promise<number> {
    const { execution } = this
    if (this.options.transaction && verdict.refused && preparedSteps.length > 1) {
      this.isolate(preparedSteps, verdict)
      return 0
    }
    const failure = this.blamed(verdict.failure)
    const prepared = preparedSteps[failure?.envelope ?? 0]
    if (!failure || !prepared) throw new Error('a message failed without saying which script')
    if (failure.stage === 'claim' && execution.isClaimRefused(failure.error)) {
      throw claimRefused(prepared.step.revision)
    }
    const sqlstate = failure.error.code
    const inside = this.options.transaction && onlyInside.has(sqlstate ?? '')
    const inDoubt = failure.stage === 'finish' || inside
    if (inDoubt && this.isSealed(prepared)) {
      this.options.isolated.add(prepared)
      if (this.options.transaction) return verdict.done
    }
    const stopped = { work: labelOf(prepared.step), sqlstate, blocker }
    if (this.options.transaction && (await this.retries.again(stopped))) return verdict.done
    const error = scriptFailure(
      failure.error,
      labelOf(prepared.step),
      placeOfFailure(prepared, failure),
    )
    if (!this.options.transaction) throw new StepFailed(prepared, error, blocker)
    return execution.fail(prepared, heldBy(error, blocker))
  }

  /** In `all` mode a claim fails where the script before it has ended the transaction, or made it read-only. */
  private blamed(failure: MessageVerdict['failure']): MessageVerdict['failure'] {
    if (failure?.stage !== 'claim' || failure.envelope === 0 || this.options.transaction)
      return failure
    if (!notTheSame.has(failure.error.code ?? '')) return failure
    return { ...failure, envelope: failure.envelope - 1, stage: 'finish' }
  }

  /** Records the times of what was committed before the failure and returns them; this commit also flushes it to disk. */
  private async rollBack(
    preparedSteps: readonly PreparedSql[],
    { done, began }: MessageVerdict,
  ): Promise<number[]> {
    const { work } = this.execution
    if (!this.options.transaction) return []
    const rollBack = work.status === 'E' ? ['ROLLBACK'] : []
    const text = [...rollBack, ...this.timesOf(preparedSteps.slice(0, done), began[done])].join(
      ';\n',
    )
    return text ? durationsOf(await work.send(text)) : []
  }

  /** The scripts before the failed one are sent again without it; then it is sent alone, and only that result counts. */
  private isolate(preparedSteps: readonly PreparedSql[], { failure }: MessageVerdict): void {
    const suspects =
      failure === undefined
        ? preparedSteps
        : preparedSteps.slice(failure.envelope, failure.envelope + 1)
    for (const prepared of suspects) this.options.isolated.add(prepared)
  }

  private learn(milliseconds: number): void {
    const factor = Math.min(2, Math.max(0.25, targetMilliseconds / Math.max(1, milliseconds)))
    this.budget = Math.min(largestMessage, Math.max(8 * 1024, this.budget * factor))
  }
}

/** The id of the transaction that is open, or that `first` begins. */
export async function transactionId(work: Session, first = ''): Promise<string> {
  const { error, rows } = await work.send(`${first}SELECT pg_catalog.txid_current() AS typetrek`)
  if (error) throw error
  return String(rows[0]?.[0])
}

/**
 * Work and entry are one transaction, lost or kept together, and the last COMMIT of the message flushes
 * those before it, so none of them need wait for the disk by itself.
 * @see https://www.postgresql.org/docs/current/wal-async-commit.html
 */
const commitUnflushed = 'SET LOCAL synchronous_commit = off'

/**
 * What PostgreSQL may refuse for no other reason than that a savepoint is open: the use of a new enum
 * label (55P04), SET TRANSACTION and the export of a snapshot (25001).
 */
const onlyInside = new Set(['55P04', '25001'])

/** Division by zero, which our own guard makes; a write where nothing may be written. */
const notTheSame = new Set(['22012', '25006'])

function namesOf(preparedSteps: readonly PreparedSql[]): string {
  const [first, ...others] = preparedSteps.map(({ step }) => labelOf(step))
  return others.length ? `${first} and ${others.length} after it` : String(first)
}

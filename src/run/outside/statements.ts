import type { DatabaseError } from 'pg'
import { MigrationError } from '../../errors'
import { failClaim, finishClaim, recordDone } from '../../journal/model/claim'
import type { SqlWork } from '../../script/parser/sql-work'
import { StatementFailed, statementFailure } from '../session/statement-failure'
import { connectionLost } from '../failure/script-failure'
import { labelOf } from '../../plan/notice'
import { mayRepeat, withoutGivingWay, workConcurrently } from './concurrently'
import { type SqlJob } from '../prepare/prepared-step'
import { clearLeftovers } from './invalid-indexes'
import { retried } from '../session/retry'
import { checkPrefix, claimStatements, prefixOf, settleDoubt, type Progress } from './resume'
import { claimRefused, type Manner, type Runner } from '../session/execution'
import { statementsToSkip } from './still-there'
import { asOurselves, restoreSession, timeoutsFor } from '../context/session-settings'

/**
 * Runs a SQL script outside a transaction: claims with a committed `running` row and sends each
 * statement in a message of its own. A statement that PostgreSQL allows in a transaction is recorded
 * done in its own one, so that it is done and recorded or neither; any other is recorded after it. After
 * a crash or a failure the script goes on from the first statement that is not done; the one in doubt is
 * settled by the catalog.
 */
export async function runStatements(runner: Runner, job: SqlJob): Promise<number> {
  runner.started(job)
  const start = performance.now()
  const progress = await claimStatements(runner, job, await verified(runner, job))
  const first = await prepare(runner, job, progress)
  try {
    for (let index = first.done; index < job.sql.statements.length; index++) {
      runner.checkpoint()
      await runOne(runner, job, index, first.doubt && index === first.done ? first : undefined)
    }
    await finish(runner, job)
  } catch (error) {
    throw await failed(runner, job, error)
  }
  runner.finished(job, Math.round(performance.now() - start))
  return 1
}

/** How many statements to skip: what they made must still be there. */
async function verified(runner: Runner, job: SqlJob): Promise<number> {
  const { resume, resumeFrom } = job.step
  const done = resume?.statementsDone ?? 0
  if (done === 0) return 0
  if (resumeFrom !== 'start') checkPrefix(job, done, resume?.doneChecksum ?? null)
  const settings = new Set(settingsAmong(job.sql, done))
  try {
    await prepareSession(runner, job)
    return await statementsToSkip(runner, job, {
      isSetting: (index) => settings.has(index),
      run: (index) => must(runner, textOf(job, index)),
    })
  } finally {
    await restore(runner, job)
  }
}

/** Makes the session what the statements done had made of it, and settles the one in doubt. */
async function prepare(runner: Runner, job: SqlJob, progress: Progress): Promise<Progress> {
  try {
    await prepareSession(runner, job)
    for (const index of settingsAmong(job.sql, progress.done)) {
      await must(runner, textOf(job, index))
    }
    if (!progress.doubt) return progress
    const { done } = progress
    if ((await settleDoubt(runner, job, progress, isAtomic(job, done))) === 'not done') {
      // a person's word ends the doubt; else the server may yet refuse it in a transaction
      return { ...progress, doubt: job.step.answer === undefined }
    }
    await record(runner, job, done + 1)
    return { done: done + 1, doubt: false }
  } catch (error) {
    // the entry stays claimed: what it says is all that is known
    await restore(runner, job)
    throw error
  }
}

/** Statements done whose effect ended with the session that ran them. */
function settingsAmong({ statements }: SqlWork, done: number): number[] {
  return statements.slice(0, done).flatMap(({ words: [first, second] }, index) => {
    const local = second === 'LOCAL' || second === 'TRANSACTION' || second === 'CONSTRAINTS'
    return (first === 'SET' && !local) || first === 'RESET' || first === 'LOAD' ? [index] : []
  })
}

/** Behind a pooler there is no session to prepare: what is set would stay with somebody else's. */
async function prepareSession({ context, work }: Runner, { part }: SqlJob): Promise<void> {
  if (work.pooled) return
  const timeouts = timeoutsFor(work, context.settings, { part, local: false })
  const { error } = await work.send(timeouts.join(';\n'))
  if (error) throw error
}

/** @param doubt what is known of the statement when a dead run may have begun it */
async function runOne(
  runner: Runner,
  job: SqlJob,
  index: number,
  doubt: Progress | undefined,
): Promise<void> {
  if (runner.work.status !== 'I') return runInside(runner, job, index)
  if (!isAtomic(job, index)) return runAlone(runner, job, index)
  const failure = await retried(runner.context, () => runRecorded(runner, job, index))
  if (!failure) return
  // refused in a transaction for a reason that its text does not show: a partitioned table, say
  if (failure.sqlstate !== '25001') throw failure
  const isDone = doubt && (await settleDoubt(runner, job, doubt, false)) === 'done'
  return isDone ? record(runner, job, index + 1) : runAlone(runner, job, index)
}

const controls = /^(?:BEGIN|START|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|CALL)$/

/** True for a statement that can be one transaction with its record. */
function isAtomic({ sql }: SqlJob, index: number): boolean {
  const { words, firstTokenStart, end } = sql.statements[index]!
  const [first = '', second = ''] = words
  if (sql.nonTransactional.some(({ statementIndex }) => statementIndex === index)) return false
  if (controls.test(first) || (first === 'PREPARE' && second === 'TRANSACTION')) return false
  // a block that commits would do its work up to there twice
  return (
    first !== 'DO' || !/\b(?:commit|rollback|call)\b/i.test(sql.text.slice(firstTokenStart, end))
  )
}

/** Between the script's own BEGIN and COMMIT: the record is written with the COMMIT. */
async function runInside(runner: Runner, job: SqlJob, index: number): Promise<void> {
  if (['COMMIT', 'END'].includes(job.sql.statements[index]!.words[0] ?? '')) {
    await record(runner, job, index + 1)
  }
  await sendStatement(runner, job, index, textOf(job, index))
}

/** A statement that PostgreSQL refuses in a transaction; one that meets a lock is tried again by itself. */
async function runAlone(runner: Runner, job: SqlJob, index: number): Promise<void> {
  const what = workConcurrently(job.sql, index)
  const send = () =>
    what === undefined
      ? sendStatement(runner, job, index, textOf(job, index))
      : withoutGivingWay(runner, () => sendPatiently(runner, job, index, what))
  const once = () =>
    send().then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof StatementFailed) return error
        throw error
      },
    )
  const failure = await (mayRepeat(job.sql, index) ? retried(runner.context, once) : once())
  if (failure) throw failure
  if (runner.work.status === 'I') await record(runner, job, index + 1)
}

async function sendPatiently(runner: Runner, job: SqlJob, index: number, kind: string) {
  const manner = { what: `${labelOf(job.step)}: ${kind}`, patience: 0, progress: true }
  const { firstTokenStart, end } = job.sql.statements[index]!
  const source = job.sql.text.slice(firstTokenStart, end)
  const wanted = await clearLeftovers(runner, source, (text) =>
    sendStatement(runner, job, index, text, manner),
  )
  await sendStatement(runner, job, index, wanted === source ? textOf(job, index) : wanted, manner)
}

const opening = 'BEGIN READ WRITE;\n'

/** The statement and its record in one transaction; returns what the statement failed with, rolled back. */
async function runRecorded(
  runner: Runner,
  job: SqlJob,
  index: number,
): Promise<StatementFailed | undefined> {
  const { work } = runner
  const copy = job.sql.copies.find(({ statementIndex }) => statementIndex === index)
  const closing = `${asOurselves(recordText(runner, job, index + 1), true)};\nCOMMIT`
  const send = async () => {
    if (!copy) return work.send(`${opening}${textOf(job, index)}\n;\n${closing}`)
    const begun = await work.send(opening)
    if (begun.error) return begun
    await work.copyIn(textOf(job, index), [job.sql.text.slice(copy.dataStart, copy.dataEnd)])
    const { error, tags } = await work.send(closing)
    return { tags: ['BEGIN', 'COPY', ...tags], ...(error && { error }) }
  }
  const watched = await runner.watched(send())
  const { blocker } = watched
  const error = 'error' in watched ? (watched.error as DatabaseError) : watched.result.error
  if (!error) return undefined
  if (runner.lostBy(error) || error.severity === undefined) throw error
  if (work.status !== 'I') await must(runner, 'ROLLBACK')
  const tags = 'error' in watched ? 1 : watched.result.tags.length
  if (tags > 1 && error.code === '22012') throw claimRefused(job.step.revision)
  const { start, end } = job.sql.statements[index]!
  const sent = { start, end, before: copy ? 0 : opening.length }
  return new StatementFailed(job, error, sent, blocker)
}

async function sendStatement(
  runner: Runner,
  job: SqlJob,
  index: number,
  text: string,
  manner: Manner = {},
): Promise<void> {
  const { work } = runner
  const copy = job.sql.copies.find(({ statementIndex }) => statementIndex === index)
  const send = async () => {
    if (!copy) return work.send(text)
    await work.copyIn(text, [job.sql.text.slice(copy.dataStart, copy.dataEnd)])
    return { error: undefined }
  }
  const watched = await runner.watched(send(), manner)
  const error = 'error' in watched ? (watched.error as DatabaseError) : watched.result.error
  if (!error) return
  if (error.severity === undefined) throw error
  throw new StatementFailed(job, error, job.sql.statements[index]!, watched.blocker)
}

function textOf({ sql }: SqlJob, index: number): string {
  const { start, end } = sql.statements[index]!
  return sql.text.slice(start, end)
}

function recordText({ context }: Runner, job: SqlJob, done: number): string {
  return recordDone(context.settings.journal, job.claim, done, prefixOf(job, done))
}

async function record(runner: Runner, job: SqlJob, done: number): Promise<void> {
  const { work } = runner
  await mustBeOurs(runner, job, asOurselves(recordText(runner, job, done), work.status !== 'I'))
}

/** Dividing by no row means that another migrator has taken the entry over. */
async function mustBeOurs({ work }: Runner, { step }: SqlJob, text: string): Promise<void> {
  const { error } = await work.send(text)
  if (error) throw error.code === '22012' ? claimRefused(step.revision) : error
}

async function must({ work }: Runner, text: string): Promise<void> {
  const { error } = await work.send(text)
  if (error) throw error
}

async function finish(runner: Runner, job: SqlJob): Promise<void> {
  const { context, work } = runner
  if (work.status !== 'I') {
    throw new MigrationError(
      'SCRIPT_FAILED',
      `script ${labelOf(job.step)} leaves a transaction open`,
      { file: job.part.file, hint: 'End it with COMMIT.' },
    )
  }
  for (const text of restoreSession(work, job.sql.text)) await must(runner, text)
  await mustBeOurs(runner, job, finishClaim(context.settings.journal, job.claim))
}

async function restore({ work }: Runner, job: SqlJob): Promise<void> {
  if (work.lost) return
  if (work.status !== 'I') await work.send('ROLLBACK')
  for (const text of restoreSession(work, job.sql.text)) await work.send(text)
}

/** Puts the session back and turns our running entry into a failure that says how far it came. */
async function failed(runner: Runner, job: SqlJob, cause: unknown): Promise<unknown> {
  const { work, context } = runner
  const reason = cause instanceof StatementFailed ? cause.error : cause
  if (runner.lostBy(reason)) return connectionLost(labelOf(job.step), reason)
  await restore(runner, job)
  if (cause instanceof MigrationError && cause.code === 'SCRIPT_UNFINISHED') return cause
  const error = runner.asStopped(statementFailure(job, cause))
  const { error: text, trace } = runner.failureColumns(error)
  await work.send(failClaim(context.settings.journal, job.claim, text, trace))
  return runner.stop(job, error)
}

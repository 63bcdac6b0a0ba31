import type { DatabaseError } from 'pg'
import { MigrationError } from '../../errors'
import { failClaim, finishClaim, recordDone } from '../../journal/model/claim'
import type { SqlWork } from '../../script/parser/sql-work'
import { StatementFailed, statementFailure } from '../session/statement-failure'
import { connectionLost } from '../failure/script-failure'
import { labelOf } from '../../plan/notice'
import { mayRepeat, withoutGivingWay, workConcurrently } from './concurrently'
import { type PreparedSql } from '../prepare/prepared-step'
import { clearLeftovers } from './invalid-indexes'
import { retried } from '../session/retry'
import { checkPrefix, claimStatements, prefixOf, settleDoubt, type Progress } from './resume'
import { claimRefused, type Manner, type Execution } from '../session/execution'
import { statementsToSkip } from './still-there'
import { asRole } from '../context/script-role'
import { asOurselves, restoreSession, timeoutsFor } from '../context/session-settings'
import { timed } from '../session/timed'

/**
 * Runs a SQL script outside a transaction: claims with a committed `running` row and sends each
 * statement in a message of its own. A statement that PostgreSQL allows in a transaction is recorded
 * done in its own one, so that it is done and recorded or neither; any other is recorded after it. After
 * a crash or a failure the script goes on from the first statement that is not done; the one in doubt is
 * settled by the catalog.
 */
export async function runStatements(execution: Execution, prepared: PreparedSql): Promise<number> {
  execution.started(prepared)
  const start = performance.now()
  const progress = await claimStatements(execution, prepared, await verified(execution, prepared))
  const first = await prepare(execution, prepared, progress)
  try {
    for (let index = first.done; index < prepared.sql.statements.length; index++) {
      execution.checkpoint()
      const doubted = first.doubt && index === first.done
      await runOne(execution, prepared, index, doubted ? first : undefined)
    }
    await finish(execution, prepared)
  } catch (error) {
    throw await failed(execution, prepared, error)
  }
  execution.finished(prepared, Math.round(performance.now() - start))
  return 1
}

/** How many statements to skip: what they made must still be there. */
async function verified(execution: Execution, prepared: PreparedSql): Promise<number> {
  const { resume, resumeFrom } = prepared.step
  const done = resume?.statementsDone ?? 0
  if (done === 0) return 0
  if (resumeFrom !== 'start') checkPrefix(prepared, done, resume?.doneChecksum ?? null)
  const settings = new Set(settingsAmong(prepared.sql, done))
  try {
    await prepareSession(execution, prepared)
    return await statementsToSkip(execution, prepared, {
      isSetting: (index) => settings.has(index),
      run: (index) => must(execution, textOf(prepared, index)),
    })
  } finally {
    await restore(execution, prepared)
  }
}

/** Makes the session what the statements done had made of it, and settles the one in doubt. */
async function prepare(
  execution: Execution,
  prepared: PreparedSql,
  progress: Progress,
): Promise<Progress> {
  try {
    await prepareSession(execution, prepared)
    for (const index of settingsAmong(prepared.sql, progress.done)) {
      await must(execution, textOf(prepared, index))
    }
    if (!progress.doubt) return progress
    const { done } = progress
    const atomic = isAtomic(prepared, done)
    if ((await settleDoubt(execution, prepared, progress, atomic)) === 'not done') {
      // a person's word ends the doubt; else the server may yet refuse it in a transaction
      return { ...progress, doubt: prepared.step.answer === undefined }
    }
    await record(execution, prepared, done + 1)
    return { done: done + 1, doubt: false }
  } catch (error) {
    // the entry stays claimed: what it says is all that is known
    await restore(execution, prepared)
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
async function prepareSession({ context, work }: Execution, { part }: PreparedSql): Promise<void> {
  if (work.pooled) return
  const timeouts = timeoutsFor(work, context.settings, { part, local: false })
  const { error } = await work.send([...timeouts, ...asRole(context.settings, false)].join(';\n'))
  if (error) throw error
}

/** @param doubt what is known of the statement when a dead run may have started it */
async function runOne(
  execution: Execution,
  prepared: PreparedSql,
  index: number,
  doubt: Progress | undefined,
): Promise<void> {
  if (execution.work.status !== 'I') return runInside(execution, prepared, index)
  if (!isAtomic(prepared, index)) return runAlone(execution, prepared, index)
  const failure = await retried(execution.context, () => runRecorded(execution, prepared, index))
  if (!failure) return
  // refused in a transaction for a reason that its text does not show: a partitioned table, say
  if (failure.sqlstate !== '25001') throw failure
  const isDone = doubt && (await settleDoubt(execution, prepared, doubt, false)) === 'done'
  return isDone ? record(execution, prepared, index + 1) : runAlone(execution, prepared, index)
}

const controls = /^(?:BEGIN|START|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|CALL)$/

/** True for a statement that can be one transaction with its record. */
function isAtomic({ sql }: PreparedSql, index: number): boolean {
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
async function runInside(
  execution: Execution,
  prepared: PreparedSql,
  index: number,
): Promise<void> {
  if (['COMMIT', 'END'].includes(prepared.sql.statements[index]!.words[0] ?? '')) {
    await record(execution, prepared, index + 1)
  }
  await sendStatement(execution, prepared, index, textOf(prepared, index))
}

/** A statement that PostgreSQL refuses in a transaction; one that meets a lock is tried again by itself. */
async function runAlone(execution: Execution, prepared: PreparedSql, index: number): Promise<void> {
  const what = workConcurrently(prepared.sql, index)
  const send = () =>
    what === undefined
      ? sendStatement(execution, prepared, index, textOf(prepared, index))
      : withoutGivingWay(execution, () => sendPatiently(execution, prepared, index, what))
  const once = () =>
    send().then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof StatementFailed) return error
        throw error
      },
    )
  const failure = await (mayRepeat(prepared.sql, index) ? retried(execution.context, once) : once())
  if (failure) throw failure
  if (execution.work.status === 'I') await record(execution, prepared, index + 1)
}

async function sendPatiently(
  execution: Execution,
  prepared: PreparedSql,
  index: number,
  kind: string,
) {
  const manner = { what: `${labelOf(prepared.step)}: ${kind}`, patience: 0, progress: true }
  const { firstTokenStart, end } = prepared.sql.statements[index]!
  const source = prepared.sql.text.slice(firstTokenStart, end)
  const send = (text: string) => sendStatement(execution, prepared, index, text, manner)
  const named = await clearLeftovers(execution, source, send)
  await send(named === source ? textOf(prepared, index) : named)
}

const opening = 'BEGIN READ WRITE;\n'

/** The statement and its record in one transaction; returns what the statement failed with, rolled back. */
async function runRecorded(
  execution: Execution,
  prepared: PreparedSql,
  index: number,
): Promise<StatementFailed | undefined> {
  const { work } = execution
  const copy = prepared.sql.copies.find(({ statementIndex }) => statementIndex === index)
  const closing = `${asOurselves(recordText(execution, prepared, index + 1), true)};\nCOMMIT`
  const send = async () => {
    if (!copy) return work.send(`${opening}${textOf(prepared, index)}\n;\n${closing}`)
    const started = await work.send(opening)
    if (started.error) return started
    await work.copyIn(textOf(prepared, index), [
      prepared.sql.text.slice(copy.dataStart, copy.dataEnd),
    ])
    const { error, tags } = await work.send(closing)
    return { tags: ['BEGIN', 'COPY', ...tags], ...(error && { error }) }
  }
  const watched = await execution.watched(timed(execution, prepared, textOf(prepared, index), send))
  const { blocker } = watched
  const error = 'error' in watched ? (watched.error as DatabaseError) : watched.result.error
  if (!error) return undefined
  if (execution.lostBy(error) || error.severity === undefined) throw error
  if (work.status !== 'I') await must(execution, 'ROLLBACK')
  const tags = 'error' in watched ? 1 : watched.result.tags.length
  if (tags > 1 && error.code === '22012') throw claimRefused(prepared.step.revision)
  const { start, end } = prepared.sql.statements[index]!
  const sent = { start, end, before: copy ? 0 : opening.length }
  return new StatementFailed(prepared, error, sent, blocker)
}

async function sendStatement(
  execution: Execution,
  prepared: PreparedSql,
  index: number,
  text: string,
  manner: Manner = {},
): Promise<void> {
  const { work } = execution
  const copy = prepared.sql.copies.find(({ statementIndex }) => statementIndex === index)
  const send = async () => {
    if (!copy) return work.send(text)
    await work.copyIn(text, [prepared.sql.text.slice(copy.dataStart, copy.dataEnd)])
    return { error: undefined }
  }
  const watched = await execution.watched(timed(execution, prepared, text, send), manner)
  const error = 'error' in watched ? (watched.error as DatabaseError) : watched.result.error
  if (!error) return
  if (error.severity === undefined) throw error
  throw new StatementFailed(prepared, error, prepared.sql.statements[index]!, watched.blocker)
}

function textOf({ sql }: PreparedSql, index: number): string {
  const { start, end } = sql.statements[index]!
  return sql.text.slice(start, end)
}

function recordText({ context }: Execution, prepared: PreparedSql, done: number): string {
  return recordDone(context.settings.journal, prepared.claim, done, prefixOf(prepared, done))
}

async function record(execution: Execution, prepared: PreparedSql, done: number): Promise<void> {
  const inside = execution.work.status !== 'I'
  await mustBeOurs(execution, prepared, asOurselves(recordText(execution, prepared, done), inside))
}

/** Dividing by no row means that another migrator has taken the entry over. */
async function mustBeOurs({ work }: Execution, { step }: PreparedSql, text: string): Promise<void> {
  const { error } = await work.send(text)
  if (error) throw error.code === '22012' ? claimRefused(step.revision) : error
}

async function must({ work }: Execution, text: string): Promise<void> {
  const { error } = await work.send(text)
  if (error) throw error
}

async function finish(execution: Execution, prepared: PreparedSql): Promise<void> {
  const { context, work } = execution
  if (work.status !== 'I') {
    throw new MigrationError(
      'SCRIPT_FAILED',
      `script ${labelOf(prepared.step)} leaves a transaction open`,
      { file: prepared.part.file, hint: 'End it with COMMIT.' },
    )
  }
  for (const text of restoreSession(work, prepared.sql.text)) await must(execution, text)
  await mustBeOurs(execution, prepared, finishClaim(context.settings.journal, prepared.claim))
}

async function restore({ work }: Execution, prepared: PreparedSql): Promise<void> {
  if (work.lost) return
  if (work.status !== 'I') await work.send('ROLLBACK')
  for (const text of restoreSession(work, prepared.sql.text)) await work.send(text)
}

/** Puts the session back and turns our running entry into a failure that says how far it came. */
async function failed(
  execution: Execution,
  prepared: PreparedSql,
  cause: unknown,
): Promise<unknown> {
  const { work, context } = execution
  const reason = cause instanceof StatementFailed ? cause.error : cause
  if (execution.lostBy(reason)) return connectionLost(labelOf(prepared.step), reason)
  await restore(execution, prepared)
  if (cause instanceof MigrationError && cause.code === 'SCRIPT_UNFINISHED') return cause
  const error = execution.asStopped(statementFailure(prepared, cause))
  const { error: text, trace } = execution.failureColumns(error)
  await work.send(failClaim(context.settings.journal, prepared.claim, text, trace))
  return execution.stop(prepared, error)
}

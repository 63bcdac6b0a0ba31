import { createHash, type Hash } from 'node:crypto'
import type { DatabaseError } from 'pg'
import { MigrationError } from '../errors'
import { failClaim, finishClaim, insertRow, recordDone, takeOver } from '../journal/table'
import { offsetOfCodePoint } from '../script/position'
import { isTakeOver } from './context'
import { connectionLost, scriptFailure } from './failure'
import { labelOf } from './label'
import { type SqlJob } from './job'
import { claimRefused, type Runner } from './runner'
import { asOurselves, restoreSession, timeoutsFor } from './session-settings'
import { dropInvalidIndex, settle } from './settle'

/**
 * Runs a SQL script outside a transaction: claims with a committed `running` row, sends each statement
 * in a message of its own and records it done. After a crash or a failure it goes on from the first
 * statement that is not done; the one in doubt is settled by the catalog.
 */
export async function runStatements(runner: Runner, job: SqlJob): Promise<void> {
  runner.started(job)
  const start = performance.now()
  let done = await claim(runner, job)
  await prepareSession(runner, job)
  try {
    for (; done < job.sql.statements.length; done++) {
      runner.checkpoint()
      await runOne(runner, job, done)
    }
    await finish(runner, job)
  } catch (error) {
    throw await failed(runner, job, error)
  }
  runner.finished(job, Math.round(performance.now() - start))
}

/** Returns how many statements are done already. */
async function claim(runner: Runner, job: SqlJob): Promise<number> {
  const { context, work } = runner
  const { journal } = context.settings
  const { resume } = job.step
  if (isTakeOver(resume)) {
    const text = takeOver(journal, context.runId, resume.id, resume.attempt)
    if ((await work.query(text)).length === 0) throw claimRefused(job.step.revision)
    return inDoubt(runner, job, checkPrefix(job, resume))
  }
  const done = resume ? checkPrefix(job, resume) : 0
  const row = { outcome: 'running', statements_done: done, done_checksum: prefix(job, done) }
  const { error } = await work.send(insertRow(journal, job.claim, row))
  if (!error) return done
  throw runner.isClaimRefused(error) ? claimRefused(job.step.revision) : error
}

/** What was done must still be what the script says, or going on would build something else. */
function checkPrefix(
  job: SqlJob,
  { statementsDone, doneChecksum }: NonNullable<SqlJob['step']['resume']>,
) {
  if (statementsDone === 0 || prefix(job, statementsDone) === doneChecksum) return statementsDone
  throw new MigrationError(
    'SCRIPT_CHANGED',
    `script ${labelOf(job.step)} was changed above the statement where it had stopped`,
    {
      file: job.part.file,
      detail: `${statementsDone} statements are done and cannot be undone.`,
      hint: 'Restore their text, and change only what comes after.',
    },
  )
}

const prefixes = new WeakMap<SqlJob, { done: number; hash: Hash }>()

/** Goes on from where it was last asked, or a script of thousands of statements is hashed thousands of times. */
function prefix(job: SqlJob, done: number): string {
  const known = prefixes.get(job)
  const from = known && known.done <= done ? known : { done: 0, hash: createHash('sha256') }
  for (const { firstTokenStart, end } of job.sql.statements.slice(from.done, done)) {
    const text = job.sql.text.slice(firstTokenStart, end)
    from.hash.update(text.replaceAll('\r\n', '\n')).update('\0')
  }
  prefixes.set(job, { done, hash: from.hash })
  return from.hash.copy().digest('hex')
}

/** A dead run may have finished its statement without saying so. */
async function inDoubt(runner: Runner, job: SqlJob, done: number): Promise<number> {
  const statement = job.sql.statements[done]
  if (!statement) return done
  const text = job.sql.text.slice(statement.firstTokenStart, statement.end)
  const verdict = await settle(runner.work, text)
  if (verdict === 'not done') return done
  if (verdict === 'done') {
    await record(runner, job, done + 1)
    return done + 1
  }
  const at = scriptFailure(
    new Error('its outcome is unknown') as DatabaseError,
    labelOf(job.step),
    { part: job.part, offset: statement.firstTokenStart },
  )
  throw new MigrationError(
    'SCRIPT_UNFINISHED',
    `script ${labelOf(job.step)} was cut off, and nothing shows whether statement ${done + 1} was done`,
    {
      file: at.file,
      line: at.line,
      column: at.column,
      excerpt: at.excerpt,
      hint: `Look at the database. If it was done, run the rest by hand and then "mark --only ${job.step.revision}"; if not, undo nothing and do the same from this statement.`,
    },
  )
}

/** Behind a pooler there is no session to prepare: what is set would stay with somebody else's. */
async function prepareSession({ context, work }: Runner, { part }: SqlJob): Promise<void> {
  if (work.pooled) return
  const { error } = await work.send(timeoutsFor(context.settings, part, false))
  if (error) throw error
}

async function runOne(runner: Runner, job: SqlJob, index: number): Promise<void> {
  const { work } = runner
  const statement = job.sql.statements[index]!
  const text = job.sql.text.slice(statement.start, statement.end)
  const copy = job.sql.copies.find(({ statementIndex }) => statementIndex === index)
  const concurrently = statement.words.includes('CONCURRENTLY') || statement.words[0] === 'REINDEX'
  if (concurrently) {
    await dropInvalidIndex(work, job.sql.text.slice(statement.firstTokenStart, statement.end))
    // a lock timeout would leave an INVALID index behind
    if (!work.pooled) await work.send("SELECT pg_catalog.set_config('lock_timeout', '0', false)")
  }
  const ends = work.status !== 'I' && endsTransaction(job, index)
  if (ends) await record(runner, job, index + 1)
  if (copy) await work.copyIn(text, [job.sql.text.slice(copy.dataStart, copy.dataEnd)])
  else {
    const watched = await runner.watched(work.send(text))
    if ('error' in watched) throw watched.error
    if (watched.result.error) throw new StatementFailed(index, watched.result.error)
  }
  if (concurrently) await prepareSession(runner, job)
  // inside the script's own transaction the record is written with its COMMIT
  if (!ends && work.status === 'I') await record(runner, job, index + 1)
}

class StatementFailed extends Error {
  constructor(
    readonly index: number,
    readonly error: DatabaseError,
  ) {
    super(error.message)
  }
}

function endsTransaction({ sql }: SqlJob, index: number): boolean {
  return ['COMMIT', 'END'].includes(sql.statements[index]?.words[0] ?? '')
}

async function record({ context, work }: Runner, job: SqlJob, done: number): Promise<void> {
  const text = recordDone(context.settings.journal, job.claim, done, prefix(job, done))
  const { error } = await work.send(asOurselves(text, work.status !== 'I'))
  if (error) throw error
}

async function finish({ context, work }: Runner, job: SqlJob): Promise<void> {
  if (work.status !== 'I') {
    throw new MigrationError(
      'SCRIPT_FAILED',
      `script ${labelOf(job.step)} leaves a transaction open`,
      { file: job.part.file, hint: 'End it with COMMIT.' },
    )
  }
  for (const text of [
    ...restoreSession(work, job.sql.text),
    finishClaim(context.settings.journal, job.claim),
  ]) {
    const { error } = await work.send(text)
    if (error) throw error
  }
}

/** Puts the session back and turns our running entry into a failure that says how far it came. */
async function failed(runner: Runner, job: SqlJob, cause: unknown): Promise<unknown> {
  const { work, context } = runner
  const reason = cause instanceof StatementFailed ? cause.error : cause
  if (runner.lostBy(reason)) return connectionLost(labelOf(job.step), reason)
  if (work.status !== 'I') await work.send('ROLLBACK')
  for (const text of restoreSession(work, job.sql.text)) await work.send(text)
  const error = asFailure(job, cause)
  const { error: text, trace } = runner.failureColumns(error)
  await work.send(failClaim(context.settings.journal, job.claim, text, trace))
  return runner.stop(job, error)
}

function asFailure(job: SqlJob, cause: unknown): MigrationError {
  if (cause instanceof MigrationError) return cause
  if (!(cause instanceof StatementFailed)) {
    return scriptFailure(cause as DatabaseError, labelOf(job.step), undefined)
  }
  const { start, firstTokenStart } = job.sql.statements[cause.index]!
  const { position } = cause.error
  const text = job.sql.text.slice(start)
  const offset =
    position === undefined ? firstTokenStart : start + offsetOfCodePoint(text, Number(position))
  return scriptFailure(cause.error, labelOf(job.step), { part: job.part, offset, stage: 'script' })
}

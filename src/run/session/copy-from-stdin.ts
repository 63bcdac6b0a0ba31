import type { DatabaseError } from 'pg'
import { MigrationError } from '../../errors'
import { finishClaim, insertClaim } from '../../journal/model/claim'
import { offsetOfCodePoint } from '../../script/position'
import { scriptFailure } from '../failure/script-failure'
import { labelOf } from '../context/script-label'
import { type SqlJob } from '../prepare/prepared-step'
import { claimRefused, type Runner } from './execution'
import { restoreSession, timeoutsFor } from '../context/session-settings'
import { withRetries } from './retry'

/**
 * Runs a script in one transaction but a message a statement: `COPY … FROM stdin` data is sent between,
 * and nothing of ours stands where an unclosed quote could swallow it.
 */
export async function runWithCopies(runner: Runner, job: SqlJob): Promise<void> {
  runner.started(job)
  const start = performance.now()
  await withRetries(runner, job, {
    begin: () => must(runner, 'BEGIN'),
    run: async () => {
      await copyInTransaction(runner, job)
      await must(runner, 'COMMIT')
    },
    rollBack: () => must(runner, 'ROLLBACK'),
    failureOf: (error) => copyFailure(job, error),
  })
  runner.finished(job, Math.round(performance.now() - start))
}

/** The part between BEGIN and COMMIT: claim, statements with their data, finish. */
export async function copyInTransaction(runner: Runner, job: SqlJob): Promise<void> {
  const { work, context } = runner
  const { journal } = context.settings
  const { error } = await work.send(insertClaim(journal, job.claim))
  if (error) throw runner.isClaimRefused(error) ? claimRefused(job.step.revision) : error
  const timeouts = timeoutsFor(work, context.settings, { part: job.part, local: true })
  await must(runner, timeouts.join(';\n'))
  for (const [index, statement] of piecesOf(job).entries()) {
    const text = job.sql.text.slice(statement.start, statement.end)
    const copy = job.sql.copies.find(({ statementIndex }) => statementIndex === index)
    try {
      if (copy) await work.copyIn(text, [job.sql.text.slice(copy.dataStart, copy.dataEnd)])
      else await must(runner, text)
    } catch (error) {
      throw new AtStatement(index, error as DatabaseError)
    }
  }
  for (const text of restoreSession(work, job.sql.text)) await must(runner, text)
  await must(runner, finishClaim(journal, job.claim))
}

/** What does not end cannot be cut: PostgreSQL reads it whole, refuses it, and runs nothing of it. */
function piecesOf({ sql }: SqlJob): readonly { start: number; end: number }[] {
  if (sql.closed || sql.copies.length > 0) return sql.statements
  return [{ start: 0, end: sql.text.length }]
}

class AtStatement extends Error {
  constructor(
    readonly index: number,
    readonly error: DatabaseError,
  ) {
    super(error.message)
  }
}

export function copyFailure(job: SqlJob, error: unknown): MigrationError {
  if (error instanceof MigrationError) return error
  if (!(error instanceof AtStatement)) {
    return scriptFailure(error as DatabaseError, labelOf(job.step), undefined)
  }
  const { start, firstTokenStart } = job.sql.statements[error.index]!
  const { position } = error.error
  const offset =
    position === undefined
      ? firstTokenStart
      : start + offsetOfCodePoint(job.sql.text.slice(start), Number(position))
  return scriptFailure(error.error, labelOf(job.step), { part: job.part, offset, stage: 'script' })
}

async function must({ work }: Runner, text: string): Promise<void> {
  const { error } = await work.send(text)
  if (error) throw error
}

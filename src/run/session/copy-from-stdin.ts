import type { DatabaseError } from 'pg'
import { finishClaim, insertClaim } from '../../journal/model/claim'
import { StatementFailed, statementFailure } from './statement-failure'
import { type SqlJob } from '../prepare/prepared-step'
import { claimRefused, type Runner } from './execution'
import { restoreSession, timeoutsFor } from '../context/session-settings'
import { withRetries } from './retry'

/**
 * Runs a script in one transaction but a message a statement: `COPY … FROM stdin` data is sent between,
 * and nothing of ours stands where an unclosed quote could swallow it.
 */
export async function runWithCopies(runner: Runner, job: SqlJob): Promise<number> {
  runner.started(job)
  const start = performance.now()
  await withRetries(runner, job, {
    begin: () => must(runner, 'BEGIN'),
    run: async () => {
      await copyInTransaction(runner, job)
      await must(runner, 'COMMIT')
    },
    rollBack: () => must(runner, 'ROLLBACK'),
    failureOf: (error) => statementFailure(job, error),
  })
  runner.finished(job, Math.round(performance.now() - start))
  return 1
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
      throw new StatementFailed(job, error as DatabaseError, statement)
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

async function must({ work }: Runner, text: string): Promise<void> {
  const { error } = await work.send(text)
  if (error) throw error
}

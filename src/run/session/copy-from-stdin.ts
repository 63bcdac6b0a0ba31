import type { DatabaseError } from 'pg'
import { finishClaim, insertClaim } from '../../journal/model/claim'
import { StatementFailed, statementFailure } from './statement-failure'
import { type PreparedSql } from '../prepare/prepared-step'
import { claimRefused, type Execution } from './execution'
import { asRole } from '../context/script-role'
import { restoreSession, timeoutsFor } from '../context/session-settings'
import { withRetries } from './retry'
import { timed } from './timed'

/**
 * Runs a script in one transaction but a message a statement: `COPY … FROM stdin` data is sent between,
 * and no statement of typetrek's is where an unclosed quote could swallow it.
 */
export async function runWithCopies(execution: Execution, prepared: PreparedSql): Promise<number> {
  execution.started(prepared)
  const start = performance.now()
  await withRetries(execution, prepared, {
    begin: () => must(execution, 'BEGIN'),
    run: async () => {
      await copyInTransaction(execution, prepared)
      await must(execution, 'COMMIT')
    },
    rollBack: () => must(execution, 'ROLLBACK'),
    failureOf: (error) => statementFailure(prepared, error),
  })
  execution.finished(prepared, Math.round(performance.now() - start))
  return 1
}

/** The part between BEGIN and COMMIT: claim, statements with their data, finish. */
export async function copyInTransaction(
  execution: Execution,
  prepared: PreparedSql,
): Promise<void> {
  const { work, context } = execution
  const { journal } = context.settings
  const { error } = await work.send(insertClaim(journal, prepared.claim))
  if (error) throw execution.isClaimRefused(error) ? claimRefused(prepared.step.revision) : error
  const timeouts = timeoutsFor(work, context.settings, { part: prepared.part, local: true })
  await must(execution, [...timeouts, ...asRole(context.settings, true)].join(';\n'))
  for (const [index, statement] of piecesOf(prepared).entries()) {
    const text = prepared.sql.text.slice(statement.start, statement.end)
    const copy = prepared.sql.copies.find(({ statementIndex }) => statementIndex === index)
    try {
      await timed(execution, prepared, text, async () => {
        if (copy) await work.copyIn(text, [prepared.sql.text.slice(copy.dataStart, copy.dataEnd)])
        else await must(execution, text)
      })
    } catch (error) {
      throw new StatementFailed(prepared, error as DatabaseError, statement)
    }
  }
  for (const text of restoreSession(work, prepared.sql.text)) await must(execution, text)
  await must(execution, finishClaim(journal, prepared.claim))
}

/** What does not end cannot be cut: PostgreSQL reads it whole, refuses it, and runs nothing of it. */
function piecesOf({ sql }: PreparedSql): readonly { start: number; end: number }[] {
  if (sql.closed || sql.copies.length > 0) return sql.statements
  return [{ start: 0, end: sql.text.length }]
}

async function must({ work }: Execution, text: string): Promise<void> {
  const { error } = await work.send(text)
  if (error) throw error
}

import type { Blocker } from '../context/backends'
import type { DatabaseError } from 'pg'
import { MigrationError } from '../../errors'
import { offsetOfCodePoint } from '../../script/position'
import { scriptFailure } from '../failure/script-failure'
import type { SqlJob } from '../prepare/prepared-step'
import { labelOf } from '../context/script-label'

/** What the server said of one statement of a script. */
export class StatementFailed extends Error {
  constructor(
    readonly index: number,
    readonly error: DatabaseError,
    /** Characters of ours before the statement in the message that it was sent in. */
    readonly before = 0,
    /** Who was seen in its way. */
    readonly blocker?: Blocker,
  ) {
    super(error.message)
  }
}

/** What the user is told of a statement that failed. */
export function statementFailure(job: SqlJob, cause: unknown): MigrationError {
  if (cause instanceof MigrationError) return cause
  if (!(cause instanceof StatementFailed)) {
    return scriptFailure(cause as DatabaseError, labelOf(job.step), undefined)
  }
  const { index, error, before } = cause
  const { start, firstTokenStart, end } = job.sql.statements[index]!
  const text = job.sql.text.slice(start)
  const position = Number(error.position) - before
  const inside = position > 0 && position <= end - start + 2
  const offset = inside ? Math.min(end, start + offsetOfCodePoint(text, position)) : firstTokenStart
  return scriptFailure(error, labelOf(job.step), { part: job.part, offset, stage: 'script' })
}

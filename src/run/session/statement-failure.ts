import type { DatabaseError } from 'pg'
import { MigrationError } from '../../errors'
import type { Blocker } from '../context/server-sessions'
import { labelOf } from '../../plan/notice'
import { offsetOfFailure, scriptFailure, type Sent } from '../failure/script-failure'
import type { SqlJob } from '../prepare/prepared-step'
import type { Stopped } from './retry'

/** What the server said of one statement of a script. */
export class StatementFailed extends Error implements Stopped {
  constructor(
    readonly job: SqlJob,
    readonly error: DatabaseError,
    readonly sent: Sent,
    readonly blocker?: Blocker,
  ) {
    super(error.message)
  }

  get work(): string {
    return labelOf(this.job.step)
  }

  get sqlstate(): string | undefined {
    return this.error.code
  }
}

/** What the caller gets of a SQL script that failed, with the place where that is known. */
export function statementFailure(job: SqlJob, cause: unknown): MigrationError {
  if (cause instanceof MigrationError) return cause
  const label = labelOf(job.step)
  if (!(cause instanceof StatementFailed)) {
    return scriptFailure(cause as DatabaseError, label, undefined)
  }
  const { error, sent } = cause
  const offset = offsetOfFailure(job.sql, sent, error)
  return scriptFailure(error, label, { part: job.part, offset, stage: 'script' })
}

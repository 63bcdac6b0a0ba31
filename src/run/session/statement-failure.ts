import type { DatabaseError } from 'pg'
import { MigrationError } from '../../errors'
import type { Blocker } from '../context/server-sessions'
import { labelOf } from '../../plan/notice'
import { offsetOfFailure, scriptFailure, type Sent } from '../failure/script-failure'
import type { PreparedSql } from '../prepare/prepared-step'
import type { Stopped } from './retry'

/** What the server said of one statement of a script. */
export class StatementFailed extends Error implements Stopped {
  constructor(
    readonly prepared: PreparedSql,
    readonly error: DatabaseError,
    readonly sent: Sent,
    readonly blocker?: Blocker,
  ) {
    super(error.message)
  }

  get work(): string {
    return labelOf(this.prepared.step)
  }

  get sqlstate(): string | undefined {
    return this.error.code
  }
}

/** What the caller gets of a SQL script that failed, with the place where that is known. */
export function statementFailure(prepared: PreparedSql, cause: unknown): MigrationError {
  if (cause instanceof MigrationError) return cause
  const label = labelOf(prepared.step)
  if (!(cause instanceof StatementFailed)) {
    return scriptFailure(cause as DatabaseError, label, undefined)
  }
  const { error, sent } = cause
  const offset = offsetOfFailure(prepared.sql, sent, error)
  return scriptFailure(error, label, { part: prepared.part, offset, stage: 'script' })
}

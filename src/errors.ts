/** What each error code means for the exit status; documented one by one in docs/errors.md. */
export const exitStatusOf = {
  USAGE: 2,
  SETTINGS_INVALID: 2,
  SETTINGS_NOT_FOUND: 2,
  CONNECTION_FAILED: 75,
  ACCESS_DENIED: 2,
  PASSWORD_FAILED: 2,
  ROLE_REFUSED: 2,
  DATABASE_NOT_FOUND: 2,
  TLS_FAILED: 2,
  READ_ONLY: 2,
  POOL_TOO_SMALL: 2,
  SYSTEM_FAILED: 2,
  PACKAGE_MISSING: 2,
  EMBEDDED_UNAVAILABLE: 2,
  EMBEDDED_FAILED: 2,
  FOLDER_NOT_FOUND: 2,
  FOLDER_EMPTY: 2,
  SCRIPTS_INCOMPLETE: 2,
  SCRIPT_NAME_INVALID: 2,
  REVISION_TAKEN: 2,
  SCRIPT_INVALID: 2,
  SCRIPT_NOT_LOADABLE: 2,
  UNKNOWN_REVISION: 2,
  JOURNAL_UNKNOWN: 2,
  JOURNAL_FAILED: 2,
  ENTRY_NOT_FOUND: 2,
  SCRATCH_FAILED: 2,
  EXTENSION_MISSING: 2,
  DIFF_COMMAND_FAILED: 2,
  NOT_SET_UP: 1,
  NOT_EMPTY: 1,
  OTHER_TOOL: 1,
  ADOPT_REFUSED: 1,
  IRREVERSIBLE: 1,
  SCRIPT_APPLIED: 1,
  SQUASH_PARTIAL: 1,
  SQUASH_REFUSED: 1,
  SCRIPT_MISSING: 1,
  SCRIPT_CHANGED: 1,
  SCRIPT_LATE: 1,
  SCRIPT_UNFINISHED: 1,
  OUT_OF_ORDER: 1,
  SCRIPT_FAILED: 1,
  TRANSACTION_MODE: 1,
  CLAIM_REFUSED: 75,
  STALE_PLAN: 1,
  LOCK_WAIT_EXPIRED: 75,
  LOCK_LOST: 75,
  UNLOCK_REFUSED: 1,
  CONNECTION_LOST: 75,
  PENDING: 1,
  PROOF_FAILED: 1,
  LOCKS_NOT_ANNOUNCED: 1,
  GIT_FAILED: 1,
  DECLINED: 1,
  INTERRUPTED: 1,
  HOOK_FAILED: 1,
  QUESTION_OPEN: 1,
  DESTRUCTIVE_REFUSED: 1,
  DIFFERENCE_REFUSED: 1,
  SCHEMA_NOT_WRITABLE: 1,
} as const

/** EX_TEMPFAIL of sysexits.h: batch systems and supervisors try the call again. */
const tryLater = 75

/** Stable names to test on; the text of a message may change, its code never does. */
export type ErrorCode = keyof typeof exitStatusOf

/** What became of one step. */
export interface StepResult {
  revision: string
  title: string
  kind: 'sql' | 'ts' | 'mixed'
  direction: 'up' | 'down'
  operation: 'run' | 'run_partial' | 'run_skip' | 'rollback'
  outcome: 'success' | 'error'
  durationMs: number
}

/** What an error says beside its code and its message. */
export interface ErrorFields {
  /** Facts that do not fit the message; may have several lines. */
  detail?: string | undefined
  /** A full sentence that says what to do next. */
  hint?: string | undefined
  /** Path of the file that is at fault, as the user would name it. */
  file?: string | undefined
  /** 1-based line in `file`. */
  line?: number | undefined
  /** 1-based column in `file`, in code points. */
  column?: number | undefined
  /** The line of `file` and a caret under the column, ready to print. */
  excerpt?: string | undefined
  /** PostgreSQL's five-character code. */
  sqlstate?: string | undefined
  cause?: unknown
  /** Whether the same call may succeed later, where the code alone does not say it. */
  retryable?: boolean | undefined
  /** What had been done before the failure, and the step that failed. */
  results?: readonly StepResult[] | undefined
}

/** True for a lock timeout, a deadlock, a serialization failure: the same work may succeed later. */
export function isRetryable(sqlstate: string | undefined): boolean {
  return sqlstate === '55P03' || sqlstate === '40P01' || sqlstate === '40001'
}

/**
 * An expected failure. The message is one line, starts lowercase and states a fact; `hint` says what
 * to do. Impossible states throw plain `Error` instead, with their stack.
 */
export class MigrationError extends Error {
  readonly code: ErrorCode
  readonly detail?: string | undefined
  readonly hint?: string | undefined
  readonly file?: string | undefined
  readonly line?: number | undefined
  readonly column?: number | undefined
  readonly excerpt?: string | undefined
  readonly sqlstate?: string | undefined
  /**
   * True where the same call may succeed later, and nothing has to be corrected: the server is away, another
   * migrator is at work, a lock was not given.
   */
  readonly retryable: boolean
  results?: readonly StepResult[] | undefined

  constructor(code: ErrorCode, message: string, fields: ErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.name = 'MigrationError'
    this.code = code
    this.detail = fields.detail
    this.hint = fields.hint
    this.file = fields.file
    this.line = fields.line
    this.column = fields.column
    this.excerpt = fields.excerpt
    this.sqlstate = fields.sqlstate
    const passes = exitStatusOf[code] === tryLater || isRetryable(fields.sqlstate)
    this.retryable = fields.retryable ?? passes
    this.results = fields.results
  }

  /** 1 a migration failed or was refused, 2 the call or the settings are wrong, 75 try again later. */
  get exitStatus(): 1 | 2 | 75 {
    if (this.retryable) return tryLater
    const status = exitStatusOf[this.code]
    return status === tryLater ? 2 : status
  }
}

/** What work throws that a signal has stopped; `detail` says what it was doing. */
export function interrupted(fields: ErrorFields = {}): MigrationError {
  return new MigrationError('INTERRUPTED', 'interrupted', {
    hint: 'Run it again to go on: what was done is recorded.',
    ...fields,
  })
}

import type { DatabaseError } from 'pg'
import { isConnectionLoss } from '../../database/postgres/connection-loss'
import { interrupted, isRetryable, MigrationError, type ErrorFields } from '../../errors'
import { excerpt, offsetOfCodePoint } from '../../script/position'
import type { SqlPart } from '../../script/script'
import { describeBlocker, type Blocker } from '../context/server-sessions'
import { hintFor, hintForAll, type FailedForm, type HintPlace } from './hints'

/** Where in the script the server stopped. */
export interface FailurePlace {
  part: SqlPart
  /** UTF-16 offset in `part.text`. */
  offset: number
  stage?: 'script' | 'finish'
  /** What it is a part of; a `.sql` script unless said. */
  form?: FailedForm
}

/** Turns a server's error into one that names file, line and column, with a caret under the SQL. */
export function scriptFailure(
  error: DatabaseError,
  label: string,
  place: FailurePlace | undefined,
): MigrationError {
  const at = place && excerpt(place.part.text, place.offset, place.part.line)
  return new MigrationError('SCRIPT_FAILED', `script ${label}: ${error.message}`, {
    detail: detailOf(error),
    hint: hintFor(error, {
      form: place?.form ?? 'sql',
      stage: place?.stage,
      outside: place?.part.options.transaction === false,
    }),
    file: place?.part.file,
    line: at?.line,
    column: at?.column,
    excerpt: at?.excerpt,
    sqlstate: error.code,
    cause: error,
  })
}

/** What was sent of a script: from `start` to `end` of its text. */
export interface Sent {
  start: number
  end: number
  /** Characters of typetrek's own before it, in the same message. */
  before?: number
}

type Statements = readonly { start: number; firstTokenStart: number }[]

/**
 * Where in a script the server stopped: at the position that it gave, where that lies in what was sent;
 * else at the start of the statement.
 * @param done how many statements of what was sent were done before that
 */
export function offsetOfFailure(
  { text, statements }: { text: string; statements: Statements },
  { start, end, before = 0 }: Sent,
  error: Pick<DatabaseError, 'position'>,
  done = 0,
): number {
  const position = Number(error.position) - before
  if (position > 0 && position <= end - start + 2) {
    return Math.min(end, start + offsetOfCodePoint(text.slice(start), position))
  }
  const first = statements.findIndex((one) => one.start >= start)
  return startOfStatement(statements, Math.max(0, first) + done) ?? start
}

/** Where a statement's first word is. */
export function startOfStatement(statements: Statements, index: number): number | undefined {
  return statements[index]?.firstTokenStart
}

/** The same failure, and which session was seen in its way, where it stopped at a lock. */
export function heldBy(failure: MigrationError, blocker: Blocker | undefined): MigrationError {
  if (blocker === undefined || !isRetryable(failure.sqlstate)) return failure
  const detail = [failure.detail, `held by ${describeBlocker(blocker)}`].filter(
    (fact) => fact !== undefined,
  )
  return changed(failure, { detail: detail.join('\n') })
}

/**
 * The same failure with the hint for a run in one transaction, which a script cannot leave by itself.
 * @param callers true where the transaction is the caller's
 */
export function inOneTransaction(failure: MigrationError, callers: boolean): MigrationError {
  const hint = hintForAll(failure.sqlstate, callers)
  return hint === undefined ? failure : changed(failure, { hint })
}

function changed(failure: MigrationError, fields: ErrorFields): MigrationError {
  const { code, message, detail, hint, file, line, column, excerpt, sqlstate, cause } = failure
  const own = { detail, hint, file, line, column, excerpt, sqlstate, cause }
  return new MigrationError(code, message, { ...own, ...fields })
}

/** PostgreSQL's own detail, then PL/pgSQL's line and the inner query, where the error is inside a function. */
function detailOf({
  detail,
  where,
  internalQuery,
  internalPosition,
}: Pick<DatabaseError, 'detail' | 'where' | 'internalQuery' | 'internalPosition'>) {
  const inner =
    internalQuery === undefined
      ? undefined
      : `in the query: ${excerpt(internalQuery, offsetOfCodePoint(internalQuery, Number(internalPosition ?? 1))).excerpt}`
  const parts = [detail, where, inner].filter((part) => part !== undefined && part !== '')
  return parts.length ? parts.join('\n') : undefined
}

/** A failure of anything else than a message of typetrek's: an exception in a TypeScript script, say. */
export function codeFailure(
  error: unknown,
  label: string,
  file: string,
  place: HintPlace = { form: 'module' },
): MigrationError {
  if (error instanceof MigrationError) return error
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error))
  return new MigrationError('SCRIPT_FAILED', `script ${label}: ${firstLine(message)}`, {
    file: file === '' ? undefined : file,
    ...placeInStack(stack, file),
    ...serverFields(error, place),
    cause: error,
  })
}

/** What the server said, where TypeORM's QueryFailedError or the driver's own error brings it. */
function serverFields(error: unknown, place: HintPlace): ErrorFields {
  const { driverError, query } = error as { driverError?: DatabaseError; query?: string }
  const server = driverError ?? (error as DatabaseError)
  if (server.severity === undefined) return {}
  const { detail, where, position } = server
  const own = query !== undefined && position !== undefined && server.internalQuery === undefined
  const internalQuery = own ? query : server.internalQuery
  const internalPosition = own ? position : server.internalPosition
  return {
    detail: detailOf({ detail, where, internalQuery, internalPosition }),
    hint: hintFor(server, place),
    sqlstate: server.code,
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}

function placeInStack(stack: string, file: string) {
  const line = stack.split('\n').find((row) => row.includes(file))
  const [, row, column] = /:(\d+):(\d+)\)?$/.exec(line ?? '') ?? []
  return row === undefined ? {} : { line: Number(row), column: Number(column) }
}

/**
 * A failure as the journal keeps it. `reason` is what the server or the module said: the message without
 * the script's name.
 */
export function errorFields(failure: MigrationError): Record<string, unknown> {
  const { code, message, detail, hint, file, line, column, excerpt, sqlstate, cause } = failure
  const reason = code === 'SCRIPT_FAILED' && cause instanceof Error ? firstLine(cause.message) : undefined // oxfmt-ignore
  const fields = { code, message, reason, detail, hint, file, line, column, excerpt, sqlstate }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/** The error for the user; the journal shows at the next run what had been committed. */
export function connectionLost(label: string, error: unknown): MigrationError {
  return new MigrationError('CONNECTION_LOST', `the connection was lost while ${label} ran`, {
    detail: error instanceof Error ? error.message : String(error),
    hint: 'Run it again: what was committed is recorded, and it goes on from there.',
    cause: error,
  })
}

/** The same for an error that came from anywhere else; every other error stays as it is. */
export function asConnectionLost(error: unknown): unknown {
  if (error instanceof MigrationError || !isConnectionLoss(error)) return error
  return connectionLost('the migrator', error)
}

/** What failed because the caller stopped the run, as an interruption at the same place. */
export function interruptedBy(error: MigrationError): MigrationError {
  const { message, file, line, column, excerpt } = error
  return interrupted({ detail: message, file, line, column, excerpt, cause: error })
}

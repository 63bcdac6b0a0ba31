import type { DatabaseError } from 'pg'
import { isConnectionLoss } from '../database/connection-loss'
import { MigrationError, type ErrorFields } from '../errors'
import { excerpt, offsetOfCodePoint } from '../script/position'
import type { SqlPart } from '../script/script'

/** Our own words for what PostgreSQL's message leaves open. */
const hints: Readonly<Record<string, string>> = {
  '25001':
    'PostgreSQL refuses this statement in a transaction: put "-- migrate: no-transaction" at the top of the script.',
  '25P02': 'An earlier statement failed; look at that one first.',
  '2D000':
    'The block ends its own transaction: put "-- migrate: no-transaction" at the top of the script.',
  '53100': "The server's disk is full: make room, and run it again.",
  '55006': 'Put the change of data and the change of the table into two scripts.',
  '55P03': 'Something else holds the lock: run it again later, or give it a longer lock_timeout.',
  '55P04':
    'A new enum value can be used only after its transaction: add it in a script of its own, before this one.',
  '57014': 'It was cancelled; raise statement_timeout if it needs longer.',
  '22012:finish':
    'The script rolled its own transaction back; remove its ROLLBACK, or put "-- migrate: no-transaction" at the top.',
  '25006:finish': 'The script made its transaction read-only, so it cannot be recorded.',
}

const isolationHint =
  'The journal entry is the first statement of the transaction: put "-- migrate: no-transaction" at the top, and BEGIN ISOLATION LEVEL … and COMMIT into the script.'

/** Where in the script the server stopped. */
export interface FailurePlace {
  part: SqlPart
  /** UTF-16 offset in `part.text`. */
  offset: number
  stage?: 'script' | 'finish'
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
    hint: hintFor(error, place?.stage),
    file: place?.part.file,
    line: at?.line,
    column: at?.column,
    excerpt: at?.excerpt,
    sqlstate: error.code,
    cause: error,
  })
}

/** The same failure, and who was seen in its way. */
export function heldBy(failure: MigrationError, blocker: string | undefined): MigrationError {
  if (blocker === undefined) return failure
  const { code, message, hint, file, line, column, excerpt, sqlstate, cause } = failure
  const detail = [failure.detail, `held by ${blocker}`].filter((fact) => fact !== undefined)
  const fields = { hint, file, line, column, excerpt, sqlstate, cause }
  return new MigrationError(code, message, { ...fields, detail: detail.join('\n') })
}

/** PostgreSQL's own hint, then ours. */
function hintFor(error: DatabaseError, stage: string | undefined): string | undefined {
  const own = ownHint(error, stage)
  return error.hint && own ? `${error.hint} ${own}` : (error.hint ?? own)
}

function ownHint({ code, message }: DatabaseError, stage: string | undefined): string | undefined {
  if (code === '57014' && !message.includes('statement timeout')) return undefined
  if (code === '25001' && message.startsWith('SET TRANSACTION')) return isolationHint
  return (stage && hints[`${code}:${stage}`]) || hints[code ?? '']
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

/** A failure of anything else than a message of ours: an exception in a TypeScript script, say. */
export function codeFailure(error: unknown, label: string, file: string): MigrationError {
  if (error instanceof MigrationError) return error
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error))
  return new MigrationError('SCRIPT_FAILED', `script ${label}: ${firstLine(message)}`, {
    file: file === '' ? undefined : file,
    ...placeInStack(stack, file),
    ...serverFields(error),
    cause: error,
  })
}

/** What the server said, where TypeORM's QueryFailedError or the driver's own error brings it. */
function serverFields(error: unknown): ErrorFields {
  const { driverError, query } = error as { driverError?: DatabaseError; query?: string }
  const server = driverError ?? (error as DatabaseError)
  if (server.severity === undefined) return {}
  const { detail, where, position } = server
  const own = query !== undefined && position !== undefined && server.internalQuery === undefined
  const internalQuery = own ? query : server.internalQuery
  const internalPosition = own ? position : server.internalPosition
  return {
    detail: detailOf({ detail, where, internalQuery, internalPosition }),
    hint: hintFor(server, undefined),
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

/** What the user is told then; the journal shows at the next run what had been committed. */
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

import { MigrationError } from '../../errors'
import { labelOf } from '../../plan/notice'
import type { Step } from '../../plan/plan'
import type { ExecutionContext } from '../../run/context/run-context'
import { invalid } from '../../script/place'
import { excerpt } from '../../script/position'
import type { SqlPart } from '../../script/script'
import type { SqlEngine } from './sql-engine'
import { firstWord, splitStatements, type SqlStatement } from './split-statements'
import type { SqlJournal } from './sql-journal'

/** What a step of one run works with. */
export interface StepPlace {
  context: ExecutionContext
  engine: SqlEngine
  journal: SqlJournal
}

/** A SQL script that is to run. */
export interface Work extends StepPlace {
  step: Step
  part: SqlPart
  statements: readonly SqlStatement[]
}

const transactions = new Set(['BEGIN', 'START', 'COMMIT', 'ROLLBACK', 'END', 'SAVEPOINT'])

/**
 * The statements of a text.
 * @throws {MigrationError} SCRIPT_INVALID where it begins or ends a transaction: that would part a script
 *   from its entry in the journal
 */
export function statementsOf(engine: SqlEngine, part: SqlPart): SqlStatement[] {
  const statements = splitStatements(part.text, engine.dialect)
  const own = statements.find((statement) => transactions.has(firstWord(statement)))
  if (!own) return statements
  const place = { text: part.text, file: part.file, shown: part.file }
  const hint = `Remove it: typetrek begins and ends the transactions of ${engine.name} itself.`
  throw invalid(place, own.offset, `${firstWord(own)} in a script`, hint)
}

/** Sends one statement. @throws {MigrationError} SCRIPT_FAILED with its place; what a lost connection throws as it is */
export async function runStatement(work: Work, index: number): Promise<void> {
  const { statements, part, step } = work
  await sendStatement(work, step, part, statements[index]!)
}

/** Sends one statement of a part, and reports it with its time where somebody listens. */
export async function sendStatement(
  { context: { observer }, journal, engine }: StepPlace,
  step: Step,
  part: SqlPart,
  { text, offset }: SqlStatement,
): Promise<void> {
  const { revision, title } = step
  const since = performance.now()
  try {
    await journal.work.query(text)
  } catch (error) {
    if (engine.isConnectionLoss(error)) throw error
    throw statementFailed(error, labelOf(step), part, offset)
  } finally {
    const durationMs = Math.round((performance.now() - since) * 10) / 10
    observer.statement?.({ text, durationMs }, { revision, title })
  }
}

/** A server's refusal with the line of the statement. */
function statementFailed(
  error: unknown,
  label: string,
  part: SqlPart,
  offset: number,
): MigrationError {
  const { driverError = error } = error as { driverError?: unknown }
  const { message, sqlState } = driverError as { message: string; sqlState?: string }
  const at = excerpt(part.text, offset, part.line)
  return new MigrationError('SCRIPT_FAILED', `script ${label}: ${message}`, {
    file: part.file,
    ...at,
    sqlstate: sqlState,
    hint: /MySQL|MariaDB/.test(message)
      ? 'Bodies of procedures and triggers need DELIMITER lines round them.'
      : undefined,
    cause: error,
  })
}

import { MigrationError, type ErrorCode } from '../../errors'
import type { FullEntry } from '../../journal/model/entry'
import type { Migrator } from '../../migrator/migrator'
import { stepsDone } from './json'

/** What to do next where an error does not say it itself; every other code brings a hint of its own. */
const nextSteps: Partial<Record<ErrorCode, string>> = {
  SETTINGS_INVALID:
    'Correct the settings, and run it again; environ then shows each with its place.',
  SCRIPT_NOT_LOADABLE: 'Correct the file, or install what it imports, and run it again.',
  SCRIPT_INVALID: 'Correct the file at the place shown, and run it again.',
  SCRIPT_FAILED: 'Correct the script and run it again; errors lists what failed.',
}

/** The same error, which now ends with what to do next. Pure. */
export function withNextStep(error: unknown, command: string | undefined): unknown {
  if (!(error instanceof MigrationError) || error.hint !== undefined) return error
  const help = command === undefined ? 'Run migrate help.' : `Run migrate help ${command}.`
  return withHint(error, error.code === 'USAGE' ? help : (nextSteps[error.code] ?? lookUp(error)))
}

function lookUp({ code }: MigrationError): string {
  return `docs/errors.md of typetrek says what to do about ${code}.`
}

/** What may be tried again as it is: others were in the way, or the server had no room. */
const passing = new Set(['55P03', '40P01', '40001', '57014', '53100', '53200', '53300'])

/** Runs work and adds to its failure what is recorded of it and what to do next. */
export async function withFailureExplained<Result>(
  migrator: Migrator,
  command: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code !== 'SCRIPT_FAILED') throw error
    const failed = stepsDone(error).at(-1)
    // the failure itself matters more than where it is recorded
    const [entry] = await migrator.errors({ limit: 1 }).catch(() => [])
    const recorded = entry?.revision === failed?.revision ? entry : undefined
    throw withHint(error, nextStepOf(error, command, recorded))
  }
}

function nextStepOf(
  { sqlstate = '', hint }: MigrationError,
  command: string,
  entry: FullEntry | undefined,
): string {
  const { statementsDone } = require('./render-status') as typeof import('./render-status')
  const done = entry && entry.statementsDone > 0 ? entry : undefined
  const correct = passing.has(sqlstate) ? 'Then run' : 'Correct the script and run'
  const again = done
    ? `${capitalized(statementsDone(done))} and stay so. ${correct} migrate rebuild ${done.revision}, which goes on after that.`
    : `${correct} migrate ${command} again.`
  const trace = entry ? ` migrate trace ${entry.id} shows the failure again.` : ''
  return `${hint === undefined ? '' : `${hint} `}${again}${trace}`
}

function capitalized(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`
}

function withHint(error: MigrationError, hint: string): MigrationError {
  const { code, message, detail, file, line, column, excerpt, sqlstate, cause, results } = error
  const place = { file, line, column, excerpt, sqlstate }
  return new MigrationError(code, message, { ...place, detail, hint, cause, results })
}

import { MigrationError } from '../../errors'
import type { StepResult } from '../../errors'
import type { Style } from '../text/style'
import { counted, indented, visible, visibleLines } from '../text/text'

export interface ErrorView {
  style: Style
  /** Absolute path of the working folder: files below it are shown from there. */
  cwd: string
  /** Show the causes with their stacks. */
  verbose: boolean
  /** What had been done before the failure. */
  before?: string | undefined
}

/**
 * What a person sees of a failure: the fact, the place with its line and a caret, details, and at the end
 * the next step. Expected failures show no stack; anything else is a bug and shows all it has. Pure.
 */
export function renderError(error: unknown, view: ErrorView): string {
  if (!(error instanceof MigrationError)) return renderBug(error, view)
  const { style } = view
  const lines = renderFacts(error, view)
  if (view.verbose) lines.push(...causes(error.cause, style))
  if (view.before) lines.push(view.before)
  if (error.hint) lines.push(`${style.bold('hint:')} ${visibleLines(error.hint)}`)
  return lines.join('\n')
}

/** The fields of an error that say what happened; `trace` shows the same of one in the journal. */
export type ErrorFacts = Pick<
  MigrationError,
  'message' | 'file' | 'line' | 'column' | 'excerpt' | 'detail' | 'sqlstate'
>

/** What happened and where, a line each. Pure. */
export function renderFacts(
  error: ErrorFacts,
  { style, cwd }: Pick<ErrorView, 'style' | 'cwd'>,
): string[] {
  const lines = [`${style.red(style.bold('error:'))} ${visible(error.message)}`]
  const place = placeOf(error, cwd)
  if (place) lines.push(indented(style.cyan(place), '  at '))
  if (error.excerpt) lines.push(indented(visibleLines(error.excerpt), '    '))
  if (error.detail) lines.push(indented(visibleLines(error.detail), '  '))
  if (error.sqlstate) lines.push(`  SQLSTATE ${error.sqlstate}`)
  return lines
}

/** Says what a failed run had done before; nothing where it had done nothing. Pure. */
export function renderDoneBefore(
  results: readonly StepResult[],
  inOneTransaction: boolean,
): string | undefined {
  const done = results.filter(({ outcome }) => outcome === 'success')
  if (done.length === 0) return undefined
  if (inOneTransaction) return 'Nothing was changed: the run was one transaction.'
  const marked = done.filter(({ operation }) => operation === 'run_skip').length
  const down = done.filter(({ direction }) => direction === 'down').length
  const applied = done.length - marked - down
  const sentences = [
    ...(down ? [`${counted(down, 'script was', 'scripts were')} reverted before`] : []),
    ...(applied ? [`${counted(applied, 'script was', 'scripts were')} applied before`] : []),
    ...(marked ? [`${counted(marked, 'script was', 'scripts were')} marked before`] : []),
  ]
  return `${sentences.join(', ')} and ${done.length === 1 ? 'stays' : 'stay'} so.`
}

function placeOf({ file, line, column }: ErrorFacts, cwd: string): string | undefined {
  if (file === undefined) return undefined
  const shown = file.startsWith(`${cwd}/`) ? file.slice(cwd.length + 1) : file
  return visible([shown, line, column].filter((part) => part !== undefined).join(':'))
}

function renderBug(error: unknown, { style, before }: ErrorView): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const cause = error instanceof Error ? causes(error.cause, style) : []
  return [
    `${style.red(style.bold('error:'))} ${visibleLines(text)}`,
    ...cause,
    ...(before ? [before] : []),
    `${style.bold('hint:')} This is a bug in typetrek, or a failure that it does not know yet: report it with this text.`,
  ].join('\n')
}

const deepest = 10

function causes(cause: unknown, style: Style, depth = 0): string[] {
  if (cause === undefined || cause === null || depth === deepest) return []
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : inspected(cause)
  const next = cause instanceof Error ? cause.cause : undefined
  return [`${style.dim('caused by:')} ${visibleLines(text)}`, ...causes(next, style, depth + 1)]
}

function inspected(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? typeof value)
}

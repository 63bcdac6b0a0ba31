import { basename, join } from 'node:path'
import type { FullEntry } from '../../journal/model/entry'
import { userFrames } from '../../run/failure/user-stack'
import { renderFacts, type ErrorFacts } from './render-error'
import type { Style } from '../text/style'
import { alignColumns } from '../text/table'
import { elapsed, indented, instant, titleWords, visible, visibleLines } from '../text/text'

export interface TraceView {
  style: Style
  /** Files below it are shown from there. */
  cwd: string
  /** The scripts' folder, whose files are shown in the place of those of another machine. */
  directory: string
}

/** A failure as it was shown when it happened, then all that the journal knows of the entry. Pure. */
export function renderTrace(entry: FullEntry, view: TraceView): string {
  const facts = alignColumns(
    factsOf(entry)
      .filter(([, value]) => value !== '')
      .map(([label = '', value = '']) => [{ text: label, paint: view.style.bold }, value]),
  )
  const failure = entry.error ? [...renderFailure(entry, entry.error, view), ...stackOf(entry)] : []
  return [...failure, ...(failure.length > 0 ? [''] : []), ...facts].join('\n')
}

function renderFailure(
  { kind }: FullEntry,
  error: Record<string, unknown>,
  view: TraceView,
): string[] {
  const facts = factsIn(error, kind === 'setup' ? undefined : view.directory)
  const { hint } = error
  const lines = renderFacts(facts, view)
  return typeof hint === 'string'
    ? [...lines, `${view.style.bold('hint:')} ${visibleLines(hint)}`]
    : lines
}

function factsIn(error: Record<string, unknown>, directory: string | undefined): ErrorFacts {
  const text = (key: string) => (typeof error[key] === 'string' ? error[key] : undefined)
  const number = (key: string) => (typeof error[key] === 'number' ? error[key] : undefined)
  const file = text('file')
  return {
    message: text('message') ?? 'it failed',
    file: file !== undefined && directory !== undefined ? join(directory, basename(file)) : file,
    line: number('line'),
    column: number('column'),
    excerpt: text('excerpt'),
    detail: text('detail'),
    sqlstate: text('sqlstate'),
  }
}

/** Of a module; what SQL failed in is shown by its line. */
function stackOf({ kind, trace }: FullEntry): string[] {
  if (kind === 'sql' || trace === null) return []
  const frames = userFrames(trace)
  return frames.length === 0 ? [] : [indented(visibleLines(frames.join('\n')), '  ')]
}

function factsOf(entry: FullEntry): string[][] {
  const { statementsDone: done, statementsTotal: total } = entry
  return [
    ['id', entry.id],
    ['revision', entry.kind === 'setup' ? '' : entry.revision],
    ['title', titleWords(entry.title)],
    ['kind', entry.kind],
    ['file', visible(entry.file ?? '')],
    ['uuid', visible(entry.uuid ?? '')],
    ['operation', entry.operation],
    ['outcome', entry.outcome],
    ['started', instant(entry.startedAt)],
    ['finished', instant(entry.finishedAt)],
    ['duration', entry.durationMs === null ? '' : elapsed(entry.durationMs)],
    ['statements', total === null ? '' : `${done} of ${total} done`],
    ['attempt', String(entry.attempt)],
    ['checksum', entry.checksum && `${entry.checksum} (${entry.checksumKind})`],
    ['run', entry.runId],
    ['operator', entry.operator],
    ['typetrek', visible(entry.toolVersion)],
  ]
}

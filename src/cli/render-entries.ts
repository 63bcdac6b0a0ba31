import type { FullEntry } from '../journal/entry'
import type { Style } from './style'
import { alignColumns, type Cell } from './table'
import { counted, elapsed, indented, instant, titleWords, visible, visibleLines } from './text'

/** The journal's entries, one a line; failures with their message below. Pure. */
export function renderEntries(
  entries: readonly FullEntry[],
  database: string,
  style: Style,
  nothing: string,
): string {
  const lines = alignColumns(entries.map((entry) => row(entry, style)))
  const blocks = entries.map((entry, index) => {
    const message = messageOf(entry)
    return `  ${lines[index]}${message ? `\n      ${style.red(message)}` : ''}`
  })
  const summary = entries.length === 0 ? nothing : counted(entries.length, 'entry', 'entries')
  return [style.bold(database), ...blocks, summary].join('\n')
}

function row(entry: FullEntry, style: Style): Cell[] {
  return [
    { text: entry.id, paint: style.bold },
    entry.operation,
    entry.kind === 'setup' ? 'setup' : entry.revision,
    titleWords(entry.title),
    instant(entry.finishedAt ?? entry.startedAt),
    entry.durationMs === null ? '' : elapsed(entry.durationMs),
    entry.operator,
  ]
}

function messageOf({ error }: FullEntry): string | undefined {
  const message = error?.['message']
  return typeof message === 'string' ? visible(message) : undefined
}

/** One entry with all that the journal knows of it. Pure. */
export function renderTrace(entry: FullEntry, style: Style): string {
  const error = Object.entries(entry.error ?? {}).filter(([, value]) => value !== null)
  const rows = [...facts(entry), ...error.map(([key, value]) => [`error ${key}`, shown(value)])]
  const present = rows.filter(([, value]) => value !== '')
  const lines = alignColumns(
    present.map(([label = '', value = '']) => [{ text: label, paint: style.bold }, value]),
  )
  const trace = entry.trace === null ? [] : ['', indented(visibleLines(entry.trace), '  ')]
  return [...lines, ...trace].join('\n')
}

function facts(entry: FullEntry): string[][] {
  const { statementsDone: done, statementsTotal: total } = entry
  return [
    ['id', entry.id],
    ['revision', entry.kind === 'setup' ? '' : entry.revision],
    ['title', titleWords(entry.title)],
    ['kind', entry.kind],
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
    ['typetrek', entry.toolVersion],
  ]
}

function shown(value: unknown): string {
  return visible(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
}

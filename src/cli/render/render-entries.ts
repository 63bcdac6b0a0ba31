import type { FullEntry } from '../../journal/model/entry'
import { messageOf } from './json'
import type { Style } from '../text/style'
import { alignColumns, type TableCell } from '../text/table'
import { counted, elapsed, instant, titleWords, visible } from '../text/text'

/** The journal's entries, one a line, with their outcomes where they differ; failures with their message below. Pure. */
export function renderEntries(
  entries: readonly FullEntry[],
  database: string,
  style: Style,
  nothing: string,
): string {
  const mixed = entries.some(({ outcome }) => outcome !== entries[0]?.outcome)
  const lines = alignColumns(entries.map((entry) => row(entry, style, mixed)))
  const blocks = entries.map((entry, index) => {
    const message = visible(messageOf(entry) ?? '')
    return `  ${lines[index]}${message ? `\n      ${style.red(message)}` : ''}`
  })
  const summary = entries.length === 0 ? nothing : counted(entries.length, 'entry', 'entries')
  return [style.bold(database), ...blocks, summary].join('\n')
}

function row(entry: FullEntry, style: Style, mixed: boolean): TableCell[] {
  return [
    { text: entry.id, paint: style.bold },
    entry.operation,
    ...(mixed ? [{ text: entry.outcome, paint: paintOf(entry, style) }] : []),
    entry.kind === 'setup' ? 'setup' : entry.revision,
    titleWords(entry.title),
    instant(entry.finishedAt ?? entry.startedAt),
    entry.durationMs === null ? '' : elapsed(entry.durationMs),
    entry.operator,
  ]
}

function paintOf({ outcome }: FullEntry, { green, red, yellow }: Style) {
  if (outcome === 'running') return yellow
  return outcome === 'success' ? green : red
}

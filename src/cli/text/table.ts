import { cellWidth, visible } from './text'

/** A cell: its text, and how to paint it once it is padded. */
export type TableCell = string | { text: string; paint: (text: string) => string }

interface Measured {
  text: string
  width: number
  paint: (text: string) => string
}

/** Lines with aligned columns, two spaces between them and none at the end; empty columns are left out. */
export function alignColumns(rows: readonly (readonly TableCell[])[], gap = '  '): string[] {
  const measured = rows.map((row) => row.map(measure))
  const widths: number[] = []
  for (const row of measured)
    for (const [column, { width }] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, width)
  return measured.map((row) => lineOf(row, widths, gap))
}

function lineOf(row: readonly Measured[], widths: readonly number[], gap: string): string {
  const last = row.findLastIndex(({ text }) => text !== '')
  let line = ''
  for (let column = 0; column <= last; column++) {
    const width = widths[column]
    if (!width) continue
    line += (line === '' ? '' : gap) + padded(row[column]!, column === last ? 0 : width)
  }
  return line
}

function measure(cell: TableCell): Measured {
  const given = typeof cell === 'string' ? cell : cell.text
  const text = visible(given)
  return { text, width: cellWidth(text), paint: typeof cell === 'string' ? unpainted : cell.paint }
}

const unpainted = (text: string): string => text

/** Only the text is painted, not what pads it. */
function padded({ text, width, paint }: Measured, to: number): string {
  return (text === '' ? text : paint(text)) + ' '.repeat(Math.max(0, to - width))
}

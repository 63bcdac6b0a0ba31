import { cellWidth, visible } from './text'

/** A cell: its text, and how to paint it once it is padded. */
export type Cell = string | { text: string; paint: (text: string) => string }

/** Lines with aligned columns, two spaces between them and none at the end; empty columns are left out. */
export function alignColumns(rows: readonly (readonly Cell[])[], gap = '  '): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cellWidth(textOf(cell)))
    }
  }
  return rows.map((row) => {
    const used = row
      .map((cell, column) => ({ cell, column }))
      .filter(({ column }) => widths[column])
    const last = used.findLastIndex(({ cell }) => textOf(cell) !== '')
    const cells = used.slice(0, last + 1).map(({ cell, column }, index) => {
      return index === last ? paintedCell(cell, 0) : paintedCell(cell, widths[column] ?? 0)
    })
    return cells.join(gap)
  })
}

function textOf(cell: Cell): string {
  return visible(typeof cell === 'string' ? cell : cell.text)
}

/** Only the text is painted, not what pads it. */
function paintedCell(cell: Cell, width: number): string {
  const text = textOf(cell)
  const padding = ' '.repeat(Math.max(0, width - cellWidth(text)))
  return (typeof cell === 'string' || text === '' ? text : cell.paint(text)) + padding
}

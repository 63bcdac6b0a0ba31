const newline = 10

/**
 * The data of a `COPY … FROM stdin;` whose `;` ends before `from`. As psql: it starts on the next line
 * and ends at a line `\\.` or at the end of the text. `next` is where SQL goes on; it is absent where
 * something else follows the `;` on its line, and so no data.
 */
export function copyDataAfter(text: string, from: number) {
  const lineFeed = text.indexOf('\n', from)
  const rest = text.slice(from, lineFeed < 0 ? text.length : lineFeed).trim()
  if (rest !== '' && !rest.startsWith('--')) return { dataStart: from, dataEnd: from }
  const dataStart = lineFeed < 0 ? text.length : lineFeed + 1
  const dataEnd = endOfData(text, dataStart)
  const after = text.indexOf('\n', dataEnd)
  return { dataStart, dataEnd, next: after < 0 ? text.length : after + 1 }
}

/**
 * Where the data lines that start at `dataStart` end: at a line `\\.`, or at the end of the text, as
 * psql has it.
 */
function endOfData(text: string, dataStart: number): number {
  for (let at = dataStart; at >= 0 && at < text.length;) {
    const marker = text.indexOf('\\.', at)
    if (marker < 0) return text.length
    const atLineStart = marker === dataStart || text.charCodeAt(marker - 1) === newline
    if (atLineStart && /^\r?(?:\n|$)/.test(text.slice(marker + 2, marker + 4))) return marker
    at = marker + 2
  }
  return text.length
}

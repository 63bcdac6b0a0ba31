const newline = 10

/**
 * Where the data lines that start at `dataStart` end: at a line `\\.`, or at the end of the text, as
 * psql has it.
 */
export function endOfData(text: string, dataStart: number): number {
  for (let at = dataStart; at >= 0 && at < text.length;) {
    const marker = text.indexOf('\\.', at)
    if (marker < 0) return text.length
    const atLineStart = marker === dataStart || text.charCodeAt(marker - 1) === newline
    if (atLineStart && /^\r?(?:\n|$)/.test(text.slice(marker + 2, marker + 4))) return marker
    at = marker + 2
  }
  return text.length
}

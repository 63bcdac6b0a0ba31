import { type Cell, cellsOf } from './cells'

/** A place in a text: 1-based line, 1-based column in code points. */
export interface Position {
  line: number
  column: number
}

export interface Excerpt extends Position {
  /** The line of the text, and below it a caret under the place. */
  excerpt: string
}

/** Line and column of a UTF-16 offset; `firstLine` is the number of the text's own first line. */
export function positionAt(text: string, offset: number, firstLine = 1): Position {
  const end = Math.max(0, Math.min(offset, text.length))
  let line = firstLine
  let start = 0
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) {
    line++
    start = at + 1
  }
  return { line, column: codePoints(text, start, end) + 1 }
}

/** UTF-16 offset of PostgreSQL's `position`, which is 1-based and counts code points. */
export function offsetOfCodePoint(text: string, position: number): number {
  return skipCodePoints(text, 0, position - 1)
}

/** Number of code points between two UTF-16 offsets. */
function codePoints(text: string, start = 0, end = text.length): number {
  let count = end - start
  for (let at = start + 1; at < end; at++) {
    if (isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1))) {
      count--
      at++
    }
  }
  return count
}

function skipCodePoints(text: string, from: number, count: number): number {
  let at = from
  for (let left = count; left > 0 && at < text.length; left--)
    at += isHigh(text.charCodeAt(at)) && isLow(text.charCodeAt(at + 1)) ? 2 : 1
  return at
}

function isHigh(code: number): boolean {
  return (code & 0xfc00) === 0xd800
}

function isLow(code: number): boolean {
  return (code & 0xfc00) === 0xdc00
}

/** Where the line's own text ends, its CR not included. */
function lineEnd(text: string, start: number): number {
  const newline = text.indexOf('\n', start)
  const end = newline < 0 ? text.length : newline
  return end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end
}

const cellsBefore = 60
const cellsAfter = 40

/**
 * The line of a UTF-16 offset and a caret under its character, as a terminal shows them: wide
 * characters take two cells, combining ones none, tabs stay tabs. A long line is cut round the place.
 */
export function excerpt(text: string, offset: number, firstLine = 1): Excerpt {
  const position = positionAt(text, offset, firstLine)
  const at = Math.max(0, Math.min(offset, text.length))
  const start = text.lastIndexOf('\n', at - 1) + 1
  const end = at === 0 && text[0] === '\n' ? 0 : lineEnd(text, start)
  const before = cellsOf(text.slice(Math.max(start, at - 8 * cellsBefore), Math.min(at, end)))
  const after = cellsOf(text.slice(Math.min(at, end), Math.min(end, at + 8 * cellsAfter)))
  const left = take(before.toReversed(), cellsBefore).toReversed()
  const right = take(after, cellsAfter)
  const leftCut = left.length < before.length || at - 8 * cellsBefore > start ? '…' : ''
  const rightCut = right.length < after.length || at + 8 * cellsAfter < end ? '…' : ''
  const shown = [...left, ...right].map((cell) => cell.shown).join('')
  const padding = left.map(({ shown, width }) => (shown === '\t' ? shown : ' '.repeat(width)))
  const line = `${leftCut}${shown}${rightCut}`
  return { ...position, excerpt: `${line}\n${leftCut && ' '}${padding.join('')}^` }
}

function take(cells: readonly Cell[], width: number): Cell[] {
  let used = 0
  const end = cells.findIndex((cell) => (used += cell.width) > width)
  return cells.slice(0, end < 0 ? cells.length : end)
}

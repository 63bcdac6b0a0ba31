import { lex } from '../lexer/lexer'
import { type TextPlace, invalid } from '../place'
import { excerpt } from '../position'
import { hiddenOffsets, readSqlPart, type Sections } from './sections'

/** The lines at which another tool cuts a SQL file; each pattern reads a whole line. */
export interface ToolMarkers {
  tool: string
  up: RegExp
  down: RegExp
  /** The whole file runs outside a transaction. */
  outside?: RegExp
  /** In the line of a marker: its section runs outside a transaction. */
  sectionOutside?: RegExp
  /** What would run otherwise than the tool does. */
  refused?: RegExp
  /** True: a file without any marker is all upgrade. */
  wholeWithout?: true
}

interface MarkedLine {
  line: string
  start: number
  end: number
}

/** A text that is all upgrade, whatever comments of other tools it has. @throws {MigrationError} SCRIPT_INVALID */
export function readOneText(text: string, file: string, shown = file): Sections {
  return { upgrade: readSqlPart(text, file, shown) }
}

/**
 * Cuts a SQL file as another tool does. Pure.
 * @throws {MigrationError} SCRIPT_INVALID: no upgrade, a marker twice, a statement before the first one
 */
export function readMarked(
  markers: ToolMarkers,
  text: string,
  file: string,
  shown = file,
): Sections {
  const place = { text, file, shown }
  const lines = markerLines(place, markers)
  const refused = lines.find(({ line }) => markers.refused?.test(line))
  if (refused) {
    const hint = 'Write the values in place of the variables, and remove the line.'
    throw invalid(place, refused.start, `a marker of ${markers.tool} that is not followed`, hint)
  }
  const up = only(place, lines, markers.up)
  const down = only(place, lines, markers.down)
  if (!up && !down && markers.wholeWithout) return readOneText(text, file, shown)
  if (!up) throw withoutUpgrade(place, markers)
  const first = down && down.start < up.start ? down : up
  refuseBefore(place, first.start)
  const outside = lines.some(({ line }) => markers.outside?.test(line))
  const part = (from: MarkedLine, to: MarkedLine | undefined) => {
    const end = to && to.start > from.start ? to.start : text.length
    const inner = text.slice(from.end, end)
    const { line } = excerpt(text, from.end)
    const read = readSqlPart(inner, file, shown)
    const own = outside || markers.sectionOutside?.test(from.line)
    return { ...read, line, options: { ...read.options, ...(own && { transaction: false }) } }
  }
  return { upgrade: part(up, down), ...(down && { downgrade: part(down, up) }) }
}

function markerLines({ text }: TextPlace, markers: ToolMarkers): MarkedLine[] {
  const { up, down, outside, refused } = markers
  const patterns = [up, down, outside, refused].filter((one) => one !== undefined)
  const lines = Array.from(text.matchAll(/^.*$/gm), ({ 0: line, index }) => {
    const end = index + line.length + (text[index + line.length] === '\n' ? 1 : 0)
    return { line: line.replace(/\r$/, ''), start: index, end }
  }).filter(({ line }) => patterns.some((one) => one.test(line)))
  if (lines.length === 0) return lines
  const hidden = hiddenOffsets(text, lines)
  return lines.filter(({ start }) => !hidden.has(start))
}

function only(
  place: TextPlace,
  lines: readonly MarkedLine[],
  pattern: RegExp,
): MarkedLine | undefined {
  const [first, second] = lines.filter(({ line }) => pattern.test(line))
  if (!second) return first
  const hint = 'Keep one section for each direction.'
  throw invalid(place, second.start, `a second line ${second.line.trim()}`, hint)
}

function withoutUpgrade(place: TextPlace, { tool }: ToolMarkers) {
  const hint = `${tool} does not run this file either; set another layout, or name the file in ignore.`
  return invalid(place, 0, `no upgrade is marked as ${tool} does`, hint)
}

function refuseBefore(place: TextPlace, end: number): void {
  const [statement] = lex(place.text.slice(0, end)).statements
  if (!statement) return
  const hint = 'Only comments may be before the first marker: move the statement into a section.'
  throw invalid(place, statement.firstTokenStart, 'a statement before the first marker', hint)
}

import { type Directive, readDirective } from './directive'
import { lex } from '../lexer/lexer'
import { otherWords, readOtherMarker } from './other-markers'
import { type PlacedOther, refuseOthers } from './other-sections'
import { type TextPlace, invalid } from '../place'
import { excerpt } from '../position'
import type { ScriptOptions, SqlPart } from '../script'

/** The two directions that one SQL file holds. */
export interface Sections {
  upgrade: SqlPart
  downgrade?: SqlPart
}

interface Marker {
  name: 'UP' | 'DOWN'
  /** Where the marker's line starts, and where the line after it starts. */
  lineStart: number
  end: number
}

type PlacedDirective = Directive & { offset: number }

/** What the comment lines of a text mean to typetrek; nothing inside quotes. */
interface Notes {
  markers: Marker[]
  directives: PlacedDirective[]
  /** What other tools would read. */
  others: PlacedOther[]
}

/**
 * Cuts a SQL file at its `MIGRATE UP` and `MIGRATE DOWN` comment lines and reads the header comments
 * `-- migrate: …`. Without markers the whole text is the upgrade. `file` is kept in the parts;
 * `shown` is the path as the user would name it, for errors.
 *
 * @throws {MigrationError} SCRIPT_INVALID with line and caret: a marker twice, DOWN without UP,
 * statements before the first marker, a directive that is unknown or follows a statement.
 */
export function readSections(text: string, file: string, shown = file): Sections {
  const place = { text, file, shown }
  const { markers, directives, others } = readNotes(place)
  if (others.length > 0) refuseOthers(place, others, markers)
  if (markers.length === 0) return { upgrade: partOf(place, 0, text.length, directives, []) }
  checkMarkers(place, markers)
  const first = markers[0]!
  const header = directives.filter((directive) => directive.offset < first.lineStart)
  checkHeader(place, first.lineStart)
  const parts: Partial<Record<Marker['name'], SqlPart>> = {}
  for (const [index, { name, end }] of markers.entries()) {
    const stop = markers[index + 1]?.lineStart ?? text.length
    parts[name] = partOf(place, end, stop, directives, header)
  }
  const { UP: upgrade, DOWN: downgrade } = parts
  if (!upgrade) throw new Error('a text with markers has an upgrade')
  return { upgrade, ...(downgrade && { downgrade }) }
}

/**
 * Reads a text that is all one direction, such as a downgrade that the journal kept.
 *
 * @throws {MigrationError} SCRIPT_INVALID as `readSections` does, and for markers.
 */
export function readSqlPart(text: string, file: string, shown = file): SqlPart {
  const place = { text, file, shown }
  const { markers, directives } = readNotes(place)
  const [marker] = markers
  if (!marker) return partOf(place, 0, text.length, directives, [])
  const hint = 'Remove the MIGRATE lines, or put both directions into one script.'
  throw invalid(place, marker.lineStart, 'a marker in a file that is all one direction', hint)
}

/**
 * The text of a part so that `readSqlPart` gives its options back: those that are in the file above
 * the part's own text are written before it as `-- migrate:` lines.
 */
export function writeSqlPart({ text, file, options }: SqlPart): string {
  const own = readSqlPart(text, file).options
  const lines = options.settings
    .slice(0, options.settings.length - own.settings.length)
    .map(([name, value]) => `-- migrate: ${name} = '${value.replaceAll("'", "''")}'\n`)
  if (!options.transaction && own.transaction) lines.unshift('-- migrate: no-transaction\n')
  return lines.join('') + text
}

const comment = String.raw`[ \t]*(?:--|#|//|;|/\*)[^\p{L}\p{N}'"$\r\n]*`
const markerLine = new RegExp(
  String.raw`^${comment}MIGRATE[ \t]+(UP|DOWN)(?:(?:[ \t]|[^\p{L}\p{N}'"$_])*|[ \t]*[:(].*)$`,
  'u',
)
const nearMarker = new RegExp(
  String.raw`^${comment}MIGRATE(?:[ \t]+|:[ \t]*)(UP|DOWN)(?![\p{L}\p{N}_])`,
  'iu',
)
const directiveLine = /^([ \t]*(?:--|\/\*)[ \t]*)migrate[ \t]*:(.*)$/

/** Only lines with the word `migrate` matter; a text without them is never lexed here. */
function readNotes(place: TextPlace): Notes {
  const { text } = place
  const notes: Notes = { markers: [], directives: [], others: [] }
  const candidates = candidateLines(text)
  if (candidates.length === 0) return notes
  const hidden = hiddenOffsets(text, candidates)
  for (const { start, end } of candidates) {
    const line = text.slice(start, end)
    if (hidden.has(start)) continue
    const other = readOtherMarker(line)
    if (other) notes.others.push({ ...other, start, end })
    const marker = markerLine.exec(line)
    const directive = directiveLine.exec(line)
    const near = nearMarker.exec(line)
    if (marker) {
      notes.markers.push({
        name: marker[1] as Marker['name'],
        lineStart: start,
        end: nextLine(text, end),
      })
    } else if (near) {
      const name = near[1]!.toUpperCase()
      const outside = /\btransaction:false|\bnotransaction\b/i.test(line)
      const layout = layoutOf(line)
      const hint = `Write a line of its own, \`-- MIGRATE ${name}\`, in capitals${outside ? ', and `-- migrate: no-transaction` below it' : ''}; word the comment differently if it is none${layout === undefined ? '' : `, or set layout = ${layout} to read the folder as it is`}.`
      throw invalid(place, start, `this comment is nearly a MIGRATE ${name} marker`, hint)
    } else if (directive) {
      notes.directives.push(placedDirective(place, start + directive[1]!.length, directive[2]!))
    }
  }
  return notes
}

/** The tool whose marker a line is. */
function layoutOf(line: string): string | undefined {
  if (/^--\s*migrate:(?:up|down)\b/.test(line)) return 'dbmate'
  return /^--\s*\+migrate\s/.test(line) ? 'sql-migrate' : undefined
}

function placedDirective(place: TextPlace, offset: number, words: string): PlacedDirective {
  const reading = readDirective(words.replace(/\*\/\s*$/, ''))
  if ('problem' in reading) throw invalid(place, offset, reading.problem, reading.hint)
  return { ...reading, offset }
}

function candidateLines(text: string): { start: number; end: number }[] {
  const lines: { start: number; end: number }[] = []
  const word = new RegExp(`migrate|${otherWords}`, 'gi')
  for (let match = word.exec(text); match; match = word.exec(text)) {
    const start = lineStart(text, match.index)
    const end = lineEnd(text, match.index)
    if (/^[ \t]*(?:--|#|\/\/|;|\/\*)/.test(text.slice(start, Math.min(end, match.index))))
      lines.push({ start, end })
    word.lastIndex = end
  }
  return lines
}

function lineStart(text: string, offset: number): number {
  let start = offset
  while (start > 0 && text[start - 1] !== '\n' && text[start - 1] !== '\r') start--
  return start
}

function lineEnd(text: string, offset: number): number {
  let end = offset
  while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end++
  return end
}

function nextLine(text: string, lineEnd: number): number {
  return lineEnd + (text.startsWith('\r\n', lineEnd) ? 2 : lineEnd < text.length ? 1 : 0)
}

/** The candidates that are inside a string, a dollar quote, a block comment or COPY data. */
export function hiddenOffsets(text: string, candidates: readonly { start: number }[]): Set<number> {
  const hidden = new Set<number>()
  let next = 0
  lex(text, (start, end) => {
    // A block comment of one line is a marker's own; COPY data may start with its line, too.
    const visible = text.startsWith('/*', start) ? start + 1 : start
    while (next < candidates.length && candidates[next]!.start < visible) next++
    for (; next < candidates.length && candidates[next]!.start < end; next++)
      hidden.add(candidates[next]!.start)
  })
  return hidden
}

function checkMarkers(place: TextPlace, markers: readonly Marker[]): void {
  const seen = new Map<string, Marker>()
  for (const marker of markers) {
    const earlier = seen.get(marker.name)
    if (earlier) {
      const { line } = excerpt(place.text, earlier.lineStart)
      const message = `a second MIGRATE ${marker.name} marker; the first is on line ${line}`
      throw invalid(place, marker.lineStart, message, 'Keep one section for each direction.')
    }
    seen.set(marker.name, marker)
  }
  if (!seen.has('UP')) {
    const hint = 'Put a line `-- MIGRATE UP` before the statements of the upgrade.'
    throw invalid(place, markers[0]!.lineStart, 'a MIGRATE DOWN marker without MIGRATE UP', hint)
  }
}

function checkHeader(place: TextPlace, end: number): void {
  const header = place.text
    .slice(0, end)
    .replace(/^[ \t]*(?:#|\/\/).*$/gm, (line) => ' '.repeat(line.length))
  const statement = lex(header).statements[0]
  if (!statement) return
  const hint = 'Only comments may come before the first marker: move the statement into a section.'
  throw invalid(place, statement.firstTokenStart, 'a statement before the first marker', hint)
}

function partOf(
  place: TextPlace,
  start: number,
  end: number,
  directives: readonly PlacedDirective[],
  header: readonly PlacedDirective[],
): SqlPart {
  const text = place.text.slice(start, end)
  const own = directives.filter(({ offset }) => offset >= start && offset < end)
  if (own.length > 0) {
    const firstToken = lex(text).statements[0]?.firstTokenStart ?? text.length
    const late = own.find(({ offset }) => offset - start > firstToken)
    const hint = 'Move it above the first statement: it counts for the whole section.'
    if (late) throw invalid(place, late.offset, 'a `-- migrate:` line after a statement', hint)
  }
  const line = lineAt(place.text, start)
  return { text, file: place.file, line, options: optionsOf([...header, ...own]) }
}

function lineAt(text: string, offset: number): number {
  let line = 1
  if (offset === 0) return line
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}

const noOptions: ScriptOptions = { transaction: true, settings: [] }

function optionsOf(directives: readonly Directive[]): ScriptOptions {
  if (directives.length === 0) return noOptions
  return {
    transaction: !directives.some(({ kind }) => kind === 'no-transaction'),
    settings: directives.flatMap((directive) =>
      directive.kind === 'setting' ? [[directive.name, directive.value] as const] : [],
    ),
  }
}

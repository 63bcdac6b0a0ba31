import { type TextPlace, invalid } from '../place'
import { excerpt } from '../position'
import type { ScriptOptions, SqlPart } from '../script'
import { readDirective } from '../sections/directive'
import type { Sections } from '../sections/sections'

/** What may begin a comment, in SQL and in anything else. */
const sign = String.raw`(?:--|#|\/\/|;|"|%|'|REM\b|<!--|\/\*|\{-|\(\*)`
const marker = new RegExp(
  String.raw`^[ \t]*${sign}[^\p{L}\p{N}\n]*MIGRATE[ \t]+(UP|DOWN)(?![\p{L}\p{N}_]).*$`,
  'gimu',
)
const directive = /^[ \t]*(?:--|#|\/\*)[ \t]*migrate[ \t]*:(.*?)(?:\*\/)?[ \t]*$/gm

type Direction = 'UP' | 'DOWN'

interface Marker {
  name: Direction
  start: number
  end: number
}

/** How a text is cut. */
export interface MarkerRules {
  /** True: without markers, the whole text is the upgrade; what stands before them must be a comment. */
  sql: boolean
}

/**
 * Cuts a text of any language at its lines `MIGRATE UP` and `MIGRATE DOWN`, whatever begins a comment in
 * it. Text that is no SQL has both, and what stands before them is left out.
 *
 * @throws {MigrationError} SCRIPT_INVALID: a marker twice, missing, or not in capitals
 */
export function readMarkerSections(
  text: string,
  file: string,
  shown: string,
  { sql }: MarkerRules,
): Sections {
  const place = { text, file, shown }
  const markers = readMarkers(place)
  if (markers.length === 0 && sql) return { upgrade: partOf(place, 0, text.length) }
  const up = markers.find(({ name }) => name === 'UP')
  const down = markers.find(({ name }) => name === 'DOWN')
  if (!up || (!sql && !down)) throw missing(place, up ? 'DOWN' : 'UP')
  if (sql) refuseBefore(place, markers[0]!.start)
  const header = sql ? text.slice(0, markers[0]!.start) : ''
  const part = ({ end }: Marker): SqlPart => {
    const next = markers.find(({ start }) => start >= end)
    return partOf(place, end, next?.start ?? text.length, header)
  }
  return { upgrade: part(up), ...(down && { downgrade: part(down) }) }
}

function readMarkers(place: TextPlace): Marker[] {
  const markers: Marker[] = []
  for (const match of place.text.matchAll(marker)) {
    const name = match[1]!.toUpperCase() as Direction
    if (!match[0].includes(`MIGRATE`) || match[1] !== name) {
      const hint = `Write the line MIGRATE ${name} in capitals; word the comment differently if it is none.`
      throw invalid(place, match.index, `this comment is nearly a MIGRATE ${name} marker`, hint)
    }
    const earlier = markers.find((one) => one.name === name)
    if (earlier) {
      const { line } = excerpt(place.text, earlier.start)
      const message = `a second MIGRATE ${name} marker; the first is on line ${line}`
      throw invalid(place, match.index, message, 'Keep one section for each direction.')
    }
    const end = match.index + match[0].length
    const next = place.text.startsWith('\r\n', end) ? 2 : 1
    markers.push({ name, start: match.index, end: Math.min(end + next, place.text.length) })
  }
  return markers
}

function missing(place: TextPlace, name: Direction) {
  const hint = `Put a comment line MIGRATE ${name} before what ${name === 'UP' ? 'applies' : 'reverts'} it; ignore names files that are no scripts.`
  return invalid(place, 0, `no MIGRATE ${name} marker`, hint)
}

function refuseBefore(place: TextPlace, end: number): void {
  const header = place.text
    .slice(0, end)
    .replace(/\/\*[\s\S]*?\*\//g, (text) => text.replace(/[^\n]/g, ' '))
  const statement = /^[ \t]*(?!--|#|\s)\S/m.exec(header)
  if (!statement) return
  const hint = 'Only comments may stand before the first marker: move the statement into a section.'
  throw invalid(place, statement.index, 'a statement before the first marker', hint)
}

function partOf(place: TextPlace, start: number, end: number, header = ''): SqlPart {
  const text = place.text.slice(start, end)
  const line = place.text.slice(0, start).split('\n').length
  return { text, file: place.file, line, options: optionsOf(place, header + text) }
}

const plainOptions: ScriptOptions = { transaction: true, settings: [] }

function optionsOf(place: TextPlace, text: string): ScriptOptions {
  const found = Array.from(text.matchAll(directive), ([, words = '']) => readDirective(words))
  for (const one of found) {
    if ('problem' in one) throw invalid(place, 0, one.problem, one.hint)
    if (one.kind === 'setting') {
      const hint = 'Write it as a statement of the script.'
      throw invalid(place, 0, `the setting ${one.name} is PostgreSQL's`, hint)
    }
  }
  return found.length > 0 ? { ...plainOptions, transaction: false } : plainOptions
}

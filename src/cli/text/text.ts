import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { cellsOf } from '../../script/cells'

/** ASCII without control characters: as nearly always. */
const plain = /^[ -~]*$/

/** `1 script`, `2 scripts`; irregular plurals are given. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`
}

/** A path as somebody in `cwd` would write it: whole where it is not below. */
export function pathFrom(cwd: string, path: string): string {
  const name = relative(cwd, path)
  return name.startsWith('..') ? path : name
}

/** Milliseconds for a person: `12 ms`, `1.2 s`, `2 min 3 s`, `1 h 2 min`. */
export function elapsed(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`
  const seconds = milliseconds / 1000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const minutes = Math.floor(Math.round(seconds) / 60)
  if (minutes < 60) return `${minutes} min ${Math.round(seconds) % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** ISO 8601 in UTC as people read it: `2026-01-01 12:00:00 UTC`. */
export function instant(iso: string | null): string {
  return iso === null ? '' : iso.replace(/^(.{10})T(.{8}).*$/, '$1 $2 UTC')
}

/** A title as words: `add_orders` is `add orders`. */
export function titleWords(title: string): string {
  return visible(title.replaceAll('_', ' ')).trim()
}

/** One line without control characters, so that no text moves the cursor or colours a terminal. */
export function visible(text: string): string {
  if (plain.test(text)) return text
  return text.replace(/\p{Cc}+/gu, ' ')
}

/** The same for a text of several lines. */
export function visibleLines(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n\t]/gu, ' ')
}

export function indented(text: string, by: string): string {
  return text.replace(/^(?=.)/gm, by)
}

/** Lines of whole words, none wider than `columns` unless a single word is; colours take no room. */
export function wrapWords(text: string, columns: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    const joined = last === undefined ? word : `${last} ${word}`
    if (last !== undefined && printedWidth(joined) > columns) lines.push(word)
    else lines[Math.max(0, lines.length - 1)] = joined
  }
  return lines
}

function printedWidth(text: string): number {
  return cellWidth(stripVTControlCharacters(text))
}

/** How many cells a text takes on a terminal. */
export function cellWidth(text: string): number {
  if (plain.test(text)) return text.length
  return cellsOf(text).reduce((sum, { width }) => sum + width, 0)
}

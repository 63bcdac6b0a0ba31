import { MigrationError } from '../../errors'
import { shown } from '../../catalog/object-names'
import type { ColumnId } from './operation'
import type { Backfill, Conversion, EnumMapping, Rename } from './answers'

/**
 * Reads `--rename old:new`, and `--rename old:` for what has no new name.
 * @throws {MigrationError} USAGE
 */
export function readRename(text: string): Rename {
  const parts = splitOutsideQuotes(text, ':')
  const [from = '', to = ''] = parts
  if (parts.length !== 2 || from === '')
    throw unreadable('--rename', text, 'users.first:first_name')
  return { from, to }
}

/**
 * Reads `--using table.column=expression`.
 * @throws {MigrationError} USAGE
 */
export function readConversion(text: string): Conversion {
  return readColumnValue('--using', text, 'users.age=age::integer')
}

/**
 * Reads `--backfill table.column=expression`.
 * @throws {MigrationError} USAGE
 */
export function readBackfill(text: string): Backfill {
  return readColumnValue('--backfill', text, "users.email=''")
}

/**
 * Reads `--map type.old=new`, and `--map type.old=` for a value that no row has.
 * @throws {MigrationError} USAGE
 */
export function readEnumMapping(text: string): EnumMapping {
  const at = text.indexOf('=')
  const path = at < 0 ? [] : splitOutsideQuotes(text.slice(0, at), '.')
  const from = path.pop() ?? ''
  const to = text.slice(at + 1).trim()
  if (path.length === 0 || from === '')
    throw unreadable('--map', text, 'user_status.disabled=blocked')
  return { type: path.join('.'), from: unquoted(from), to: unquoted(to) }
}

function readColumnValue(option: string, text: string, example: string): Conversion {
  const at = text.indexOf('=')
  const path = at < 0 ? [] : splitOutsideQuotes(text.slice(0, at), '.')
  const column = path.pop() ?? ''
  if (path.length === 0 || column === '') throw unreadable(option, text, example)
  return { table: path.join('.'), column: unquoted(column), expression: text.slice(at + 1).trim() }
}

function unreadable(option: string, text: string, example: string): MigrationError {
  return new MigrationError('USAGE', `${option} cannot be read: ${text}`, {
    hint: `Write ${option} ${example}.`,
  })
}

/** The names of a path, `"a.b".c` having two. */
export function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts = ['']
  let quoted = false
  for (const character of text.trim()) {
    if (character === '"') quoted = !quoted
    if (character === separator && !quoted) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts.map((part) => part.trim())
}

/** A name as the catalogs have it. */
export function unquoted(name: string): string {
  return /^".*"$/.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name
}

/** True where a table name that an option gives means this one. */
export function means(given: string, { schema, name }: { schema: string; name: string }): boolean {
  const path = splitOutsideQuotes(given, '.').map(unquoted)
  return path.length === 1 ? path[0] === name : path[0] === schema && path[1] === name
}

/** What an option says of a column. */
export function givenFor<One extends { table: string; column: string }>(
  list: readonly One[],
  { schema, table, name }: ColumnId,
): One | undefined {
  return list.find((one) => one.column === name && means(one.table, { schema, name: table }))
}

/** An option with a value that a shell leaves as it is. */
export function flagOf(option: string, value: string): string {
  return `${option} ${shellWord(value)}`
}

/** A word that a shell leaves as it is. */
export function shellWord(value: string): string {
  const isPlain = /^[\w.:/@%+,=-]+$/.test(value)
  return isPlain ? value : `"${value.replaceAll(/["$`\\]/g, String.raw`\$&`)}"`
}

/** As the options name it: `users.email`. */
export function pathOf({ schema, table, name }: ColumnId): string {
  return `${shown({ schema, name: table })}.${name}`
}

import { MigrationError } from '../../errors'
import { shown } from '../../catalog/object-names'
import type { ColumnId } from './operation'
import type { Answers, Backfill, Conversion, EnumMapping, Question, Rename } from './answers'

/**
 * Reads `--rename old:new`.
 * @throws {MigrationError} USAGE
 */
export function readRename(text: string): Rename {
  const parts = splitOutsideQuotes(text, ':')
  const [from = '', to = ''] = parts
  if (parts.length !== 2 || from === '' || to === '')
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
 * Reads `--map type.old=new`.
 * @throws {MigrationError} USAGE
 */
export function readEnumMapping(text: string): EnumMapping {
  const at = text.indexOf('=')
  const path = at < 0 ? [] : splitOutsideQuotes(text.slice(0, at), '.')
  const from = path.pop() ?? ''
  const to = text.slice(at + 1).trim()
  if (path.length === 0 || from === '' || to === '')
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
export function givenFor<Told extends { table: string; column: string }>(
  list: readonly Told[],
  { schema, table, name }: ColumnId,
): Told | undefined {
  return list.find((one) => one.column === name && means(one.table, { schema, name: table }))
}

/** An option with a value that a shell leaves as it is. */
export function flagOf(option: string, value: string): string {
  const isPlain = /^[\w.:/@%+,=-]+$/.test(value)
  return `${option} ${isPlain ? value : `"${value.replaceAll(/["$`\\]/g, String.raw`\$&`)}"`}`
}

/** As the options name it: `users.email`. */
export function pathOf({ schema, table, name }: ColumnId): string {
  return `${shown({ schema, name: table })}.${name}`
}

/** Asks where there is someone to ask, and else collects what is open, so that all is said at once. */
export class Questions {
  private readonly open: Question[] = []

  constructor(private readonly answers: Answers) {}

  /** The answer, or the suggestion while the question stays open. */
  async ask(question: Question): Promise<string> {
    if (this.answers.ask) return (await this.answers.ask(question)).trim()
    this.open.push(question)
    return question.suggestion ?? ''
  }

  /** @throws {MigrationError} QUESTION_OPEN */
  settle(): void {
    const [first] = this.open
    if (!first) return
    const lines = this.open.map(({ text, flag }) => `${text}\n  ${flag}`)
    const count = this.open.length
    const message = count === 1 ? 'a question is open' : `${count} questions are open`
    throw new MigrationError('QUESTION_OPEN', message, {
      detail: lines.join('\n'),
      hint: `Answer on a terminal, or with ${count === 1 ? first.flag : 'these options'}.`,
    })
  }
}

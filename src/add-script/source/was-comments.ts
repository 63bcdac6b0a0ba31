import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { unlessAbsent } from '../../absence'
import { quoteIdentifier } from '../../database/sql/quote'
import { lex } from '../../script/lexer/lexer'
import type { LexedStatement } from '../../script/lexer/lexed'
import type { FormerName } from '../../set-up/was'

/** The old names that the comments of a schema file give; none where there is no file. */
export async function formerNamesOf(file: string | undefined): Promise<FormerName[]> {
  if (file === undefined) return []
  const text = await unlessAbsent(readFile(file, 'utf8'), '')
  return readFormerNames(text, basename(file))
}

/**
 * Reads `-- was: old_name` comments of a schema: behind a column, a value or a constraint, or on a line
 * of its own above it, it is that one's old name; behind `CREATE TABLE` or its last line, the table's.
 * Pure.
 */
export function readFormerNames(text: string, file: string): FormerName[] {
  if (!/--\s*was:/i.test(text)) return []
  const opaque: [number, number][] = []
  const { statements } = lex(text, (start, end) => opaque.push([start, end]))
  const lines = linesOf(text)
  return lines.flatMap((line, at) => {
    const found = /--\s*was:\s*(\S.*?)\s*$/i.exec(line.text)
    if (!found) return []
    const offset = line.start + found.index
    if (opaque.some(([start, end]) => start <= offset && offset < end)) return []
    const before = line.text.slice(0, found.index)
    const code =
      before.trim() === '' ? nextCode(lines, at + 1) : { text: before, start: line.start }
    const statement = code && statementAt(statements, code)
    if (!code || !statement) return []
    const definition = text.slice(statement.firstTokenStart, statement.end)
    const place = `-- was: ${found[1]} in line ${at + 1} of ${file}`
    return named(definition, statement.words, code.text.trim(), found[1]!, place)
  })
}

interface Line {
  text: string
  start: number
}

function linesOf(text: string): Line[] {
  let start = 0
  return text.split('\n').map((line) => {
    const one = { text: line.replace(/\r$/, ''), start }
    start += line.length + 1
    return one
  })
}

function nextCode(lines: readonly Line[], from: number): Line | undefined {
  return lines.slice(from).find(({ text }) => !/^\s*(?:--.*)?$/.test(text))
}

/** The statement that the first word of a line is in. */
function statementAt(statements: readonly LexedStatement[], { text, start }: Line) {
  const at = start + text.search(/\S/)
  return statements.find(({ firstTokenStart, end }) => firstTokenStart <= at && at <= end)
}

const name = String.raw`"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*`
const path = String.raw`(?:${name})(?:\s*\.\s*(?:${name}))?`
const create = String.raw`^CREATE\s+(?:UNLOGGED\s+)?(TABLE|TYPE|SCHEMA)\s+(?:IF\s+NOT\s+EXISTS\s+)?(${path})`

function named(
  definition: string,
  words: readonly string[],
  code: string,
  old: string,
  place: string,
): FormerName[] {
  const [, kind, found] = new RegExp(create, 'iu').exec(definition) ?? []
  if (kind === undefined || found === undefined) return []
  const owner = plainPath(found)
  const isOwner = new RegExp(create, 'iu').test(code) || code.startsWith(')')
  if (isOwner && words.includes('TYPE')) return []
  if (isOwner) return [{ from: ownerBefore(old, owner), to: owner, place }]
  const part = kind.toUpperCase() === 'TYPE' ? valueIn(code) : partIn(code)
  return part === undefined ? [] : [{ from: `${owner}.${plainName(old)}`, to: part, place }]
}

/** Into another schema only where the old name says so. */
function ownerBefore(old: string, owner: string): string {
  const schema = /^(.*)\.[^.]*$/.exec(owner)?.[1]
  return old.includes('.') || schema === undefined ? plainPath(old) : `${schema}.${plainName(old)}`
}

function partIn(code: string): string | undefined {
  const found = new RegExp(String.raw`^,?\s*(?:CONSTRAINT\s+)?(${name})`, 'iu').exec(code)?.[1]
  return found === undefined ? undefined : plainName(found)
}

function valueIn(code: string): string | undefined {
  const found = /^,?\s*'((?:[^']|'')*)'/.exec(code)?.[1]
  return found === undefined ? undefined : quoted(found.replaceAll("''", "'"))
}

function plainPath(text: string): string {
  const names = text.match(new RegExp(name, 'gu')) ?? []
  return names.map(plainName).join('.')
}

/** As the catalogs have it: without quotes in small letters. */
function plainName(text: string): string {
  const given = text.replace(/^'(.*)'$/, '$1')
  if (/^".*"$/.test(given)) return quoted(given.slice(1, -1).replaceAll('""', '"'))
  return quoted(text === given ? given.toLowerCase() : given)
}

/** As an option's value has it. */
function quoted(text: string): string {
  return /[".:]/.test(text) ? quoteIdentifier(text) : text
}

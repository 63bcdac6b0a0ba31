import { closingParenthesis, plainNames, splitList, type Words } from '../../catalog/sql-words'

/** One statement, readable: plain names, no defaults spelt out, a table's columns a line each. */
export function layOut(sql: string, words: Words): string {
  const short =
    sql.startsWith('CREATE SEQUENCE ') || sql.startsWith('ALTER SEQUENCE ')
      ? shortSequence(sql)
      : sql
  const plain = plainNames(
    shortIdentity(short),
    keepsSchema(short) ? { ...words, system: everything } : words,
  )
  if (/^CREATE (?:UNLOGGED )?TABLE /.test(plain)) return tableLines(withoutDoubled(plain))
  if (/^CREATE (?:OR REPLACE |MATERIALIZED )?VIEW /.test(plain)) return viewLines(plain)
  const brief = withoutDoubled(plain).replace(everyEvent, '')
  return brief.replace(/^(CREATE (?:UNIQUE )?INDEX .*?) USING btree /, '$1 ')
}

/** True for a statement that was not laid out in several lines. */
export function isOneLine(sql: string): boolean {
  return !sql.includes('\n')
}

/** What a publication publishes by default. */
const everyEvent = / WITH \(publish = 'insert, update, delete, truncate'\)$/

/** PostgreSQL puts a pair of parentheses around what has one. */
function withoutDoubled(sql: string): string {
  const at = /\b(?:CHECK|GENERATED ALWAYS AS|SET EXPRESSION AS) (?=\(\()/.exec(sql)
  if (!at) return sql
  const outer = at.index + at[0].length
  const end = closingParenthesis(sql, outer + 1)
  if (sql[end + 1] !== ')') return sql
  const rest = withoutDoubled(sql.slice(end + 2))
  return `${sql.slice(0, outer)}${sql.slice(outer + 1, end)})${rest}`
}

/** A query may give a name of its own to what would be found without a schema. */
function keepsSchema(sql: string): boolean {
  return /^CREATE (?:OR REPLACE |MATERIALIZED )?VIEW /.test(sql) && /\bWITH\b/i.test(sql)
}

const everything: ReadonlySet<string> = Object.assign(new Set<string>(), { has: () => true })

const maximum: Record<string, string> = {
  smallint: '32767',
  integer: '2147483647',
  bigint: '9223372036854775807',
}

function shortSequence(sql: string): string {
  const type = / AS (smallint|integer|bigint)\b/.exec(sql)?.[1] ?? ''
  const max = maximum[type] ?? ''
  if (sql.startsWith('ALTER ')) return type === '' ? sql : sql.replace(` MAXVALUE ${max}`, '')
  return sql
    .replace(' AS bigint', '')
    .replace(/ INCREMENT BY 1\b/, '')
    .replace(/ MINVALUE 1\b/, '')
    .replace(` MAXVALUE ${max}`, '')
    .replace(/ START WITH 1\b/, '')
    .replace(/ CACHE 1\b/, '')
    .replace(' NO CYCLE', '')
}

/** An identity is required anyway, and most are counted as every other. */
function shortIdentity(sql: string): string {
  return sql.replace(
    /\b(smallint|integer|bigint)( GENERATED (?:ALWAYS|BY DEFAULT) AS IDENTITY)(?: \(([^()]*)\))?( NOT NULL)?/g,
    (_, type: string, identity: string, options = '') => {
      const usual = [' INCREMENT BY 1', ' MINVALUE 1', ` MAXVALUE ${maximum[type]}`]
      const all = [...usual, ' START WITH 1', ' CACHE 1', ' NO CYCLE']
      const left = all.reduce((text, one) => cut(text, one), ` ${options}`).trim()
      return `${type}${identity}${left === '' ? '' : ` (${left})`}`
    },
  )
}

function cut(text: string, part: string): string {
  const at = text.indexOf(part)
  const after = text[at + part.length]
  return at < 0 || (after !== undefined && after !== ' ')
    ? text
    : text.slice(0, at) + text.slice(at + part.length)
}

function tableLines(sql: string): string {
  const open = sql.indexOf('(')
  const head = sql.slice(0, open)
  if (open < 0 || head.includes('PARTITION OF')) return sql
  const end = closingParenthesis(sql, open)
  const columns = splitList(sql.slice(open + 1, end))
  if (columns.join('') === '') return sql
  return `${head}(\n${columns.map((one) => `  ${one}`).join(',\n')}\n)${sql.slice(end + 1)}`
}

function viewLines(sql: string): string {
  return sql.replace(/ AS {2}(?=\S)/, ' AS\n ')
}

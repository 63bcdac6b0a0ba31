import { quoteIdentifier } from '../../database/sql/quote'
import { closingParenthesis, splitList } from '../../catalog/sql-words'

const rules = ['PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY', '']
const behindColumns = 10_000

/**
 * CREATE TABLE with more columns and constraints: the columns in their order, then keys and conditions.
 * @param added statements that would add them to the table
 * @param order the names of all its columns
 */
export function withAdded(sql: string, added: readonly string[], order: readonly string[]): string {
  const open = sql.indexOf('(')
  const end = closingParenthesis(sql, open)
  const present = splitList(sql.slice(open + 1, end)).filter((part) => part !== '')
  const places = new Map(order.map((name, at) => [quoteIdentifier(name), at]))
  const parts = [...present, ...added.map(addedClause)]
    .map((part) => ({ part, rank: rankOf(part, places) }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ part }) => part)
  return `${sql.slice(0, open + 1)}${parts.join(', ')}${sql.slice(end)}`
}

function rankOf(part: string, places: ReadonlyMap<string, number>): number {
  const [, name = '', rest = ''] = /^(?:CONSTRAINT )?("(?:[^"]|"")*"|\S+) (.*)$/s.exec(part) ?? []
  return /^(?:CONSTRAINT|NOT NULL) /.test(part)
    ? behindColumns + rules.findIndex((rule) => rest.startsWith(rule))
    : (places.get(name) ?? 0)
}

/** What ADD COLUMN or ADD CONSTRAINT adds, as it is written in CREATE TABLE. */
function addedClause(sql: string): string {
  return sql.replace(/^.*? ADD (?:COLUMN (?=\S)|(?=CONSTRAINT ))/s, '')
}

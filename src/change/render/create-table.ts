import { quoteIdentifier } from '../../database/sql/quote'
import { closingParenthesis, splitList } from '../../catalog/sql-words'
import { bareName } from '../complete/row-source'

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
  const parts = withNames([...present, ...added.map(addedClause)])
    .map((part) => ({ part, rank: rankOf(part, places) }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ part }) => part)
  return `${sql.slice(0, open + 1)}${parts.join(', ')}${sql.slice(end)}`
}

const name = String.raw`"(?:[^"]|"")*"|[^\s"]+`
const namedRule = new RegExp(`^(CONSTRAINT (?:${name}) NOT NULL) (${name})$`)

/** The name of a NOT NULL constraint is written at its column, where that is listed. */
function withNames(parts: readonly string[]): string[] {
  const rules = new Map(parts.flatMap(namedColumn))
  const named = new Set<string>()
  const columns = parts.map((part) => {
    const [column = ''] = /^"(?:[^"]|"")*"/.exec(part) ?? []
    const rule = rules.get(column)
    if (rule === undefined || !required.test(part)) return part
    named.add(column)
    return part.replace(required, () => ` ${rule}`)
  })
  return columns.filter((part) => !namedColumn(part).some(([column]) => named.has(column)))
}

/** The column that a rule with a name requires, and that rule without it. */
function namedColumn(part: string): [column: string, rule: string][] {
  const [, rule, column] = namedRule.exec(part) ?? []
  return rule === undefined || column === undefined ? [] : [[quoteIdentifier(bareName(column)), rule]] // oxfmt-ignore
}

const required = / NOT NULL(?= DEFAULT |$)/

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

import type { Id } from '../../catalog/facts'
import { closingParenthesis } from '../../catalog/sql-words'
import { quoteIdentifier } from '../../database/sql/quote'
import type { EngineText } from '../model/operation'

/** pg-delta's text with what it leaves out. */
export function completedSql({ sql, leftOut = [] }: EngineText): string {
  return leftOut.reduce((text, { of, text: part }) => completed(text, of, part), sql)
}

function completed(sql: string, id: Id, part: string): string {
  if (id.kind === 'aggregate') return withArguments(sql, quoteIdentifier(id.schema, id.name), part)
  if (id.kind === 'collation' && sql.startsWith('CREATE COLLATION '))
    return sql.replace(/\)$/, () => `, RULES = ${part})`)
  if (id.kind !== 'foreignTable' || !sql.startsWith('CREATE FOREIGN TABLE ')) return sql
  const list = part.startsWith('PARTITION OF ') ? '' : ' ()'
  return sql.replace(' () SERVER ', () => `${list} ${part} SERVER `)
}

/** All of them as they were declared, those that VARIADIC is said of too. */
function withArguments(sql: string, name: string, all: string): string {
  const at = sql.indexOf(`${name}(`)
  if (at < 0) return sql
  const open = at + name.length
  return `${sql.slice(0, open + 1)}${all}${sql.slice(closingParenthesis(sql, open))}`
}

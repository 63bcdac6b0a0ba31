import { quoteIdentifier } from '../../database/sql/quote'
import type { ColumnId } from '../../catalog/facts'
import type { CountedTable, StoppingQuery } from '../model/stopping-query'
import { valueSql } from './online/value-sql'

type Of<Counted extends StoppingQuery['counts']> = Extract<StoppingQuery, { counts: Counted }>

/** The query that counts rows, with every name quoted. Pure. */
export function countSql(query: StoppingQuery): string {
  switch (query.counts) {
    case 'missing values':
      return missingSql(query)
    case 'refused values':
      return `SELECT count(*) FROM ${pathOf(query.table)} WHERE ${query.condition}`
    case 'values without a twin': {
      const { column, twin } = query
      return `SELECT count(*) FROM ${quoteIdentifier(column.schema, column.table)} WHERE ${quoteIdentifier(column.name)} IS NOT NULL AND ${quoteIdentifier(twin)} IS NULL`
    }
    case 'rows against a check':
      return `SELECT count(*) FROM ${source(query.of)} WHERE NOT ${query.check}`
    case 'values against a check':
      return `SELECT count(*) FROM (${query.columns.map(asValue).join(' UNION ALL ')}) AS uses WHERE NOT ${query.check}`
    case 'repeated keys':
      return repeatedSql(query)
    case 'lost references':
      return lostSql(query)
    case 'excluding pairs':
      return excludingSql(query)
  }
}

function pathOf({ schema, name }: CountedTable['table']): string {
  return quoteIdentifier(schema, name)
}

/** The table under its own name, so that what PostgreSQL wrote of it fits. */
function source(of: CountedTable): string {
  return of.coming.length === 0 ? pathOf(of.table) : `${whole(of)} AS ${quoteIdentifier(of.table.name)}` // oxfmt-ignore
}

function whole({ table, coming }: CountedTable): string {
  if (coming.length === 0) return pathOf(table)
  const values = coming.map(({ name, type, value }) => `${value}::${type} AS ${quoteIdentifier(name)}`) // oxfmt-ignore
  return `(SELECT *, ${values.join(', ')} FROM ${pathOf(table)})`
}

function missingSql({ column, from }: Of<'missing values'>): string {
  const { schema, table, name } = column
  const value = from === undefined ? quoteIdentifier(name) : valueSql(from)
  return `SELECT count(*) FROM ${quoteIdentifier(schema, table)} WHERE ${value} IS NULL`
}

function asValue({ schema, table, name }: ColumnId): string {
  return `SELECT ${quoteIdentifier(name)} AS value FROM ${quoteIdentifier(schema, table)}`
}

/** A row with a null in its key repeats none, but for NULLS NOT DISTINCT. */
function repeatedSql({ of, key }: Of<'repeated keys'>): string {
  const { elements, predicate, nullsNotDistinct } = key
  const list = elements.join(', ')
  const [only] = elements.length === 1 && !nullsNotDistinct ? elements : []
  const nulls = only === undefined && !nullsNotDistinct ? [`(${list}) IS NOT NULL`] : []
  const conditions = [...nulls, ...(predicate === undefined ? [] : [predicate])]
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  const counted = only === undefined ? '*' : only
  const distinct = only ?? `${nullsNotDistinct ? 'ROW' : ''}(${list})`
  return `SELECT count(${counted}) - count(DISTINCT ${distinct}) FROM ${source(of)}${where}`
}

function lostSql({ of, columns, referred, matchFull }: Of<'lost references'>): string {
  const own = columns.map((name) => `a.${quoteIdentifier(name)}`)
  const some = matchFull
    ? `NOT (${own.join(', ')}) IS NULL`
    : own.map((name) => `${name} IS NOT NULL`).join(' AND ')
  const rows = `SELECT count(*) FROM ${whole(of)} AS a WHERE ${some}`
  if (!referred) return rows
  const pairs = referred.columns.map((name, at) => `b.${quoteIdentifier(name)} = ${own[at]}`)
  return `${rows} AND NOT EXISTS (SELECT FROM ${pathOf(referred.table)} AS b WHERE ${pairs.join(' AND ')})`
}

function excludingSql({ of, key }: Of<'excluding pairs'>): string {
  const { elements, operators, predicate } = key
  const values = elements.map((element, at) => `${element} AS e${at + 1}`)
  const where = predicate === undefined ? '' : ` WHERE ${predicate}`
  const rows = `SELECT row_number() OVER () AS n, ${values.join(', ')} FROM ${source(of)}${where}`
  const pairs = operators.map((operator, at) => `a.e${at + 1} ${operator} b.e${at + 1}`)
  return `WITH r AS (${rows}) SELECT count(*) FROM r AS a JOIN r AS b ON a.n < b.n AND ${pairs.join(' AND ')}`
}

import { eq } from '../../../database/sql/operators'
import { quoteIdentifier } from '../../../database/sql/quote'
import type { Lookup, RowValue } from '../../model/value-sources'

/** A value as an expression, with every name quoted. */
export function valueSql(value: RowValue): string {
  if (typeof value === 'string') return value
  const { type, otherwise } = value
  const found = lookupSql(value)
  const typed = type === undefined ? found : `${found}::pg_catalog.text::${type}`
  return otherwise === undefined ? typed : `coalesce(${typed}, ${otherwise})`
}

function lookupSql({ value, by, equals, asText, least }: Lookup): string {
  const of = (name: string) => `moved.${quoteIdentifier(name)}`
  const own = quoteIdentifier(equals.schema, equals.table, equals.name)
  const compared = asText ? `${own}::pg_catalog.text` : own
  const first = least ? ` ORDER BY ${of(value.name)} LIMIT 1` : ''
  const table = quoteIdentifier(value.schema, value.table)
  return `(SELECT ${of(value.name)} FROM ${table} AS moved WHERE ${of(by.name)} ${eq} ${compared}${first})`
}

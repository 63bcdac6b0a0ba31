import { quoteIdentifier } from '../../database/sql/quote'
import type { ColumnId } from '../../catalog/facts'

/** The old values of a column and the new ones, in a temporary table with a function over it. */
export interface ValueMap {
  column: ColumnId
  from: string
  to: string
  /** Makes the new value of a row. */
  expression: string
}

/** What of it a statement makes or drops. */
export type ValueMapPart = 'table' | 'index' | 'function' | 'drop function' | 'drop table'

/** The new value of what refers to such a column. */
export function mappedValue(map: ValueMap, column: string): string {
  return `${namesOf(map).name}(${quoteIdentifier(column)})`
}

/** The names of the table, alone and with its schema, and of the function. */
export function namesOf({ column }: ValueMap) {
  const base = `${column.table}_${column.name}`.slice(0, 50)
  const plain = quoteIdentifier(`${base}_values`)
  return {
    plain,
    table: `pg_temp.${/^[a-z_][a-z0-9_]*$/.test(base) ? `${base}_values` : plain}`,
    name: quoteIdentifier('pg_temp', `${base}_new`),
  }
}

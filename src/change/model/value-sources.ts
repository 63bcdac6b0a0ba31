import type { ColumnId } from '../../catalog/facts'
import type { Qualified } from '../../catalog/object-names'

/** A value that is looked up in another table. */
export interface Lookup {
  value: ColumnId
  /** The column of that table by which its row is found. */
  by: ColumnId
  /** The column of the row that gets the value, as what `by` holds. */
  equals: ColumnId
  /** They are compared as texts: `equals` is of an enum. */
  asText?: boolean
  /** The least of several rows. */
  least?: boolean
  /** The type that the value gets by way of a text. */
  type?: string
  /** In place of no value. */
  otherwise?: string
}

/** What a column gets: an SQL expression, or a value of another table. */
export type RowValue = string | Lookup

/** True where the value is made of that column of the same row. */
export function isMadeOf(value: RowValue, column: string): boolean {
  return typeof value === 'string' ? value.includes(column) : value.equals.name === column
}

/** Where the rows of a new table come from. */
export type RowQuery =
  /** A row for each text. */
  | { rows: 'texts'; texts: readonly string[] }
  /** Those rows of a table that have a value in all of `present`, or in any of them. */
  | {
      rows: 'columns'
      table: Qualified
      columns: readonly string[]
      present: readonly string[]
      needs: 'all' | 'any'
    }
  /** Every pair of ancestor and descendant of a tree, each row with itself. */
  | { rows: 'closure'; table: Qualified; key: string; parent: string }

/** What a column gets where it has no value. */
export interface ColumnFill {
  column: ColumnId
  expression: RowValue
  /** The column that it is made of: where that has no value either, the row is left alone. */
  source?: string
}

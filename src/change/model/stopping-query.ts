import type { ColumnId } from '../../catalog/facts'
import type { Qualified } from '../../catalog/object-names'
import type { RowValue } from './value-sources'

/** A column that a table does not have yet; SQL in it is as PostgreSQL writes it. */
export interface ComingColumn {
  name: string
  type: string
  value: string
}

/** The rows of a table, with the columns that they will have. */
export interface CountedTable {
  table: Qualified
  coming: readonly ComingColumn[]
}

/** What a key or an exclusion is made of; SQL in it is as PostgreSQL writes it. */
export interface KeyElements {
  elements: readonly string[]
  /** Those that an exclusion compares with. */
  operators: readonly (string | undefined)[]
  predicate?: string
  nullsNotDistinct: boolean
}

/** What a query counts above a statement: the rows that stop it. */
export type StoppingQuery =
  /** Without a value in a column, or `from` where that gets it. */
  | { counts: 'missing values'; column: ColumnId; from?: RowValue }
  /** Which the second column of a column could not take. */
  | { counts: 'values without a twin'; column: ColumnId; twin: string }
  /** For which a condition of the table's columns is true. */
  | { counts: 'refused values'; table: Qualified; condition: string }
  /** `check` is in parentheses. */
  | { counts: 'rows against a check'; of: CountedTable; check: string }
  /** All columns of a domain together, as VALUE. */
  | { counts: 'values against a check'; columns: readonly ColumnId[]; check: string }
  /** Beyond the first of each key. */
  | { counts: 'repeated keys'; of: CountedTable; key: KeyElements }
  /** `referred` is absent where it is a new table, which has no rows. */
  | {
      counts: 'lost references'
      of: CountedTable
      columns: readonly string[]
      referred?: { table: Qualified; columns: readonly string[] }
      matchFull: boolean
    }
  | { counts: 'excluding pairs'; of: CountedTable; key: KeyElements }

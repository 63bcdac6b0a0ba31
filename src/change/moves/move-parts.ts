import type { ColumnId, IdOf } from '../../catalog/facts'
import type { OwnOperation } from '../model/operation'
import type { Effect } from '../model/effect'
import type { RowQuery, RowValue } from '../model/value-sources'
import { isOptional, nameOf, type TableShape } from './table-shapes'

/** Makes the rows of a new table, or lets its key go on after them. */
export type RowsOperation = Extract<OwnOperation, { kind: 'insert rows' | 'continue sequence' }>

/** Values that go from columns that are dropped into tables and columns that are new. */
export interface Move {
  /** The columns that hold them before. */
  from: readonly ColumnId[]
  /** The table that is new. */
  into: IdOf<'table'>
  /** Makes its rows. */
  rows: readonly RowsOperation[]
  /** New columns that refer to those rows, and what they get. */
  fills: readonly Fill[]
  /** What the old columns get when they come back. */
  back: readonly Fill[]
  /** What that cannot restore. */
  losses: readonly string[]
}

/** What all rows of a table get in a column. */
export interface Fill {
  column: ColumnId
  expression: RowValue
  /** What stops it. */
  effects?: readonly Effect[]
}

export interface MoveSides {
  before: ReadonlyMap<string, TableShape>
  after: ReadonlyMap<string, TableShape>
  added: readonly TableShape[]
  /** The values of each enum of the old side, by its name in SQL. */
  enums: ReadonlyMap<string, readonly string[]>
}

/** New columns that refer to the key of a new table. */
export function newReferences(old: TableShape, now: TableShape, { id, key }: TableShape): string[] {
  return now.keys.flatMap(({ columns: [own], referred: [one] }) => {
    const isNew = !old.columns.has(own!.name)
    return isNew && nameOf(one!) === nameOf(id) && one!.name === key ? [own!.name] : []
  })
}

/** True where these values are all that a row needs. */
export function isComplete({ columns }: TableShape, names: readonly string[]): boolean {
  return [...columns].every(([name, column]) => names.includes(name) || isOptional(column))
}

export function move(
  { id: into }: TableShape,
  from: readonly ColumnId[],
  rows: readonly RowsOperation[],
  fills: readonly Fill[],
  back: readonly Fill[],
  losses: readonly string[],
): Move {
  return { from, into, rows, fills, back, losses }
}

/** @param overriding the key is an identity, and gets the values all the same */
export function insert(
  { id: table }: TableShape,
  columns: readonly string[],
  rows: RowQuery,
  overriding = false,
): RowsOperation {
  return { kind: 'insert rows', table, columns, rows, overriding }
}

export function columnId({ id }: TableShape, name: string): ColumnId {
  return { kind: 'column', schema: id.schema, table: id.name, name }
}

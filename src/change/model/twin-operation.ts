import type { ColumnId, IdOf } from '../../catalog/facts'
import type { Qualified } from '../../catalog/object-names'

/** A column that holds what another one of its table holds, in another type. */
export interface Twin {
  source: string
  twin: string
  /** What the twin is made of, over the columns of the row; empty: the source, as an assignment converts it. */
  expression: string
}

/** A foreign key, part by part; what it has beside its columns is as PostgreSQL writes it. */
export interface ForeignKeyParts {
  columns: readonly string[]
  table: Qualified
  referred: readonly string[]
  /** ` MATCH FULL ON UPDATE CASCADE`, say. */
  rest: string
  /** Which columns ON DELETE SET NULL or SET DEFAULT is about, where not all. */
  setColumns: readonly string[]
  /** When it is checked: ` DEFERRABLE`. */
  checked: string
}

/** What a column that would have to be rewritten is replaced by: a second one, which is filled and swapped in. */
export type TwinOperation =
  /** `isLenient`: a value that has no form in the twin's type is NULL there, and no error. */
  | {
      kind: 'twin function'
      table: IdOf<'table'>
      name: string
      twins: readonly Twin[]
      isLenient: boolean
      replaces: boolean
    }
  /** It fires whatever `session_replication_role` is, so for rows that a subscription writes as well. */
  | { kind: 'enable always'; table: IdOf<'table'>; trigger: string }
  | { kind: 'drop twin'; column: ColumnId }
  /** For the planner, before anything depends on new columns and indexes. */
  | { kind: 'analyze'; table: IdOf<'table'> }
  /** Where a column has a value, its twin has one. */
  | { kind: 'add twin check'; constraint: IdOf<'constraint'>; column: ColumnId; twin: string }
  | {
      kind: 'add identity'
      column: ColumnId
      generated: string
      sequence: Qualified
      options: string
    }
  | { kind: 'give sequence'; sequence: Qualified; column: ColumnId }
  /** Where a sequence is, for the rest of the transaction, and a new one that goes on there. */
  | { kind: 'remember sequence' | 'continue remembered'; sequence: Qualified; place: number }
  /** NOT VALID. */
  | { kind: 'add twin key'; constraint: IdOf<'constraint'>; key: ForeignKeyParts }
  | { kind: 'comment'; on: ColumnId | IdOf<'index'> | IdOf<'constraint'>; text: string }
  /** `options`: `n_distinct=5`. */
  | {
      kind: 'column settings'
      column: ColumnId
      statistics: number | undefined
      options: readonly string[]
    }

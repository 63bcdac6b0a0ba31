import type { FormerName } from '../../set-up/was'
import type { WrittenEffect } from './effect'

/** Whether a downgrade brings everything back: `lossy` the catalog but not every value, `no` not at all. */
export type Reversible = 'yes' | 'lossy' | 'no'

/** Values that a statement loses: those of a column, or without one the table with all its rows. */
export interface LostData {
  schema: string
  table: string
  column?: string
}

/** Rows on which a statement fails: any row of the table, or those that lack or break a column's value. */
export interface RowCondition {
  schema: string
  table: string
  column?: string
}

/** What is known of a statement, whatever its SQL is. */
export interface StatementFacts {
  /** The table (else view, type, function, schema) that it is about, as a reader would name it. */
  group: string
  /** Above it is the place for statements of a person's own that move values. */
  moveHere?: boolean
  /** Data or a definition is lost by it. */
  destructive: boolean
  /** Which data, by the names that tables and columns have when it runs. */
  loses: readonly LostData[]
  /** Columns whose values it converts by an expression. */
  converts: readonly LostData[]
  failsOnRows: readonly RowCondition[]
  /** False: PostgreSQL refuses it in a transaction. */
  transactional: boolean
}

/** One statement of a script. */
export interface Statement extends StatementFacts {
  /** Without the semicolon at its end. */
  sql: string
  /** What is lost by it, what it fails on; each is a line above it. */
  effects: readonly WrittenEffect[]
}

/** One script: an upgrade and its downgrade. */
export interface ScriptPart {
  /** Empty for the only or the main script; else what it is there for: `enum values`, `validate`. */
  purpose: string
  /** False: header `-- migrate: no-transaction`. */
  transaction: boolean
  up: readonly Statement[]
  /** In the order in which they run. */
  down: readonly Statement[]
  /** False: its section says `-- migrate: no-transaction`. */
  downTransaction: boolean
  reversible: Reversible
  /** Why it is not reversible, a line each. */
  losses: readonly string[]
}

/** What leads from one schema to the other. */
export interface Change {
  /** In the order in which they run; none: nothing differs. */
  scripts: readonly ScriptPart[]
  /** Objects that the target schema lacks and that stay, each in a few words: `index users_trgm`. */
  kept: readonly string[]
  /** What could not be compared, a sentence each, for the header and the terminal. */
  unproven: readonly string[]
  /** Old names that the source gives and that lead to nothing any more. */
  stale: readonly FormerName[]
}

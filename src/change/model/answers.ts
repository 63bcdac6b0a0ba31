import type { Pool } from 'pg'
import type { Reading } from '../../catalog/catalog'
import type { Ignored } from '../../scratch/ignored-tables'

export type { Ignored }

/** Whether a downgrade brings everything back: `lossy` the catalog but not every value, `no` not at all. */
export type Reversible = 'yes' | 'lossy' | 'no'

/**
 * A new name for what stays: `users.first` → `first_name` (column), `users` → `customers` (table),
 * `status.active` → `enabled` (enum value), `app` → `core` (schema). Written `--rename old:new`.
 */
export interface Rename {
  from: string
  /** The new name; may repeat the path (`users.first_name`), must when the schema changes (`app.users`). */
  to: string
}

/** How the old value becomes the new one. Written `--using table.column=expression`. */
export interface Conversion {
  /** `table` or `schema.table`, by its new name. */
  table: string
  column: string
  expression: string
}

/** What rows with a value that the enum loses get instead. Written `--map type.old=new`. */
export interface EnumMapping {
  type: string
  from: string
  to: string
}

/**
 * What rows without a value get in a column that becomes required. Written
 * `--backfill table.column=expression`; an empty expression says that there are no such rows, so that
 * PostgreSQL raises if there are.
 */
export interface Backfill {
  table: string
  column: string
  expression: string
}

/** A decision that only a person can make. */
export interface Question {
  about: 'rename' | 'using' | 'map' | 'backfill' | 'destructive'
  /** A full sentence, without the choices. */
  text: string
  /** The answer must be one of these, word for word; absent where any SQL expression may answer. */
  choices?: readonly string[]
  /** What a person gets by pressing enter; one of the choices where there are choices. */
  suggestion?: string
  /** The option that gives the same answer on the command line: `--rename users.first:first_name`. */
  flag: string
}

/** What was told on the command line, and how to ask for what was not. */
export interface Answers {
  renames: readonly Rename[]
  using: readonly Conversion[]
  map: readonly EnumMapping[]
  backfills: readonly Backfill[]
  /**
   * What the database has and the wanted schema has not: `keep` (entities, which cannot describe
   * everything) leaves and reports indexes, checks, triggers, views, policies, functions and so on;
   * `drop` (a canonical schema, `--drop-extra`) drops them, destructively commented.
   */
  extra: 'keep' | 'drop'
  /** Destructive statements are agreed to. */
  yes: boolean
  /** Write the forms that do not block. */
  online: boolean
  /** Present on a terminal only; without it an open question is an error with the flag as its hint. */
  ask?(question: Question): Promise<string>
}

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

/** One statement of a script. */
export interface Statement {
  /** Without the semicolon at its end. */
  sql: string
  /** The table (else view, type, function, schema) that it is about, as a reader would name it. */
  group: string
  /** Lines that stand above it, without `--`: what is lost, what may fail, what was told. */
  comments: readonly string[]
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
  /** Objects that the wanted schema lacks and that stay, each in a few words: `index users_trgm`. */
  kept: readonly string[]
  /** What could not be compared, a sentence each, for the header and the terminal. */
  unproven: readonly string[]
}

/** What stands above the statements of a script. */
export interface ScriptHeader {
  /** Comment lines, without `--`. */
  lines: readonly string[]
}

/**
 * `findDifference` in difference.ts. `before` is a throw-away copy: everything is tried on it, up and
 * down again, and what it is left as is not said. Both pools need at least two connections.
 */
export type FindDifference = (
  before: Pool,
  after: Pool,
  answers: Answers,
  ignored: readonly Ignored[],
  known?: Known,
) => Promise<Change>

/** What spares `findDifference` reading catalogs, which takes most of its time where they are large. */
export interface Known {
  /** What `before` and `after` hold. */
  readings?: readonly [Reading, Reading]
  /**
   * True: whoever calls proves the scripts on another copy, so that what they lead to is not looked at.
   * Where the proof then fails, what pg-delta forgot may be found without this.
   */
  proven?: boolean
}

/** `renderScript` in render.ts: one script's whole text, in sections. */
export type RenderScript = (part: ScriptPart, header: ScriptHeader) => string

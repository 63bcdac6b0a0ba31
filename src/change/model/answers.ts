/**
 * A new name for what stays: `users.first` → `first_name` (column), `users` → `customers` (table),
 * `status.active` → `enabled` (enum value), `app` → `core` (schema). Written `--rename old:new`.
 */
export interface Rename {
  from: string
  /**
   * The new name; may repeat the path (`users.first_name`), must when the schema changes (`app.users`).
   * Empty: it has none, and is dropped.
   */
  to: string
}

/** How the old value becomes the new one. Written `--using table.column=expression`. */
export interface Conversion {
  /** `table` or `schema.table`, by its new name. */
  table: string
  column: string
  expression: string
}

/**
 * What rows with a value that the enum loses get instead. Written `--map type.old=new`; an empty `to` says
 * that no row has the value, so that PostgreSQL raises if one does.
 */
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

/** One of the answers that a question offers. */
export interface Offer {
  /** A name, an SQL expression, or empty where that means something. */
  answer: string
  /** What it does to the rows, in a few words. */
  effect: string
  /** The option that gives the same answer on the command line: `--rename users.first:first_name`. */
  flag: string
}

/** A decision that only a person can make. */
export interface Question {
  about: 'rename' | 'using' | 'map' | 'backfill' | 'destructive'
  /** Its place among the questions that are known so far, from 1. */
  number: number
  /** How many are known so far. */
  of: number
  /** A full sentence, without the offers. */
  text: string
  /** What one should know to answer, a line each: the table, the old and the new type, other candidates. */
  facts: readonly string[]
  /** Answers to choose from, the likeliest first. */
  offers: readonly Offer[]
  /** The answer must be one of these, word for word; absent where any SQL expression may answer. */
  choices?: readonly string[]
  /** What a person gets by pressing enter: never a loss, never a guess between equals. */
  suggestion?: string
  /** The option that gives the likeliest answer on the command line. */
  flag: string
}

/** The answers that options give, and how to ask for the others. */
export interface Answers {
  renames: readonly Rename[]
  using: readonly Conversion[]
  map: readonly EnumMapping[]
  backfills: readonly Backfill[]
  /**
   * What the database has and the target schema has not: `keep` (entities, which cannot describe
   * everything) leaves and reports indexes, checks, triggers, views, policies, functions and so on;
   * `drop` (a canonical schema, `--drop-extra`) drops them, destructively commented.
   */
  extra: 'keep' | 'drop'
  /** Destructive statements are agreed to. */
  yes: boolean
  /**
   * Write the forms that do not block; `rewrite`: also where a table would be written again for a column's new
   * type, by a second column that is kept in step, filled and swapped in.
   */
  online: boolean | 'rewrite'
  /** Names that differ by case and underscores alone are renamed without a question. */
  renameStyle?: boolean
  /**
   * Present on a terminal only; without it open questions are an error that names the flags. An answer
   * of `undefined` goes back to the question before.
   */
  ask?(question: Question): Promise<string | undefined>
}

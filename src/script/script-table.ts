/** A row: values by the names of the columns. */
export type TableRow = Record<string, unknown>

/** Rows that have these values: null is IS NULL, a list is any of its values. */
export type TableFilter = Readonly<Record<string, unknown>>

/** What a column is made of. */
export interface ColumnOptions {
  notNull?: boolean
  /** A value, written as a literal. */
  default?: string | number | boolean | null
  /** An expression instead: `now()`. */
  defaultSql?: string
  unique?: boolean
  /** Also makes an index. */
  index?: boolean
}

/** What becomes of a column; what is not named stays. */
export interface TableColumnChange {
  name?: string
  type?: string
  /** How old values become the new type; by a cast unless said. */
  using?: string
  notNull?: boolean
  /** Null takes the default away. */
  default?: string | number | boolean | null
  defaultSql?: string
}

/** How an index is made. */
export interface IndexOptions {
  name?: string
  unique?: boolean
  /** `btree` unless said. */
  method?: string
}

/** How rows are gone through. */
export interface ApplyOptions {
  /** Rows read at once; 1000 unless said. */
  batch?: number
  where?: TableFilter
}

/** Which rows are read, and how. */
export interface SelectOptions {
  columns?: readonly string[]
  where?: TableFilter
  /** Columns; with `-` in front, downwards. */
  orderBy?: readonly string[]
  limit?: number
}

/**
 * One table for a TypeScript script: short forms of what takes several calls of TypeORM's. Names are quoted,
 * values are parameters; types and expressions are SQL, as they are given. All run on the script's own
 * connection, in its transaction.
 */
export interface ScriptTable {
  addColumn(name: string, type: string, options?: ColumnOptions): Promise<void>
  /** The same where there is no such column; true when it was added. */
  ensureColumn(name: string, type: string, options?: ColumnOptions): Promise<boolean>
  changeColumn(name: string, change: TableColumnChange): Promise<void>
  removeColumn(name: string): Promise<void>
  /** Makes an index; named `<table>_<columns>_idx` unless said. */
  indexColumn(columns: string | readonly string[], options?: IndexOptions): Promise<void>
  /** A foreign key with its index to the primary key of `target`; adds the column where it is missing. */
  addForeign(
    name: string,
    target: string,
    options?: { type?: string; column?: string; onDelete?: 'CASCADE' | 'SET NULL' | 'RESTRICT' },
  ): Promise<void>
  /** Inserts rows and gives them back as they are stored. */
  insert(rows: TableRow | readonly TableRow[]): Promise<TableRow[]>
  select(options?: SelectOptions): Promise<TableRow[]>
  /** Changes the rows that fit and says how many they were. */
  update(values: TableRow, where: TableFilter): Promise<number>
  delete(where: TableFilter): Promise<number>
  count(where?: TableFilter): Promise<number>
  /**
   * Calls back for each row that fits, a batch read at a time by the primary key, so that what the callback
   * changes makes none be missed; reports its progress. Gives the number of rows.
   */
  apply(
    callback: (row: TableRow, index: number) => unknown,
    options?: ApplyOptions,
  ): Promise<number>
  /** Calls back so many times, and reports its progress. */
  run(callback: (index: number) => unknown, count: number): Promise<void>
  /** migratore's names of the same. */
  add_column: ScriptTable['addColumn']
  ensure_column: ScriptTable['ensureColumn']
  change_column: ScriptTable['changeColumn']
  remove_column: ScriptTable['removeColumn']
  index_column: ScriptTable['indexColumn']
  add_foreign: ScriptTable['addForeign']
}

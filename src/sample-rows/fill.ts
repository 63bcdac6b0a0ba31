import type { DatabaseError, Pool } from 'pg'
import { quoteIdentifier, quoteLiteral } from '../database/sql/quote'
import { candidates, literal, literalsIn, textsIn } from './row-values'
import type { ColumnFacts, ReferenceFacts, TableFacts } from './tables'
import { inGroups } from './table-order'
import { runTogether } from './together'

/** What a row is to hold, as SQL by column. */
type Values = Map<string, string>

/** A row as its table gave it back: every column as text. */
type Row = Readonly<Record<string, string | null>>

/** How many rows a table gets at most, by its oid, where that is fewer than usual. */
export type RowLimits = ReadonlyMap<string, number>

interface Likely {
  table: TableFacts
  rows: readonly Values[]
}

/** A table in which no row would stay, and what the server said to the last try. */
export interface Unfilled {
  table: string
  reason: string
}

const rowsWanted = 3
/** For the first row, and for one more: a unique boolean has no third. */
const tries = { first: 150, more: 40 }

/**
 * Puts a few rows into every table, those that others refer to first: one with a value in each column,
 * one that leaves to null and to defaults what it can. Where the table refuses them (a check, a
 * trigger), others are tried, with the literals of its checks among the values; the same ones on every
 * run. What never succeeds is told, and its table stays empty, as does one that is limited to no row.
 */
export async function fillTables(
  pool: Pool,
  tables: readonly TableFacts[],
  limits: RowLimits = new Map(),
): Promise<Unfilled[]> {
  const filler = new Filler(pool, limits)
  const unfilled: Unfilled[] = []
  const wanted = tables.filter(({ oid }) => limits.get(oid) !== 0)
  for (const group of inGroups(wanted)) {
    for (const table of await filler.fillTogether(group)) {
      const reason = await filler.fill(table)
      if (reason !== undefined) unfilled.push({ table: table.name, reason })
    }
  }
  return unfilled
}

class Filler {
  private readonly rows = new Map<string, Row[]>()

  constructor(
    private readonly pool: Pool,
    private readonly limits: RowLimits,
  ) {}

  /**
   * Fills those that take the likeliest rows.
   * @returns the others
   */
  async fillTogether(tables: readonly TableFacts[]): Promise<TableFacts[]> {
    const likely = tables.flatMap((table) => {
      const rows = this.likelyRows(table)
      return rows ? [{ table, rows }] : []
    })
    await this.insertTogether(likely)
    return tables.filter(({ oid }) => !this.rows.has(oid))
  }

  /** Halves what was refused until it is known whose rows are at fault. */
  private async insertTogether(likely: readonly Likely[]): Promise<void> {
    const [first] = likely
    if (!first) return
    try {
      const statements = likely.map(({ table, rows }) => insertOf(table, rows))
      const results = await runTogether<Row>(this.pool, statements)
      for (const [at, { table }] of likely.entries()) this.rows.set(table.oid, results[at] ?? [])
    } catch (error) {
      if (!(error instanceof Error && 'severity' in error)) throw error
      if (likely.length === 1) return
      const half = Math.ceil(likely.length / 2)
      await this.insertTogether(likely.slice(0, half))
      await this.insertTogether(likely.slice(half))
    }
  }

  private likelyRows(table: TableFacts): Values[] | undefined {
    if (table.references.some(({ tableOid }) => tableOid === table.oid)) return undefined
    const length = this.limits.get(table.oid) ?? rowsWanted
    const all = Array.from({ length }, (_, at) => this.row(table, at, at % 2 === 1))
    return all.every((row) => row !== undefined) ? all : undefined
  }

  /** @returns why there is no row */
  async fill(table: TableFacts): Promise<string | undefined> {
    const reason = await this.attempt(table)
    if (reason === undefined || !table.triggers) return reason
    const name = quoteIdentifier(table.schema, table.table)
    await this.pool.query(`ALTER TABLE ${name} DISABLE TRIGGER USER`)
    const second = await this.attempt(table)
    await this.pool.query(`ALTER TABLE ${name} ENABLE TRIGGER USER`)
    return second
  }

  private async attempt(table: TableFacts): Promise<string | undefined> {
    const random = randomFrom(table.name)
    let reason: string | undefined
    for (let at = 0; at < (this.limits.get(table.oid) ?? rowsWanted); at++) {
      reason = await this.search(table, at, random)
      if (reason !== undefined) break
    }
    return (this.rows.get(table.oid)?.length ?? 0) > 0 ? undefined : reason
  }

  /** Goes on from the row that was refused: mostly the columns of the condition it broke change. */
  private async search(
    table: TableFacts,
    at: number,
    random: () => number,
  ): Promise<string | undefined> {
    let row = this.row(table, at, at % 2 === 1)
    let reason = 'it needs a row of a table that stays empty'
    const limit = this.rows.has(table.oid) ? tries.more : tries.first
    for (let trial = 0; trial < limit && row; trial++) {
      const refused = await this.insert(table, [row])
      if (!refused) return undefined
      reason = refused.message
      const broken = table.conditions.find(({ name }) => name === refused.constraint)
      const some = broken && random() < 0.9 ? broken.columns : []
      row = this.changed(table, row, { at, some, random })
    }
    return reason
  }

  /** The row that should fit an ordinary table; undefined where one to refer to is wanting. */
  private row(table: TableFacts, at: number, sparse: boolean): Values | undefined {
    const values: Values = new Map()
    for (const reference of table.references) {
      const skip = sparse && isOptional(reference, table)
      if (!this.refer(table, values, reference, skip ? undefined : at)) return undefined
    }
    for (const column of table.columns) {
      if (column.own || values.has(column.name)) continue
      values.set(column.name, plain(column, { at, sparse, listed: listedFor(column, table) }))
    }
    return values
  }

  /** The row with other values at random, of some columns or (none named) of all. */
  private changed(
    table: TableFacts,
    row: Values,
    { at, some, random }: { at: number; some: readonly string[]; random: () => number },
  ): Values | undefined {
    const changes = (name: string) => some.length === 0 || some.includes(name)
    const values: Values = new Map([...row].filter(([name]) => !changes(name)))
    for (const reference of table.references) {
      if (!reference.columns.some((name) => changes(name))) continue
      for (const name of reference.columns) values.delete(name)
      const skip = isOptional(reference, table) && random() < 0.4
      const which = skip ? undefined : Math.floor(random() * rowsWanted)
      if (!this.refer(table, values, reference, which)) return undefined
    }
    const literals = table.conditions.flatMap(({ text }) => literalsIn(text))
    for (const column of table.columns) {
      if (column.own || values.has(column.name)) continue
      values.set(column.name, chosen(column, at, { literals, random }))
    }
    return values
  }

  /** Sets the columns of a key, to null without a number. @returns false: that is not to be had */
  private refer(
    table: TableFacts,
    values: Values,
    reference: ReferenceFacts,
    which: number | undefined,
  ): boolean {
    const target = which === undefined ? undefined : this.target(reference, values, which)
    if (!target && !isOptional(reference, table)) return false
    for (const [index, name] of reference.columns.entries()) {
      const column = table.columns.find((one) => one.name === name)
      if (!column || column.own || values.has(name)) continue
      if (target) values.set(name, literal(target[reference.targets[index]!] ?? null, column))
      else if (!column.notNull) values.set(name, 'NULL')
    }
    return true
  }

  /** A row to refer to that agrees with the values that are there already. */
  private target({ columns, targets, tableOid }: ReferenceFacts, values: Values, n: number) {
    const rows = this.rows.get(tableOid) ?? []
    const fitting = rows.filter((row) =>
      columns.every((name, at) => {
        const value = values.get(name)
        const own = row[targets[at]!] ?? null
        return value === undefined || value.startsWith(`${quoteLiteral(own)}::`)
      }),
    )
    return fitting[n % Math.max(1, fitting.length)]
  }

  /** @returns what the server has against it */
  private async insert(
    table: TableFacts,
    rows: readonly Values[],
  ): Promise<DatabaseError | undefined> {
    try {
      const result = await this.pool.query<Row>(insertOf(table, rows))
      this.rows.set(table.oid, [...(this.rows.get(table.oid) ?? []), ...result.rows])
      return undefined
    } catch (error) {
      return error as DatabaseError
    }
  }
}

function insertOf(table: TableFacts, rows: readonly Values[]): string {
  const columns = table.columns.filter(({ own }) => !own).map(({ name }) => name)
  const name = quoteIdentifier(table.schema, table.table)
  const back = table.columns.map((column) => `${quoteIdentifier(column.name)}::pg_catalog.text`)
  const returning = back.length === 0 ? '' : ` RETURNING ${back.join(', ')}`
  const list = columns.map((column) => quoteIdentifier(column)).join(', ')
  const tuples = rows.map((row) => `(${columns.map((column) => row.get(column)).join(', ')})`)
  const source = columns.length === 0 ? 'DEFAULT VALUES' : `(${list}) VALUES ${tuples.join(', ')}`
  return `INSERT INTO ${name} ${source}${returning}`
}

function isOptional({ columns }: ReferenceFacts, table: TableFacts): boolean {
  return columns.some((name) => !table.columns.find((column) => column.name === name)?.notNull)
}

/** Texts that a check lists for a column alone: `kind IN ('a', 'b')`. */
function listedFor({ name, category, labels }: ColumnFacts, table: TableFacts): readonly string[] {
  if (category !== 'S' || labels) return []
  return table.conditions
    .filter(
      ({ columns, text }) => columns.length === 1 && columns[0] === name && text.includes('='),
    )
    .flatMap(({ text }) => textsIn(text))
}

function plain(
  column: ColumnFacts,
  { at, sparse, listed }: { at: number; sparse: boolean; listed: readonly string[] },
): string {
  if (sparse && column.hasDefault) return 'DEFAULT'
  if (sparse && !column.notNull) return 'NULL'
  const value = listed[at % Math.max(1, listed.length)] ?? candidates(column, at + 1)[0]
  return literal(value ?? null, column)
}

function chosen(
  column: ColumnFacts,
  at: number,
  { literals, random }: { literals: readonly string[]; random: () => number },
): string {
  if (!column.notNull && random() < 0.35) return 'NULL'
  if (column.hasDefault && random() < 0.25) return 'DEFAULT'
  const own = candidates(column, at + 1 + Math.floor(random() * 5))
  const all = random() < 0.5 && literals.length > 0 ? fitting(literals, column) : own
  return literal(all[Math.floor(random() * all.length)] ?? own[0] ?? null, column)
}

/** A literal of another type would only cost a try. */
function fitting(
  literals: readonly string[],
  { category, labels }: ColumnFacts,
): readonly string[] {
  const found = literals.filter((text) => {
    if (category === 'N') return /^-?\d+(\.\d+)?$/.test(text)
    if (labels) return labels.includes(text)
    return true
  })
  return found.length > 0 ? found : literals
}

/** The same numbers for the same name, so that a proof that fails fails again. */
function randomFrom(name: string): () => number {
  let state = Array.from(name).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 1959)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

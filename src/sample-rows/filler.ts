import type { DatabaseError, Pool } from 'pg'
import { quoteIdentifier, quoteLiteral } from '../database/sql/quote'
import { type Assignment, assignmentsOf, type Side } from './values/assignments'
import { bestTuples } from './values/best-tuples'
import { chosen, listedFor, plain, randomFrom } from './values/column-values'
import { givenBy, insertOf, isOptional, repeatsKey, type Row, type Values } from './values/row'
import { literal, literalsIn } from './values/row-values'
import type { ReferenceFacts, TableFacts } from './tables/tables'
import { runTogether } from './tables/together'

interface Likely {
  table: TableFacts
  rows: readonly Values[]
}

/** What rows have to be like besides what their tables demand. */
export interface RowDemands {
  /** How many rows a table gets at most, by its oid, where that is fewer than usual. */
  limits?: ReadonlyMap<string, number>
  /** What a table becomes, whose conditions its rows satisfy as well. */
  target?: (table: TableFacts) => Side | undefined
}

const usualRows = 3
/** For the first row, and for one more: a unique boolean has no third. */
const tries = { first: 150, more: 40 }

/** Why a table stays empty for now. */
export const noTarget = 'it needs a row of a table that stays empty'
const noSolution = 'no values were found that satisfy its conditions before and after the script'

/** Puts rows into one table after the other, and remembers them for those that refer to them. */
export class Filler {
  private readonly rows = new Map<string, Row[]>()
  /** The rows that were accepted, as they were sent. */
  private readonly made = new Map<string, Values[]>()
  private readonly assignments = new Map<string, readonly Assignment[]>()

  constructor(
    private readonly pool: Pool,
    private readonly demands: RowDemands,
  ) {}

  /** Looks for values that satisfy what the tables become. */
  async prepare(tables: readonly TableFacts[]): Promise<void> {
    if (!this.demands.target) return
    for (const table of tables) await this.solve(table)
  }

  private async solve(table: TableFacts): Promise<void> {
    if (this.assignments.has(table.oid)) return
    const names = new Map(table.columns.map(({ name }) => [name, name]))
    const target = this.demands.target?.(table)
    const sides = [{ pool: this.pool, table, names }, ...(target ? [target] : [])]
    const found = await assignmentsOf(sides, givenBy(table, this.rows))
    this.assignments.set(table.oid, found)
  }

  private lengthOf({ oid }: TableFacts): number {
    return this.demands.limits?.get(oid) ?? usualRows
  }

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
    if (this.isUnsolved(table)) return undefined
    const rows: Values[] = []
    for (let at = 0; at < this.lengthOf(table); at++) {
      const row = this.apart(table, at, rows)
      if (row) rows.push(row)
      else if (at === 0 || !this.demands.target) return undefined
    }
    return rows
  }

  /** A row that repeats no key of the others; undefined where none was found. */
  private apart(table: TableFacts, at: number, others: readonly Values[]): Values | undefined {
    for (let n = 0; n < 8; n++) {
      const row = this.row(table, at + n, at % 2 === 1 && n < 4, others)
      if (!row) return undefined
      if (!others.some((other) => repeatsKey(table, row, other))) return row
    }
    return undefined
  }

  /** @returns why there is no row */
  async fill(table: TableFacts): Promise<string | undefined> {
    await this.solve(table)
    if (this.isUnsolved(table)) return this.whyUnsolved(table)
    const reason = await this.attempt(table)
    if (reason === undefined || !table.triggers) return reason
    const name = quoteIdentifier(table.schema, table.table)
    await this.pool.query(`ALTER TABLE ${name} DISABLE TRIGGER USER`)
    const second = await this.attempt(table)
    await this.pool.query(`ALTER TABLE ${name} ENABLE TRIGGER USER`)
    return second
  }

  private isUnsolved({ oid }: TableFacts): boolean {
    const found = this.assignments.get(oid) ?? []
    return this.demands.target !== undefined && found.some(({ tuples }) => tuples.length === 0)
  }

  private whyUnsolved({ references, oid }: TableFacts): string {
    const isOpen = references.some(({ tableOid }) => tableOid !== oid && !this.rows.has(tableOid))
    if (isOpen) this.assignments.delete(oid)
    return isOpen ? noTarget : noSolution
  }

  private async attempt(table: TableFacts): Promise<string | undefined> {
    const random = randomFrom(table.name)
    let reason: string | undefined
    for (let at = 0; at < this.lengthOf(table); at++) {
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
    const others = this.made.get(table.oid) ?? []
    let row = this.apart(table, at, others) ?? this.row(table, at, at % 2 === 1, others)
    let reason = noTarget
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
  private row(
    table: TableFacts,
    at: number,
    sparse: boolean,
    others: readonly Values[] = [],
    given: Values = new Map(),
  ): Values | undefined {
    const values = new Map([...this.solved(table, at, sparse, others), ...given])
    for (const reference of table.references) {
      if (reference.columns.every((name) => given.has(name))) continue
      const skip = sparse && isOptional(reference, table)
      if (!this.refer(table, values, reference, skip ? undefined : at)) return undefined
    }
    for (const column of table.columns) {
      if (column.own || values.has(column.name)) continue
      const isSparse = sparse && !table.keys.some((key) => key.includes(column.name))
      values.set(
        column.name,
        plain(column, { at, sparse: isSparse, listed: listedFor(column, table) }),
      )
    }
    return values
  }

  /** A row with these values. */
  rowWith(table: TableFacts, given: Values): Values | undefined {
    return this.isUnsolved(table) ? undefined : this.row(table, 0, true, [], given)
  }

  firstOf(tableOid: string): Row | undefined {
    return this.rows.get(tableOid)?.[0]
  }

  /** Rows that a table has got. */
  remember({ oid }: TableFacts, rows: readonly Row[], made: readonly Values[]): void {
    this.rows.set(oid, [...(this.rows.get(oid) ?? []), ...rows])
    this.made.set(oid, [...(this.made.get(oid) ?? []), ...made])
  }

  /** The values of the columns that conditions speak of, unlike those of the other rows. */
  private solved(
    table: TableFacts,
    at: number,
    sparse: boolean,
    others: readonly Values[],
  ): Values {
    const values: Values = new Map()
    for (const { columns, tuples } of this.assignments.get(table.oid) ?? []) {
      const facts = columns.map((name) => table.columns.find((one) => one.name === name)!)
      const texts = tuples.map((tuple) => tuple.map((value, n) => literal(value, facts[n]!)))
      const taken = others.map((row) => columns.map((name) => row.get(name)))
      const tuple = bestTuples(texts, { sparse, taken })[Math.max(0, at - others.length)]
      for (const [n, value] of (tuple ?? texts[0] ?? []).entries()) values.set(columns[n]!, value)
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
      const which = skip ? undefined : Math.floor(random() * usualRows)
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
      this.remember(table, result.rows, rows)
      return undefined
    } catch (error) {
      return error as DatabaseError
    }
  }
}

import type { DatabaseError, Pool } from 'pg'
import type { MigrationError } from '../errors'
import { shown } from '../catalog/object-names'
import { fittingTables } from './compatible'
import { fillTables } from './fill'
import type { Scratch, ScratchDatabase } from '../scratch/scratch'
import { takeSnapshot, type Snapshot } from './snapshot'
import { readTables, type TableFacts } from './tables/tables'

/** A table that stayed empty, and why; without a reason any row would have stopped the script. */
export interface EmptyTable {
  table: string
  reason?: string
}

/** With which rows something was tried. */
export interface TriedRows {
  /** False: there was none in any table. */
  any: boolean
  empty: readonly EmptyTable[]
}

/** A copy of where scripts start from, with rows. */
export interface FilledCopy {
  database: ScratchDatabase
  tables: readonly TableFacts[]
  tried: TriedRows
  filled: Snapshot
}

/** What the tables become, and where that can be asked about their conditions. */
export interface TargetTables {
  tables: readonly TableFacts[]
  pool: Pool
}

/** Of a statement: the rows that stop it. */
interface Announced {
  failsOnRows: readonly RowsOf[]
}

/** What rows have to be like besides what their tables demand. */
export interface RowsWish {
  /** What the tables become. */
  target: TargetTables
  /** How many there may be, by the oid of the table. */
  limits: ReadonlyMap<string, number>
}

/**
 * Copies a database, which nobody may be connected to, and puts rows into every table; where earlier
 * commands have done that with rows that nobody wished otherwise, theirs is copied.
 */
export async function fillCopy(
  scratch: Scratch,
  before: ScratchDatabase,
  wish?: RowsWish | 'none',
): Promise<FilledCopy> {
  const { known } = before
  if (wish !== undefined || !known) return fillNow(scratch, before, wish)
  const stored = (await known.recall('rows')) as Filling | undefined
  if (stored) return { ...stored, database: await scratch.copy(known.kept('rows')) }
  const { database, ...filling } = await fillNow(scratch, before, undefined)
  if (!(await known.keep('rows', database))) return fillNow(scratch, before, undefined)
  await known.remember('rows', filling)
  return { ...filling, database: await scratch.copy(known.kept('rows')) }
}

type Filling = Omit<FilledCopy, 'database'>

async function fillNow(
  scratch: Scratch,
  before: ScratchDatabase,
  wish: RowsWish | 'none' | undefined,
): Promise<FilledCopy> {
  const database = await scratch.copy(before)
  const pool = await database.pool()
  const tables = await readTables(pool)
  if (wish === 'none') {
    const tried = { any: false, empty: [] }
    return { database, tables, tried, filled: { tables, rows: new Map() } }
  }
  const unfilled = await fillTables(...demandsOf(pool, tables, wish))
  const empty = tables.filter(({ oid }) => wish?.limits.get(oid) === 0)
  const filled = await takeSnapshot(pool, tables)
  const any = [...filled.rows.values()].some((rows) => rows.length > 0)
  const tried = { any, empty: [...unfilled, ...empty.map(({ name: table }) => ({ table }))] }
  return { database, tables, tried, filled }
}

function demandsOf(
  pool: Pool,
  tables: readonly TableFacts[],
  wish: RowsWish | undefined,
): Parameters<typeof fillTables> {
  if (!wish) return [pool, tables]
  const { target, limits } = wish
  const fitting = fittingTables(tables, target.tables)
  const sides = new Map(fitting.flatMap(({ table, now }) => now ? [[table, { pool: target.pool, ...now }]] : [])) // oxfmt-ignore
  const demands = { limits, target: (table: TableFacts) => sides.get(table) }
  return [pool, fitting.map(({ table }) => table), demands]
}

/** Rows of one table. */
interface RowsOf {
  schema: string
  table: string
}

/** A table where the server may name none. */
type Perhaps = { [Part in keyof RowsOf]: string | undefined }

/** True for a table's rows under its old name, the one that the error gives, or a parent's. */
function areOf({ schema, table }: RowsOf, of: TableFacts, now: Perhaps): boolean {
  const isNamed = (one: Perhaps) => one.schema === schema && one.table === table
  return isNamed(of) || isNamed(now) || of.ancestors.includes(shown({ schema, name: table }))
}

/**
 * What to try after rows have stopped a script: rows that fit what the tables become, then one row in
 * the table at fault, which is like no other, then none where the script says that it fails on any.
 * @param target reads what the tables become
 * @returns undefined: nothing is left to try
 */
export async function nextWish(
  last: RowsWish | undefined,
  tables: readonly TableFacts[],
  refused: MigrationError,
  { announced = [] }: { announced?: readonly Announced[] },
  target: () => Promise<TargetTables>,
): Promise<RowsWish | undefined> {
  if (!last) return { target: await target(), limits: new Map() }
  const names = [...last.target.tables, ...tables]
  const { schema, table } = refused.cause as DatabaseError
  const found = names.find((one) => one.table === table && one.schema === schema)?.oid
  const limits = new Map(last.limits)
  const isAnnounced = (of: TableFacts) => areAnnounced(announced, of, { schema, table })
  const named = tables.filter(({ oid }) => oid === found)
  const warned = tables.filter(isAnnounced)
  const at = found !== undefined ? named : warned.length > 0 ? warned : tables
  const fewer = at.filter(({ oid }) => (limits.get(oid) ?? 2) > 1)
  if (fewer.length > 0) {
    for (const { oid } of fewer) limits.set(oid, 1)
    return { ...last, limits }
  }
  const guilty = at.filter((one) => isAnnounced(one) || (found !== undefined && isRule(refused)))
  if (guilty.every(({ oid }) => limits.get(oid) === 0)) return undefined
  for (const { oid } of guilty) limits.set(oid, 0)
  return { ...last, limits }
}

/** True where a script says that it fails on rows of a table. */
function areAnnounced(announced: readonly Announced[], of: TableFacts, now: Perhaps): boolean {
  return announced.some(({ failsOnRows }) => failsOnRows.some((rows) => areOf(rows, of, now)))
}

/** True where a script says that it fails on the rows that an error is about. */
export function isWarnedOf(refused: MigrationError, announced: readonly Announced[] = []): boolean {
  const { schema, table } = refused.cause as DatabaseError
  const all = announced.flatMap(({ failsOnRows }) => failsOnRows)
  return table === undefined
    ? all.length > 0
    : all.some((rows) => rows.schema === schema && rows.table === table)
}

/** A new CHECK, UNIQUE, EXCLUDE or FOREIGN KEY is what the script is for, whatever rows there are. */
function isRule({ sqlstate }: MigrationError): boolean {
  return ['23503', '23505', '23514', '23P01'].includes(sqlstate ?? '')
}

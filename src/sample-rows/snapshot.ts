import type { Pool } from 'pg'
import { quoteIdentifier } from '../database/sql/quote'
import { readTables, type ColumnFacts, type TableFacts } from './tables/tables'
import { runTogether } from './tables/together'

/** What the tables held at one moment. */
export interface Snapshot {
  tables: readonly TableFacts[]
  /** By table's oid: each row as the texts of its columns, in the order of `columns`. */
  rows: ReadonlyMap<string, readonly (readonly (string | null)[])[]>
}

/**
 * Reads every row of every table; meant for the few that `fillTables` makes.
 * @param tables where they are known already
 */
export async function takeSnapshot(pool: Pool, tables?: readonly TableFacts[]): Promise<Snapshot> {
  const all = tables ?? (await readTables(pool))
  const held = all.filter(({ columns }) => columns.length > 0)
  const rows = await runTogether<readonly (string | null)[]>(pool, held.map(selectOf), 'array')
  return { tables: all, rows: new Map(held.map(({ oid }, at) => [oid, rows[at] ?? []])) }
}

function selectOf({ schema, table, columns }: TableFacts): string {
  const list = columns.map(({ name }) => `${quoteIdentifier(name)}::pg_catalog.text`).join(', ')
  return `SELECT ${list} FROM ONLY ${quoteIdentifier(schema, table)}`
}

/** A table, or a column of one, whose contents did not come through. */
export interface Loss {
  table: string
  /** The tables whose columns it has: a partition's losses are those of its table. */
  ancestors: readonly string[]
  column?: string
  /** A lowercase fact: `column users.name is gone`. */
  fact: string
}

/**
 * What was lost between two moments of one database. A table and a column are known by PostgreSQL's own
 * numbers for them, whatever they are called now; columns whose type is the same must hold the same
 * rows, but for nulls that a column which becomes required has no more; those of another type as many
 * values. Pure.
 */
export function lossesBetween(before: Snapshot, after: Snapshot): Loss[] {
  const byOid = new Map(after.tables.map((table) => [table.oid, table]))
  const byName = new Map(after.tables.map((table) => [table.name, table]))
  return before.tables.flatMap((table) => {
    if (!before.rows.get(table.oid)?.length) return []
    const now = byOid.get(table.oid) ?? byName.get(table.name)
    const { name, ancestors } = table
    if (!now) return [{ table: name, ancestors, fact: `table ${name} is gone` }]
    if (after.rows.get(now.oid)?.length === 0) {
      return [{ table: name, ancestors, fact: `table ${name} lost all its rows` }]
    }
    return tableLosses({ table, snapshot: before }, { table: now, snapshot: after })
  })
}

interface Side {
  table: TableFacts
  snapshot: Snapshot
}

function tableLosses(before: Side, after: Side): Loss[] {
  const same = before.table.oid === after.table.oid
  // what is computed is no data
  const stored = before.table.columns.filter(({ generation }) => generation === null)
  const pairs = stored.map((column) => ({
    column,
    now:
      (same && after.table.columns.find(({ number }) => number === column.number)) ||
      after.table.columns.find(({ name }) => name === column.name),
  }))
  const comparable = pairs.filter(({ column, now }) => now && unchanged(column, now))
  const isFilled = ({ column, now }: (typeof pairs)[number]) =>
    (now?.notNull === true && valuesOf(before, column).includes(null)) ||
    (now !== undefined && valuesOf(before, column).some((value) => isMapped(value, column, now)))
  const kept = comparable.filter((pair) => !isFilled(pair))
  const { ancestors } = before.table
  const losses = pairs.flatMap(({ column, now }) => columnLoss(before, after, column, now))
  if (losses.length > 0) return losses
  const filled = comparable.filter(isFilled).find(({ column, now }) => {
    const left = valuesOf(after, now!)
    return valuesOf(before, column).some(
      (value) => value !== null && !isMapped(value, column, now!) && !take(left, value),
    )
  })
  const was = tuples(before, kept.map(({ column }) => column)) // oxfmt-ignore
  const is = tuples(after, kept.map(({ now }) => now!)) // oxfmt-ignore
  if (was === is && !filled) return []
  const changed =
    kept.find(({ column, now }) => tuples(before, [column]) !== tuples(after, [now!])) ?? filled
  const what = changed
    ? `column ${before.table.name}.${changed.column.name}`
    : `table ${before.table.name}`
  const column = changed && { column: changed.column.name }
  return [
    {
      table: before.table.name,
      ancestors,
      ...column,
      fact: `${what} holds other values than before`,
    },
  ]
}

/** A column that is gone, or has fewer values. */
function columnLoss(
  before: Side,
  after: Side,
  column: ColumnFacts,
  now: ColumnFacts | undefined,
): Loss[] {
  const { name: table, ancestors } = before.table
  const place = { table, ancestors, column: column.name }
  const name = `${table}.${column.name}`
  if (!now) return [{ ...place, fact: `column ${name} is gone` }]
  const had = valuesOf(before, column).filter((value) => value !== null).length
  const has = valuesOf(after, now).filter((value) => value !== null).length
  return has < had ? [{ ...place, fact: `column ${name} lost ${had - has} of ${had} values` }] : []
}

/** Takes one such value out; false: there is none. */
function take(values: (string | null)[], value: string): boolean {
  const at = values.indexOf(value)
  if (at >= 0) values.splice(at, 1)
  return at >= 0
}

function unchanged(before: ColumnFacts, after: ColumnFacts): boolean {
  const isSame = before.type === after.type && before.typeOid === after.typeOid
  return isSame && before.fields === after.fields
}

/** A value, or an element, that the enum no longer has: it was asked or given what rows get instead. */
function isMapped(value: string | null, before: ColumnFacts, after: ColumnFacts): boolean {
  const { labels } = after
  if (value === null || !before.labels || !labels) return false
  const gone = before.labels.filter((label) => !labels.includes(label))
  if (!before.array) return gone.includes(value)
  const elements = value.match(/"(?:[^"\\]|\\.)*"|[^{},"]+/g) ?? []
  return elements.some((one) =>
    gone.includes(one.replaceAll(/^"|"$/g, '').replaceAll(/\\(.)/g, '$1')),
  )
}

function valuesOf({ table, snapshot }: Side, column: ColumnFacts): (string | null)[] {
  const at = table.columns.indexOf(column)
  return (snapshot.rows.get(table.oid) ?? []).map((row) => row[at] ?? null)
}

function tuples({ table, snapshot }: Side, columns: readonly ColumnFacts[]): string {
  const places = columns.map((column) => table.columns.indexOf(column))
  const rows = (snapshot.rows.get(table.oid) ?? []).map((row) =>
    JSON.stringify(places.map((at) => row[at])),
  )
  return rows.toSorted().join('\n')
}

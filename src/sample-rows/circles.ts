import type { Pool } from 'pg'
import { quoteIdentifier } from '../database/sql/quote'
import type { Filler } from './filler'
import type { ReferenceFacts, TableFacts } from './tables/tables'
import { isOptional, type Row, type Values } from './values/row'
import { candidates, literal } from './values/row-values'

/**
 * Tables that need a row of each other, or of themselves, before any has one, in groups: rows of a group
 * can only be made by one statement. Pure.
 * @param tables those that stay empty otherwise
 */
export function circlesIn(tables: readonly TableFacts[]): TableFacts[][] {
  const byOid = new Map(tables.map((table) => [table.oid, table]))
  const needs = (table: TableFacts) =>
    requiredOf(table).flatMap(({ tableOid }) => byOid.get(tableOid) ?? [])
  const reached = new Map(tables.map((table) => [table, reachedFrom(table, needs)]))
  const isTogether = (one: TableFacts, other: TableFacts) =>
    reached.get(one)!.has(other) && reached.get(other)!.has(one)
  const found: TableFacts[][] = []
  for (const table of tables) {
    if (found.some((circle) => circle.includes(table)) || !isTogether(table, table)) continue
    found.push(tables.filter((other) => isTogether(table, other)))
  }
  return found
}

function requiredOf(table: TableFacts): ReferenceFacts[] {
  return table.references.filter((reference) => !isOptional(reference, table))
}

function reachedFrom(
  table: TableFacts,
  next: (table: TableFacts) => readonly TableFacts[],
): Set<TableFacts> {
  const found = new Set<TableFacts>()
  const open = [...next(table)]
  for (let one = open.pop(); one; one = open.pop()) {
    if (found.has(one)) continue
    found.add(one)
    open.push(...next(one))
  }
  return found
}

/**
 * Puts one row into each table of a circle, by one statement: PostgreSQL checks keys at its end.
 * @returns false where there is no such row
 */
export async function fillCircle(
  pool: Pool,
  filler: Filler,
  circle: readonly TableFacts[],
): Promise<boolean> {
  const given = sharedKeys(circle, filler)
  const rows = circle.map((table) => filler.rowWith(table, given.get(table)!))
  if (rows.some((row) => row === undefined)) return false
  const parts = circle.map((table, at) => `r${at} AS (${insertOf(table, rows[at]!)})`)
  const made = circle.map((_, at) => `(SELECT pg_catalog.to_jsonb(r${at}) FROM r${at})`)
  const sql = `WITH ${parts.join(', ')} SELECT pg_catalog.jsonb_build_array(${made.join(', ')}) AS rows`
  try {
    const result = await pool.query<{ rows: Row[] }>(sql)
    for (const [at, table] of circle.entries())
      filler.remember(table, [result.rows[0]!.rows[at]!], [rows[at]!])
    return true
  } catch (error) {
    if (!(error instanceof Error && 'severity' in error)) throw error
    return false
  }
}

/** The columns of keys inside the circle: those that must be equal get one value. */
function sharedKeys(
  circle: readonly TableFacts[],
  filler: Filler,
): ReadonlyMap<TableFacts, Values> {
  const byOid = new Map(circle.map((table) => [table.oid, table]))
  const outside = referredOutside(circle, filler)
  const texts = new Map<string, string>()
  const links = circle.flatMap((table) =>
    requiredOf(table).flatMap(({ columns, targets, tableOid }) => {
      const other = byOid.get(tableOid)
      if (!other) return []
      return columns.map(
        (name, at) => [placeOf(table, name), placeOf(other, targets[at]!)] as const,
      )
    }),
  )
  for (const place of new Set(links.flat())) {
    const equal = linked(place, links)
    const known = equal.flatMap((one) => outside.get(one) ?? texts.get(one) ?? [])[0]
    texts.set(place, known ?? valueAt(place, circle))
  }
  return new Map(
    circle.map((table) => {
      const own = table.columns.flatMap((column): [string, string][] => {
        const text = texts.get(placeOf(table, column.name))
        return text === undefined ? [] : [[column.name, literal(text, column)]]
      })
      return [table, new Map(own)]
    }),
  )
}

/** What the columns get that refer to a table that has rows. */
function referredOutside(circle: readonly TableFacts[], filler: Filler): Map<string, string> {
  const found = new Map<string, string>()
  for (const table of circle) {
    for (const { columns, targets, tableOid } of requiredOf(table)) {
      const row = filler.firstOf(tableOid)
      for (const [at, name] of columns.entries()) {
        const value = row?.[targets[at]!]
        if (value != null) found.set(placeOf(table, name), value)
      }
    }
  }
  return found
}

function placeOf({ oid }: TableFacts, column: string): string {
  return `${oid} ${column}`
}

function linked(from: string, links: readonly (readonly [string, string])[]): string[] {
  const found = new Set([from])
  for (let size = 0; size < found.size;) {
    size = found.size
    for (const [one, other] of links)
      if (found.has(one) || found.has(other)) found.add(one).add(other)
  }
  return [...found]
}

/** Apart from the first values of sequences. */
const far = 90

function valueAt(place: string, circle: readonly TableFacts[]): string {
  const table = circle.find(({ oid }) => place.startsWith(`${oid} `))!
  const column = table.columns.find(({ name }) => placeOf(table, name) === place)!
  return candidates(column, far)[0] ?? ''
}

function insertOf(table: TableFacts, row: Values): string {
  const columns = table.columns.filter(({ generation }) => generation === null)
  const names = columns.map(({ name }) => name).filter((name) => row.has(name))
  const list = names.map((name) => quoteIdentifier(name)).join(', ')
  const values = names.map((name) => row.get(name)).join(', ')
  const back = table.columns.map(({ name }) => `${quoteIdentifier(name)}::pg_catalog.text`)
  return `INSERT INTO ${quoteIdentifier(table.schema, table.table)} (${list}) OVERRIDING SYSTEM VALUE VALUES (${values}) RETURNING ${back.join(', ')}`
}

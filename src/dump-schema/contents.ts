import type { Pool } from 'pg'
import type { Ignored } from '../scratch/ignored-tables'
import { readTables } from '../sample-rows/tables/tables'
import { eq, gt, ne, notMatches } from '../database/sql/operators'
import { quoteIdentifier } from '../database/sql/quote'

/** The tables that have rows, as people name them. */
export async function filledTables(pool: Pool, ignored: readonly Ignored[]): Promise<string[]> {
  const tables = (await readTables(pool)).filter(
    (one) => !ignored.some(({ schema, table }) => schema === one.schema && table === one.table),
  )
  if (tables.length === 0) return []
  const questions = tables.map(
    ({ schema, table }) => `EXISTS (SELECT FROM ONLY ${quoteIdentifier(schema, table)})`,
  )
  const { rows } = await pool.query<{ filled: boolean[] }>(
    `SELECT ARRAY[${questions.join(', ')}] AS filled`,
  )
  return tables.filter((_, at) => rows[0]?.filled[at]).map(({ name }) => name)
}

const columns = `
SELECT c.oid::pg_catalog.regclass::pg_catalog.text AS table,
       pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY a.attnum) AS columns
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid ${eq} c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid ${eq} c.oid AND a.attnum ${gt} 0 AND NOT a.attisdropped
WHERE c.relkind ${eq} ANY ('{r,p}') AND n.nspname ${notMatches} '^pg_' AND n.nspname ${ne} 'information_schema'
GROUP BY c.oid`

/** The tables of the first database whose columns have another order in the second. */
export async function reorderedTables(one: Pool, other: Pool): Promise<string[]> {
  const [left, right] = await Promise.all([one, other].map(columnOrders))
  const names = [...(left ?? [])].filter(([name, order]) => {
    const there = right?.get(name)
    return there !== undefined && there !== order
  })
  return names.map(([name]) => name).toSorted()
}

async function columnOrders(pool: Pool): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ table: string; columns: string[] }>(columns)
  return new Map(rows.map((row) => [row.table, JSON.stringify(row.columns)]))
}

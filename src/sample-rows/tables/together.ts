import type { Pool, QueryResultRow } from 'pg'

/** A message that is much longer keeps its answer from being read meanwhile. */
const most = 200

/**
 * Runs statements in few messages, each all or nothing, and gives the rows of each.
 * @param rowMode as pg has it: rows as arrays, or (absent) as objects
 */
export async function runTogether<Row>(
  pool: Pool,
  statements: readonly string[],
  rowMode?: 'array',
): Promise<Row[][]> {
  const found: Row[][] = []
  for (let at = 0; at < statements.length; at += most) {
    const text = statements.slice(at, at + most).join(';\n')
    const query = { text, ...(rowMode && { rowMode }) }
    const results: unknown = await pool.query<Row & QueryResultRow>(query)
    const all = (Array.isArray(results) ? results : [results]) as readonly { rows: Row[] }[]
    found.push(...all.map(({ rows }) => rows))
  }
  return found
}

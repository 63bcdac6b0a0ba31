import type { Pool } from 'pg'
import { circlesIn, fillCircle } from './circles'
import { Filler, noTarget, type RowDemands } from './filler'
import { inGroups } from './tables/table-order'
import type { TableFacts } from './tables/tables'

/** A table in which no row would stay, and what the server said to the last try. */
export interface Unfilled {
  table: string
  reason: string
}

/**
 * Puts a few rows into every table, those that others refer to first: one with a value in each column,
 * one that leaves to null and to defaults what it can. Where the table refuses them (a check, a
 * trigger), others are tried, with the literals of its checks among the values; the same ones on every
 * run. What never succeeds is told, and its table stays empty, as does one that is limited to no row.
 */
export async function fillTables(
  pool: Pool,
  tables: readonly TableFacts[],
  demands: RowDemands = {},
): Promise<Unfilled[]> {
  const filler = new Filler(pool, demands)
  const refused = new Map<TableFacts, string>()
  const pending = tables.filter(({ oid }) => demands.limits?.get(oid) !== 0)
  for (const group of inGroups(pending)) {
    await filler.prepare(group)
    for (const table of await filler.fillTogether(group)) await tryToFill(filler, table, refused)
  }
  // in a circle of keys, one that may be null has let the others in
  for (let last = Infinity; refused.size > 0 && refused.size < last;) {
    last = refused.size
    for (const table of waiting(refused)) await tryToFill(filler, table, refused)
    if (refused.size < last) continue
    for (const circle of circlesIn(waiting(refused)))
      if (await fillCircle(pool, filler, circle)) for (const table of circle) refused.delete(table)
  }
  return [...refused].map(([{ name }, reason]) => ({ table: name, reason }))
}

function waiting(refused: ReadonlyMap<TableFacts, string>): TableFacts[] {
  return [...refused].flatMap(([table, reason]) => (reason === noTarget ? [table] : []))
}

async function tryToFill(
  filler: Filler,
  table: TableFacts,
  refused: Map<TableFacts, string>,
): Promise<void> {
  const reason = await filler.fill(table)
  if (reason === undefined) refused.delete(table)
  else refused.set(table, reason)
}

import type { TableFacts } from './tables'

/**
 * Tables in groups, each behind those that it refers to; in a circle, somewhere. Those of a group do
 * not refer to each other, but perhaps to themselves. Pure.
 */
export function inGroups(tables: readonly TableFacts[]): TableFacts[][] {
  const byOid = new Map(tables.map((table) => [table.oid, table]))
  const depths = new Map<TableFacts, number>()
  const visiting = new Set<TableFacts>()
  const visit = (table: TableFacts): number => {
    const known = depths.get(table)
    if (known !== undefined) return known
    if (visiting.has(table)) return -1
    visiting.add(table)
    const targets = table.references.flatMap(({ tableOid }) => byOid.get(tableOid) ?? [])
    const depth = Math.max(-1, ...targets.map(visit)) + 1
    depths.set(table, depth)
    return depth
  }
  const groups: TableFacts[][] = []
  for (const table of tables) (groups[visit(table)] ??= []).push(table)
  return groups.filter((group) => group.length > 0)
}

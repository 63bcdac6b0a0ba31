import type { Catalog } from '../../catalog/catalog'
import { foreignKeys } from '../../catalog/rule-facts'
import type { PlannedStep } from '../model/planned-step'

/**
 * A dropped table takes its keys along, if those that refer to it go first. Where tables refer to each
 * other the keys are dropped by themselves.
 */
export function dropTables(steps: readonly PlannedStep[], from: Catalog): PlannedStep[] {
  const drops = new Map<string, PlannedStep>(
    steps.flatMap((one) =>
      one.drops?.kind === 'table' ? [[`${one.drops.schema}.${one.drops.name}`, one] as const] : [],
    ),
  )
  if (drops.size === 0) return [...steps]
  const referring = new Map([...drops.keys()].map((table) => [table, new Set<string>()]))
  for (const { id, referred } of foreignKeys(from)) {
    const own = `${id.schema}.${id.table}`
    for (const { schema, table } of referred)
      if (drops.has(own) && own !== `${schema}.${table}`)
        referring.get(`${schema}.${table}`)?.add(own)
  }
  const order = sorted(referring)
  if (!order) return [...steps]
  const sortedDrops = order.map((table) => drops.get(table)!)
  return steps.flatMap((one) => {
    if (one.drops?.kind === 'table') return sortedDrops.splice(0, 1)
    const isKey =
      one.drops?.kind === 'constraint' && drops.has(`${one.drops.schema}.${one.drops.table}`)
    return isKey ? [] : [one]
  })
}

/** Each after all that refer to it; nothing where they refer to each other. */
function sorted(referring: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const order: string[] = []
  const done = new Set<string>()
  let open = [...referring.keys()]
  while (open.length > 0) {
    const ready = open.filter((table) => [...referring.get(table)!].every((one) => done.has(one)))
    if (ready.length === 0) return undefined
    for (const table of ready) done.add(table)
    order.push(...ready)
    open = open.filter((table) => !done.has(table))
  }
  return order
}

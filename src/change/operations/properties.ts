import type { Catalog } from '../../catalog/catalog'
import type { Setting } from '../../catalog/unmodelled-settings'
import { step, type PlannedStep } from '../model/operation'

/** The statements for what has no facts: what goes, before all else, and what comes, after it. */
export function settingSteps(
  from: Catalog,
  to: Catalog,
): { dropped: PlannedStep[]; set: PlannedStep[] } {
  const old = new Map(from.details.settings.map((one) => [one.key, one]))
  const wanted = new Map(to.details.settings.map((one) => [one.key, one]))
  const differs = (one: Setting, other: Setting | undefined) => one.value !== other?.value
  const dropped = from.details.settings
    .filter((one) => differs(one, wanted.get(one.key)))
    .filter((one) => one.key.startsWith('statistics ') || !wanted.has(one.key))
    .filter((one) => isThere(one, to))
  const set = to.details.settings.filter((one) => differs(one, old.get(one.key)))
  return { dropped: dropped.map(resetStep), set: set.map(setStep) }
}

const relations = ['table', 'view', 'materializedView', 'type'] as const

/** True where what it is of is there: what goes with its table or column needs no statement. */
export function isThere({ schema, table, column }: Setting, { facts }: Catalog): boolean {
  if (column === undefined)
    return relations.some((kind) => facts.has({ kind, schema, name: table }))
  return facts.has({ kind: 'column', schema, table, name: column })
}

function resetStep({ reset, schema, table }: Setting): PlannedStep {
  return step(reset, [{ kind: 'table', schema, name: table }])
}

function setStep({ set, schema, table }: Setting): PlannedStep {
  return step(set, [{ kind: 'table', schema, name: table }])
}

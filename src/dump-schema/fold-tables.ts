import { type Facts, keyOf } from '../catalog/facts'
import { listsColumns, orderOf, withParts } from '../change/complete/fold-columns'
import type { PlannedStep } from '../change/model/planned-step'
import { addsToTable, needsOf } from './arrange'

/**
 * Writes the columns and constraints of a table into the statement that makes it, each column where it
 * was declared, then keys and conditions, where all that they refer to is there by then. Pure.
 * @param steps as `arrangeSchema` orders them
 */
export function foldTables(steps: readonly PlannedStep[], facts: Facts): PlannedStep[] {
  const later = new Set(steps.flatMap(({ ids }) => ids.map(keyOf)))
  const added = byGroup(steps.filter(canBeFolded))
  const folded = new Set<PlannedStep>()
  const result: PlannedStep[] = []
  for (const one of steps) {
    if (folded.has(one)) continue
    for (const id of one.ids) later.delete(keyOf(id))
    const own = listsColumns(one) ? (added.get(one.group) ?? []) : []
    const ready: PlannedStep[] = []
    for (const each of own) {
      if (!isAtHand(each, facts, later)) continue
      ready.push(each)
      folded.add(each)
      for (const id of each.ids) later.delete(keyOf(id))
    }
    result.push(withReady(one, ready, facts))
  }
  return result
}

function withReady(one: PlannedStep, ready: readonly PlannedStep[], facts: Facts): PlannedStep {
  const { operation } = one
  if (operation.kind !== 'create table' || !listsColumns(one)) return one
  return withParts(one, ready, orderOf(operation.table, facts))
}

function byGroup(steps: readonly PlannedStep[]): Map<string, PlannedStep[]> {
  const groups = new Map<string, PlannedStep[]>()
  for (const one of steps) {
    const group = groups.get(one.group)
    if (group) group.push(one)
    else groups.set(one.group, [one])
  }
  return groups
}

/** What is not valid yet can only be added. */
function canBeFolded(one: PlannedStep): boolean {
  const { operation, effects } = one
  const isValid = operation.kind !== 'add constraint' || operation.valid
  return addsToTable(one) && isValid && effects.length === 0
}

function isAtHand(one: PlannedStep, facts: Facts, later: ReadonlySet<string>): boolean {
  const makes = new Set(one.ids.slice(0, 1).map(keyOf))
  return needsOf(one, facts)
    .map(keyOf)
    .every((key) => makes.has(key) || !later.has(key))
}

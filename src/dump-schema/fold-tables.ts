import { type Facts, factsOf, keyOf, positionOf } from '../catalog/facts'
import { shown } from '../catalog/object-names'
import { addedClause, listIn, listsColumns } from '../change/render/create-table'
import type { PlannedStep } from '../change/model/operation'
import { addsToTable, needsOf } from './arrange'

/**
 * Writes the columns and constraints of a table into the statement that makes it, each column where it
 * was declared, then keys and conditions, where all that they refer to is there by then. Pure.
 * @param steps as `arrangeSchema` orders them
 */
export function foldTables(steps: readonly PlannedStep[], facts: Facts): PlannedStep[] {
  const later = new Set(steps.flatMap(({ ids }) => ids.map(keyOf)))
  const added = byGroup(steps.filter(canBeFolded))
  const places = placesOf(facts)
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
    result.push(listsColumns(one) ? withAdded(one, ready, places) : one)
  }
  return result
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
  const { operation, comments } = one
  const isValid = operation?.kind !== 'add constraint' || operation.valid
  return addsToTable(one) && isValid && comments.length === 0
}

function isAtHand(one: PlannedStep, facts: Facts, later: ReadonlySet<string>): boolean {
  const makes = new Set(one.ids.slice(0, 1).map(keyOf))
  return needsOf(one, facts)
    .map(keyOf)
    .every((key) => makes.has(key) || !later.has(key))
}

function withAdded(table: PlannedStep, added: readonly PlannedStep[], places: Places): PlannedStep {
  const { sql, ids, group } = table
  const { parts: present, withParts } = listIn(sql)
  const clauses = added.map((one) => addedClause(one.sql))
  if (present.length + clauses.length === 0) return table
  const lines = [...present, ...clauses]
    .map((part) => ({ part, rank: rankOf(part, group, places) }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ part }) => `  ${part}`)
  return {
    ...table,
    ids: [...ids, ...added.flatMap((one) => one.ids)],
    sql: withParts(`\n${lines.join(',\n')}\n`),
  }
}

/** By table and column: its position. */
type Places = ReadonlyMap<string, number>

function placesOf(facts: Facts): Places {
  return new Map(
    factsOf(facts, 'column').map((fact) => [
      JSON.stringify([shown({ schema: fact.id.schema, name: fact.id.table }), fact.id.name]),
      positionOf(fact),
    ]),
  )
}

const kinds = ['PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY', '']
const behindColumns = 10_000

function rankOf(part: string, table: string, places: Places): number {
  const [, name = '', rest = ''] = /^(?:CONSTRAINT )?("(?:[^"]|"")*"|\S+) (.*)$/s.exec(part) ?? []
  if (part.startsWith('CONSTRAINT ')) {
    return behindColumns + kinds.findIndex((kind) => rest.startsWith(kind))
  }
  const column = name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
  return places.get(JSON.stringify([table, column])) ?? 0
}

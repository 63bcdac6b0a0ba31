import { type Facts, factsOf, keyOf } from '../catalog/facts'
import { shown } from '../catalog/object-names'
import { closingParenthesis, splitList } from '../catalog/sql-words'
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
    const own = openingOf(one) < 0 ? [] : (added.get(one.group) ?? [])
    const ready: PlannedStep[] = []
    for (const each of own) {
      if (!isAtHand(each, facts, later)) continue
      ready.push(each)
      folded.add(each)
      for (const id of each.ids) later.delete(keyOf(id))
    }
    result.push(openingOf(one) < 0 ? one : withAdded(one, ready, places))
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

/** What is not valid yet, or what an index is made into, can only be added. */
function canBeFolded(one: PlannedStep): boolean {
  return addsToTable(one) && !/ NOT VALID$| USING INDEX /.test(one.sql) && one.comments.length === 0
}

function isAtHand(one: PlannedStep, facts: Facts, later: ReadonlySet<string>): boolean {
  const makes = new Set(one.ids.slice(0, 1).map(keyOf))
  return needsOf(one, facts)
    .map(keyOf)
    .every((key) => makes.has(key) || !later.has(key))
}

/** Where the columns of the table open that this statement makes; below 0 where it has none. */
function openingOf({ sql }: PlannedStep): number {
  if (!/^CREATE (?:UNLOGGED )?TABLE /.test(sql)) return -1
  const open = sql.indexOf('(')
  return sql.slice(0, open).includes(' PARTITION OF ') ? -1 : open
}

function withAdded(table: PlannedStep, added: readonly PlannedStep[], places: Places): PlannedStep {
  const { sql, ids, group } = table
  const open = openingOf(table)
  const end = closingParenthesis(sql, open)
  const present = splitList(sql.slice(open + 1, end)).filter((part) => part !== '')
  const clauses = added.map((one) =>
    one.sql.replace(/^.*? ADD (?:COLUMN (?=\S)|(?=CONSTRAINT ))/s, ''),
  )
  if (present.length + clauses.length === 0) return table
  const lines = [...present, ...clauses]
    .map((part) => ({ part, rank: rankOf(part, group, places) }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ part }) => `  ${part}`)
  return {
    ...table,
    ids: [...ids, ...added.flatMap((one) => one.ids)],
    sql: `${sql.slice(0, open)}(\n${lines.join(',\n')}\n${sql.slice(end)}`,
  }
}

/** By table and column: where it stands. */
type Places = ReadonlyMap<string, number>

function placesOf(facts: Facts): Places {
  return new Map(
    factsOf(facts, 'column').map(({ id, payload }) => [
      JSON.stringify([shown({ schema: id.schema, name: id.table }), id.name]),
      Number(payload['_position'] ?? 0),
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

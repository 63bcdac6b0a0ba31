import type { Catalog } from '../../catalog/catalog'
import { factsOf, type IdOf, isPartition } from '../../catalog/facts'
import { shown } from '../../catalog/object-names'
import type { Rename } from '../../change/model/answers'
import { changedEnums, columnNames, onlyIn, overlap, wordsOf } from './rename-candidates'

/**
 * Tables, columns and enum values whose new names differ from the old ones by case and underscores alone,
 * as after a change of naming strategy. What two new names could be is none of them. Pure.
 */
export function styleRenames(from: Catalog, to: Catalog): Rename[] {
  const tables = tablePairs(from, to)
  const renamed = tables.filter(([one, other]) => one.name !== other.name)
  return [
    ...valuePairs(from, to),
    ...renamed.map(([one, other]) => ({ from: shown(one), to: shown(other) })),
    ...tables.flatMap(([one, other]) => columnPairs(from, to, one, other)),
  ]
}

type TableId = IdOf<'table'>

/** Each table with itself, or with the one that it is now. */
function tablePairs(from: Catalog, to: Catalog): [TableId, TableId][] {
  const added = onlyIn(factsOf(to.facts, 'table'), from)
  return factsOf(from.facts, 'table').flatMap((fact): [TableId, TableId][] => {
    const { id } = fact
    if (to.facts.has(id)) return [[id, id]]
    if (isPartition(fact)) return []
    const own = columnNames(from, id).map(wordsOf)
    const alike = added.filter(
      (one) =>
        one.id.schema === id.schema &&
        wordsOf(one.id.name) === wordsOf(id.name) &&
        overlap(own, columnNames(to, one.id).map(wordsOf)) >= 0.5,
    )
    const [only] = alike
    return only && alike.length === 1 ? [[id, only.id]] : []
  })
}

function columnPairs(from: Catalog, to: Catalog, one: TableId, other: TableId): Rename[] {
  const [old, wanted] = [columnNames(from, one), columnNames(to, other)]
  const pairs = samePairs(
    old.filter((name) => !wanted.includes(name)),
    wanted.filter((name) => !old.includes(name)),
  )
  return pairs.map(([name, now]) => ({ from: `${shown(one)}.${name}`, to: now }))
}

function valuePairs(from: Catalog, to: Catalog): Rename[] {
  return changedEnums(from, to).flatMap(({ id, lost, gained }) =>
    samePairs(lost, gained).map(([one, other]) => ({ from: `${shown(id)}.${one}`, to: other })),
  )
}

/** Names of the same words, where there is one on each side. */
function samePairs(old: readonly string[], wanted: readonly string[]): [string, string][] {
  return old.flatMap((name): [string, string][] => {
    const same = (names: readonly string[]) => names.filter((one) => wordsOf(one) === wordsOf(name))
    const [now] = same(wanted)
    const isOnly = same(wanted).length === 1 && same(old).length === 1
    return now !== undefined && isOnly ? [[name, now]] : []
  })
}

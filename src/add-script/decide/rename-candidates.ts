import type { Catalog } from '../../catalog/catalog'
import { columnOf, enumChanges } from '../../catalog/difference'
import { type Fact, factsOf, type Id, type IdOf, isPartition, keyOf } from '../../catalog/facts'
import { shown } from '../../catalog/object-names'
import { pathOf } from '../../change/model/option-values'

/** What may have got a new name: what is gone, and what it may be now, the likeliest first. */
export interface Likely {
  kind: 'schema' | 'table' | 'column' | 'label'
  /** As `--rename` names it. */
  from: string
  to: readonly string[]
}

/** What one side has and the other has not. */
export function onlyIn<One extends Fact>(facts: readonly One[], other: Catalog): One[] {
  return facts.filter(({ id }) => !other.facts.has(id))
}

/** Schemas of which half the tables are in a new schema. */
export function likelySchemas(from: Catalog, to: Catalog): Likely[] {
  const added = onlyIn(factsOf(to.facts, 'schema'), from)
  return onlyIn(factsOf(from.facts, 'schema'), to).flatMap(({ id }) => {
    const own = tableNames(from, id.name)
    const candidates = added
      .map((one) => ({ name: one.id.name, alike: overlap(own, tableNames(to, one.id.name)) }))
      .filter(({ alike }) => alike >= 0.5)
    return likely('schema', id.name, candidates)
  })
}

function tableNames({ facts }: Catalog, schema: string): string[] {
  return factsOf(facts, 'table').flatMap(({ id }) => (id.schema === schema ? [id.name] : []))
}

/** Tables of which half the columns are in a new table. */
export function likelyTables(from: Catalog, to: Catalog): Likely[] {
  const added = onlyIn(factsOf(to.facts, 'table'), from)
  return onlyIn(factsOf(from.facts, 'table'), to).flatMap((fact) => {
    const { id } = fact
    if (isPartition(fact)) return []
    const own = columnNames(from, id)
    const candidates = added
      .map((one) => {
        const alike = overlap(own, columnNames(to, one.id))
        const moved = one.id.name === id.name ? 1 : 0
        return { name: shown(one.id), alike: alike + moved }
      })
      .filter(({ alike }) => alike >= 0.5)
    return likely('table', shown(id), candidates)
  })
}

function columnNames({ facts }: Catalog, id: IdOf<'table'>): string[] {
  return facts.childrenOf(id).flatMap((one) => (one.id.kind === 'column' ? [nameOf(one.id)] : []))
}

function nameOf(id: Id): string {
  return 'name' in id ? id.name : ''
}

/** Columns whose type, or nearly whose name, a new column of their table has. */
export function likelyColumns(from: Catalog, to: Catalog): Likely[] {
  const added = onlyIn(factsOf(to.facts, 'column'), from)
  return onlyIn(factsOf(from.facts, 'column'), to).flatMap((fact) => {
    const { id, parent } = fact
    if (!parent || !to.facts.has(parent)) return []
    const { type } = columnOf(from, fact)
    const candidates = added
      .filter((one) => one.parent && keyOf(one.parent) === keyOf(parent))
      .map((one) => {
        const same = columnOf(to, one).type === type ? 0.5 : 0
        return { name: one.id.name, alike: same + nearness(id.name, one.id.name) }
      })
      .filter(({ alike }) => alike >= 0.5)
    return likely('column', pathOf(id), candidates)
  })
}

/** Labels that an enum loses while it gains others. */
export function likelyLabels(from: Catalog, to: Catalog): Likely[] {
  return enumChanges(from, to).flatMap(({ id, lost, gained }) =>
    lost.flatMap((label) => {
      const candidates = gained.map((name) => ({ name, alike: nearness(label, name) }))
      return likely('label', `${shown(id)}.${label}`, candidates)
    }),
  )
}

function likely(
  kind: Likely['kind'],
  from: string,
  candidates: { name: string; alike: number }[],
): Likely[] {
  if (candidates.length === 0) return []
  const sorted = candidates.toSorted((a, b) => b.alike - a.alike || (a.name < b.name ? -1 : 1))
  return [{ kind, from, to: sorted.map(({ name }) => name) }]
}

/** 1 where one list is the other, 0 where they share nothing. */
export function overlap(one: readonly string[], other: readonly string[]): number {
  const all = new Set([...one, ...other])
  return all.size === 0 ? 0 : one.filter((name) => other.includes(name)).length / all.size
}

/** 1 for the same words however written, 0.5 where one holds the other. */
function nearness(one: string, other: string): number {
  const [a, b] = [one, other].map((name) => name.replaceAll(/[^\p{L}\p{N}]/gu, '').toLowerCase())
  if (!a || !b) return 0
  if (a === b) return 1
  return a.includes(b) || b.includes(a) ? 0.5 : 0
}

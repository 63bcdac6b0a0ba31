import { homeKey, type LeftOut, type Reading } from '../../catalog/catalog'
import {
  constraintType,
  type Fact,
  factsOf,
  type Facts,
  type Id,
  keyOf,
  tablePlace,
} from '../../catalog/facts'
import { relationOf } from '../../catalog/object-names'
import type { ColumnId } from '../../change/model/operation'

/**
 * Finds the tables that a comparison need not look at, since nothing of them differs and nothing that
 * differs depends on them or needs them: most of a large schema. What is planned afterwards takes time
 * for what changes only.
 */
export function unconcerned(from: Reading, to: Reading): LeftOut {
  const concerned = new Set<string>()
  const reached = new Set<string>()
  const open = differing(from, to)
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const key = keyOf(id)
    if (reached.has(key)) continue
    reached.add(key)
    for (const { facts } of [from, to]) {
      concerned.add(tableKey(id, facts))
      const relation = relationOf(id)
      if (relation) concerned.add(keyOf({ kind: 'table', ...relation }))
      open.push(...alongWith(id, facts))
      open.push(...facts.incomingEdges(id).map((edge) => edge.from))
      for (const { to: needed } of facts.outgoingEdges(id)) {
        concerned.add(tableKey(needed, facts))
        if (id.kind === 'table' && needed.kind === 'table')
          for (const key of keysAround(needed, facts)) concerned.add(tableKey(key, facts))
      }
    }
  }
  const both = factsOf(from.facts, 'table').filter(
    (fact) => to.facts.has(fact.id) && !isKeyedBelow(fact, from.facts, concerned),
  )
  return new Set(both.map(({ id }) => keyOf(id)).filter((key) => !concerned.has(key)))
}

/** True for a partition of something concerned that is partitioned itself, by columns of its parent. */
function isKeyedBelow(table: Fact, facts: Facts, concerned: ReadonlySet<string>): boolean {
  if (tablePlace(table).key === undefined) return false
  for (let one: Fact | undefined = table; one;) {
    const { parent } = tablePlace(one)
    const id = parent && ({ kind: 'table', ...parent } as const)
    if (id && concerned.has(keyOf(id))) return true
    one = id && facts.get(id)
  }
  return false
}

/** Tables on the other side of the foreign keys of a parent, which are its partitions' as well. */
function keysAround(parent: Id, facts: Facts): Id[] {
  const parts = facts.childrenOf(parent)
  const isKey = (id: Id) => id.kind === 'constraint' && constraintType(facts.get(id)) === 'f'
  return parts.flatMap(({ id }) =>
    isKey(id)
      ? facts.outgoingEdges(id).map(({ to }) => to)
      : facts.incomingEdges(id).flatMap(({ from }) => (isKey(from) ? [from] : [])),
  )
}

/** A rule of a domain is everyone's who uses the domain, and a table is recognized by its columns and keys. */
function alongWith(id: Id, facts: Facts): Id[] {
  const parent = facts.get(id)?.parent
  if (parent?.kind === 'domain' || parent?.kind === 'type') return [parent]
  return id.kind === 'table' ? facts.childrenOf(id).map((child) => child.id) : []
}

/** What one side lacks, or has otherwise: with other properties, or depending on something else. */
function differing(from: Reading, to: Reading): Id[] {
  const found = detailsOf(from, to)
  const compare = (id: Id, one: Facts, other: Facts) => {
    const both = one.has(id) && other.has(id)
    if (both && one.rollupOf(id) === other.rollupOf(id)) return
    if (!both || one.hashOf(id) !== other.hashOf(id) || edgesOf(id, one) !== edgesOf(id, other))
      found.push(id)
    const children = [...one.childrenOf(id), ...other.childrenOf(id)]
    for (const each of new Map(children.map((child) => [keyOf(child.id), child.id])).values())
      compare(each, one, other)
  }
  const roots = [...from.facts.roots(), ...to.facts.roots()]
  for (const id of new Map(roots.map((root) => [keyOf(root.id), root.id])).values())
    compare(id, from.facts, to.facts)
  return found
}

function edgesOf(id: Id, facts: Facts): string {
  const edges = facts.outgoingEdges(id).map(({ to, kind }) => `${kind} ${keyOf(to)}`)
  return edges.toSorted().join('\n')
}

/** Tables and columns of which something differs that is no fact. */
function detailsOf(from: Reading, to: Reading): Id[] {
  const texts = [from, to].map(
    ({ details }) => new Map(details.settings.map((one) => [one.key, one.value])),
  )
  const settings = [...from.details.settings, ...to.details.settings]
    .filter(({ key }) => texts[0]?.get(key) !== texts[1]?.get(key))
    .map(({ schema, table }) => ({ kind: 'table' as const, schema, name: table }))
  const [one, other] = [from.details.virtual, to.details.virtual]
  const virtual = [...one, ...other].filter((name) => one.has(name) !== other.has(name))
  const found = [...settings, ...familiesOf(from, to), ...childrenOf(from, to)]
  if (virtual.length === 0) return found
  const columns = [from, to].flatMap(({ facts }) => factsOf(facts, 'column').map(({ id }) => id))
  const isOne = ({ schema, table, name }: ColumnId) =>
    virtual.includes(`${schema}.${table}.${name}`)
  return [...found, ...columns.filter(isOne)]
}

/** Tables with several parents, and those: what changes in one concerns the others. */
function familiesOf(...sides: readonly Reading[]): Id[] {
  return sides.flatMap(({ facts, details: { parents } }) => {
    if (parents.size === 0) return []
    const children = factsOf(facts, 'table')
      .map(({ id }) => id)
      .filter((id) => parents.has(`${id.schema}.${id.name}`))
    const all = [...parents.values()].flat()
    return [...children, ...all.map((parent) => ({ kind: 'table' as const, ...parent }))]
  })
}

/** Tables whose indexes are attached otherwise, with those above them. */
function childrenOf(from: Reading, to: Reading): Id[] {
  const [one, other] = [from, to].map(
    ({ details }) => new Set(details.childIndexes.map((each) => JSON.stringify(each))),
  )
  return [...from.details.childIndexes, ...to.details.childIndexes]
    .filter((each) => one?.has(JSON.stringify(each)) !== other?.has(JSON.stringify(each)))
    .flatMap(({ schema, table, above }) => [
      { kind: 'table' as const, schema, name: table },
      { kind: 'table' as const, schema: above.schema, name: above.table },
    ])
}

function tableKey(id: Id, facts: Facts): string {
  const fact = facts.get(id)
  return fact ? homeKey(fact, facts) : keyOf(id)
}

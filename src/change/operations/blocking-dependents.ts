import { type Catalog, rebuild } from '../../catalog/catalog'
import type { Difference } from '../../catalog/difference'
import type { Engine } from '../../catalog/engine'
import {
  type Action,
  columnKey,
  contentOf,
  factsOf,
  type Id,
  type IdOf,
  isA,
  isComputed,
  isOtherRoutine,
  keyOf,
  rowCondition,
  withoutDefault,
} from '../../catalog/facts'
import type { ColumnId } from '../model/operation'
import { stepOf } from './read-action'

/**
 * What blocks a change, is dropped before it and created again after it: PostgreSQL
 * changes no type under a generated column, a trigger, a body that was parsed or a publication's rows,
 * and replaces no function under a generated column, a check or an index. None of these holds data
 * of its own; what depends on them goes along.
 *
 * @param planned what the change would be without it
 * @returns the catalog without them, or `from` itself where nothing is in the way
 * @see https://www.postgresql.org/docs/current/sql-altertable.html
 */
export function withoutBlocking(
  engine: Engine,
  difference: Difference,
  planned: readonly Action[],
): Catalog {
  const { from } = difference
  const gone = new Set<string>()
  const blocking = inTheWay(difference, planned)
  for (const id of blocking) {
    const all = withDependents(from, id)
    for (const key of all ?? []) gone.add(key)
  }
  const domains = new Set(blocking.filter(({ kind }) => kind === 'domain').map(keyOf))
  return without(engine, from, gone, domains)
}

/** The catalog without these facts, and these domains without their defaults. */
function without(
  engine: Engine,
  from: Catalog,
  gone: ReadonlySet<string>,
  domains: ReadonlySet<string> = new Set(),
): Catalog {
  if (gone.size + domains.size === 0) return from
  const left = from.facts
    .facts()
    .filter(({ id }) => !gone.has(keyOf(id)))
    .map((fact) => (domains.has(keyOf(fact.id)) ? withoutDefault(fact) : fact))
  const edges = from.facts.edges.filter(
    (edge) => !(domains.has(keyOf(edge.from)) && isRoutine(edge.to)),
  )
  return { ...from, facts: rebuild(engine, left, edges) }
}

const parts = new Set<Id['kind']>(['constraint', 'index', 'policy', 'default', 'trigger', 'rule'])

/**
 * A table and a routine that takes its rows go, and a rule of the table uses the routine: neither can be dropped
 * first, so the rule is. So is a generated column that changes together with a routine that it calls.
 * @returns the catalog without them, or `from` itself where there are none
 */
export function withoutCircles(engine: Engine, difference: Difference): Catalog {
  const { from, to } = difference
  const columns = replacedRoutines(from, to)
    .flatMap((id) => dependents(from, id))
    .filter((id) => isComputed(id, from.facts) && differs(id, from, to))
    .flatMap((id) => [...(withDependents(from, id) ?? [])])
  return without(engine, from, new Set([...rulesOfGone(from, to), ...columns]))
}

function rulesOfGone(from: Catalog, to: Catalog): string[] {
  const { facts } = from
  const routines = facts.facts().filter(({ id }) => isRoutine(id) && isGone(id, to))
  return routines.flatMap(({ id: routine }) => {
    const used = facts.outgoingEdges(routine).map((edge) => edge.to)
    const tables = used.filter((id) => id.kind === 'table' && isGone(id, to)).map(keyOf)
    return dependents(from, routine)
      .filter((id) => parts.has(id.kind) && isOfOne(id, tables, from))
      .map(keyOf)
  })
}

/** Those that CREATE OR REPLACE cannot change. */
function replacedRoutines(from: Catalog, to: Catalog): Id[] {
  return from.facts.facts().flatMap((fact) => {
    const target = isRoutine(fact.id) ? to.facts.get(fact.id) : undefined
    return target && isOtherRoutine(fact, target) ? [fact.id] : []
  })
}

function differs(id: Id, from: Catalog, to: Catalog): boolean {
  const [before, target] = [from.facts.get(id), to.facts.get(id)]
  return !before || !target || contentOf(before) !== contentOf(target)
}

function isOfOne(id: Id, tables: readonly string[], { facts }: Catalog): boolean {
  for (let one = facts.get(id); one; one = one.parent && facts.get(one.parent))
    if (tables.includes(keyOf(one.id))) return true
  return false
}

function inTheWay(difference: Difference, planned: readonly Action[]): Id[] {
  const { from, to } = difference
  const columns = movedColumns(difference, planned)
  const types = rebuiltTypes(from, planned)
  const dropped = new Set(planned.flatMap(({ destroys }) => destroys.map(keyOf)))
  const routines = from.facts
    .facts()
    .map(({ id }) => id)
    .filter((id) => dropped.has(keyOf(id)) && isRoutine(id) && to.facts.has(id))
  const onRoutines = routines.flatMap((id) => dependents(from, id))
  // That of a column whose type stays is dropped by pg-delta's plan.
  const isDefault = (id: Id) => isA(id, 'default') && isRetyped(id, difference)
  return [
    ...columns.flatMap((id) => [
      ...dependents(from, id).filter((one) => stopsRetyping(one, from)),
      // One that is to be computed from it now would have to be so before or after it changes.
      ...dependents(to, id).filter((one) => isComputed(one, from.facts)),
      ...publishedRows(from, id),
    ]),
    ...types.flatMap((id) => dependents(from, id).filter((one) => isComputed(one, from.facts))),
    ...onRoutines.filter((id) => !dropped.has(keyOf(id)) || isDefault(id)),
  ].filter((id) => !dropped.has(keyOf(id)) || isComputed(id, from.facts) || isDefault(id))
}

function isRetyped({ schema, table, name }: IdOf<'default'>, { columns }: Difference): boolean {
  const key = columnKey({ kind: 'column', schema, table, name })
  return columns.some((change) => change.retyped && columnKey(change.id) === key)
}

/** Those whose type changes, or is created again under the same name. */
function movedColumns({ from, to, columns }: Difference, planned: readonly Action[]): ColumnId[] {
  const retyped = columns.filter((change) => change.retyped)
  const users = rebuiltTypes(from, planned).flatMap((id) => dependents(from, id))
  const using = users.filter((id): id is ColumnId => id.kind === 'column')
  return [...retyped.map(({ id }) => id), ...using].filter((id) => !isGone(id, to))
}

function isGone(id: Id, { facts }: Catalog): boolean {
  return !facts.has(id)
}

function rebuiltTypes({ facts }: Catalog, planned: readonly Action[]): Id[] {
  const made = planned.filter(
    (action) => action.verb === 'alter' && stepOf(action).operation.kind === 'create enum',
  )
  const ids = made.flatMap((action) => [...action.produces, ...action.consumes, ...action.destroys])
  return ids.filter(({ kind }) => kind === 'type').filter((id) => facts.has(id))
}

function dependents({ facts }: Catalog, id: Id): Id[] {
  return facts
    .incomingEdges(id)
    .filter(({ kind }) => kind === 'depends')
    .map((edge) => edge.from)
}

function isRoutine({ kind }: Id): boolean {
  return kind === 'function' || kind === 'procedure' || kind === 'aggregate'
}

function stopsRetyping(id: Id, from: Catalog): boolean {
  return id.kind === 'trigger' || isRoutine(id) || isComputed(id, from.facts)
}

/** Of a publication's tables only a condition on rows blocks. */
function publishedRows(from: Catalog, { schema, table }: ColumnId): IdOf<'publicationRel'>[] {
  return factsOf(from.facts, 'publicationRel')
    .filter((fact) => {
      const isOfTable = fact.id.schema === schema && fact.id.table === table
      return isOfTable && rowCondition(fact) !== undefined
    })
    .map(({ id }) => id)
}

const holders = new Set<Id['kind']>(['table', 'schema', 'type', 'domain', 'sequence', 'extension'])

/** Keys of all that goes with it; undefined where data would. */
function withDependents(from: Catalog, first: Id): Set<string> | undefined {
  const found = new Set<string>()
  const open: Id[] = [first]
  for (let id = open.pop(); id; id = open.pop()) {
    if (found.has(keyOf(id)) || !from.facts.has(id)) continue
    const holdsData = holders.has(id.kind) || (id.kind === 'column' && !isComputed(id, from.facts))
    const isOfView = from.facts.get(id)?.parent?.kind !== 'table'
    if (holdsData && !(id.kind === 'column' && isOfView)) return undefined
    found.add(keyOf(id))
    open.push(...dependents(from, id), ...from.facts.childrenOf(id).map((child) => child.id))
  }
  return found
}

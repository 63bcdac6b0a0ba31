import type { Catalog } from '../../catalog/catalog'
import { type Id, isA, isComputed, keyOf, ownerOf } from '../../catalog/facts'
import { foldColumns, foldSerials, typesFirst } from './fold-columns'
import { lockedWorks, lockOf, rewritesTable } from './table-locks'
import { relationOf, shown } from '../../catalog/object-names'
import { stoppingRows, type StoppingRows } from './stopping-rows'
import type { Effect } from '../model/effect'
import type { SchemaOperation } from '../model/operation'
import { columnKey, type ColumnId } from '../model/operation'
import { type PlannedStep, valuesOf } from '../model/planned-step'
import type { LostData } from '../model/script-part'

/**
 * The steps as a careful person would take them: none that does nothing, columns within the table that is
 * made, and each with what it loses, which rows stop it, and which lock it takes.
 */
export function completeSteps(
  steps: readonly PlannedStep[],
  from: Catalog,
  to: Catalog,
): PlannedStep[] {
  const dropped = new Set(
    steps.flatMap(({ drops }) => (drops?.kind === 'column' ? [keyOf(drops)] : [])),
  )
  const needed = steps.filter(
    (one, at) =>
      !isSame(one, steps[at - 1]) &&
      !revokesNothing(one, steps[at + 1], from) &&
      !goesAnyway(one, dropped, from),
  )
  const goes = new Set(steps.flatMap(({ drops }) => (drops ? [keyOf(drops)] : [])))
  const filled = new Set(
    steps.flatMap(({ operation }) =>
      operation.kind === 'fill column' ? [columnKey(operation.column)] : [],
    ),
  )
  const makes = needed.some(({ verb }) => verb === 'create')
  const folded = makes ? foldColumns(foldSerials(typesFirst(needed), to), from, to) : needed
  return folded.map((one) => {
    const { effects, destructive, loses, ...rest } = one
    const isNew = one.verb === 'create' && one.ids.some((id) => isNewRoutine(id, goes, from))
    const loss = lossOf(one, from, to)
    const stopping = stoppingRows(one, from, to, filled)
    const counting = stopping ? failing(one, stopping) : []
    const rewrites = rewritesTable(one, from, to)
    const locking = lockedWorks({ ...one, rewrites }, from, steps).map(
      (work) => ({ kind: 'works under a lock', online: false, ...work }) as const,
    )
    return {
      ...rest,
      ...(isNew && { operation: asNew(one.operation) }),
      rewrites,
      lock: lockOf(one, from),
      group: groupOf(one, from, to),
      effects: [...(loss ? [loss.effect] : []), ...effects, ...counting, ...locking],
      failsOnRows: [...rest.failsOnRows, ...(stopping?.of ?? [])],
      destructive: destructive || (loss?.destructive ?? false),
      loses: [...(loss?.data ?? []), ...loses],
    }
  })
}

function failing({ operation }: PlannedStep, { query }: StoppingRows): Effect[] {
  if (query !== undefined) return [{ kind: 'fails unless none', query }]
  const isUnique =
    operation.kind === 'create index'
      ? operation.unique
      : operation.kind === 'add constraint' && /^(?:UNIQUE|PRIMARY KEY)$/.test(operation.rule)
  return isUnique ? [{ kind: 'fails on equal values' }] : []
}

/** Said twice, with the same text. */
function isSame({ operation }: PlannedStep, before: PlannedStep | undefined): boolean {
  const text = givenText(operation)
  return text !== undefined && before !== undefined && givenText(before.operation) === text
}

/** What pg-delta or the server has written. */
function givenText(operation: SchemaOperation): string | undefined {
  if (operation.kind === 'property') return operation.statement
  return 'sql' in operation ? operation.sql : undefined
}

/** What it makes is not there, so that nothing is replaced. */
export function asNew(operation: SchemaOperation): SchemaOperation {
  return 'sql' in operation ? { ...operation, isNew: true } : operation
}

function isNewRoutine(id: Id, goes: ReadonlySet<string>, { facts }: Catalog): boolean {
  if (id.kind !== 'function' && id.kind !== 'procedure') return false
  return !facts.has(id) || goes.has(keyOf(id))
}

/** An index goes with any of its columns. */
function goesAnyway(
  { drops }: PlannedStep,
  dropped: ReadonlySet<string>,
  { facts }: Catalog,
): boolean {
  if (drops?.kind !== 'index') return false
  return facts.outgoingEdges(drops).some(({ to }) => dropped.has(keyOf(to)))
}

/** Nothing was granted yet, and something is at once. */
function revokesNothing(
  { operation }: PlannedStep,
  next: PlannedStep | undefined,
  from: Catalog,
): boolean {
  if (operation.kind !== 'revoke all' || from.facts.has(operation.privileges)) return false
  const granted = next?.operation.kind === 'grant' ? next.operation.privileges : undefined
  return granted !== undefined && keyOf(granted) === keyOf(operation.privileges)
}

interface Loss {
  effect: Effect
  destructive: boolean
  data?: readonly LostData[]
}

/** Nothing is lost with them but a definition that columns no longer use. */
const typeLike = new Set<Id['kind']>(['type', 'domain', 'collation'])

const silent = new Set<Id['kind']>(['default', 'constraint', 'index', 'comment', 'acl'])

function lossOf({ drops, operation }: PlannedStep, from: Catalog, to: Catalog): Loss | undefined {
  if (!drops || silent.has(drops.kind)) return undefined
  if (to.facts.has(drops)) return lossOfReplaced(drops, from)
  if (drops.kind === 'table')
    return {
      effect: { kind: 'drops', object: drops, with: 'rows' },
      destructive: true,
      data: [{ schema: drops.schema, table: drops.name }],
    }
  if (drops.kind === 'column' && operation.kind === 'drop column') {
    const computed = isComputed(drops, from.facts)
    return {
      effect: { kind: 'drops', object: drops, with: computed ? 'computed values' : 'values' },
      destructive: !computed,
      data: computed ? [] : [valuesOf(drops as ColumnId)],
    }
  }
  if (drops.kind === 'sequence' && ownerOf(from.facts.get(drops))) return undefined
  if (typeLike.has(drops.kind) && usersOf(from, drops).length > 0) return undefined
  return { effect: { kind: 'drops', object: drops, with: 'nothing else' }, destructive: true }
}

/** A plain column that becomes a generated one; all others are made again as they were. */
function lossOfReplaced(id: Id, from: Catalog): Loss | undefined {
  if (!isA(id, 'column')) return undefined
  return isComputed(id, from.facts)
    ? { effect: { kind: 'makes again', column: id }, destructive: false }
    : {
        effect: { kind: 'computes from now on', column: id },
        destructive: true,
        data: [valuesOf(id)],
      }
}

function usersOf({ facts }: Catalog, id: Id): Id[] {
  return facts.incomingEdges(id).map(({ from }) => from)
}

function groupOf({ ids, group }: PlannedStep, from: Catalog, to: Catalog): string {
  const id = ids.find(({ kind }) => kind !== 'schema' && kind !== 'role')
  if (!id) return group
  const fact = to.facts.get(id) ?? from.facts.get(id)
  const owner = ownerOf(fact)
  if (owner) return shown({ schema: owner.schema, name: owner.table })
  const relation = relationOf(id) ?? (fact?.parent && relationOf(fact.parent))
  return relation ? shown(relation) : group
}

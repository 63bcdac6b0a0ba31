import { quoteIdentifier } from '../../database/sql/quote'
import type { Catalog } from '../../catalog/catalog'
import { columnOf } from '../../catalog/difference'
import type { Qualified } from '../../catalog/object-names'
import {
  columnKey,
  enumValues,
  type Fact,
  type Facts,
  factsOf,
  hasAll,
  type IdOf,
  isA,
  keyOf,
  ownerOf,
  positionOf,
} from '../../catalog/facts'
import { declares } from '../operations/read-action'
import type { Replaced, SchemaOperation } from '../model/operation'
import type { PlannedStep } from '../model/planned-step'

/** A sequence that is what `serial` makes is written as `serial`. */
export function foldSerials(steps: readonly PlannedStep[], to: Catalog): PlannedStep[] {
  let folded = [...steps]
  for (const fact of factsOf(to.facts, 'sequence')) {
    const isOwn = ({ operation }: PlannedStep) =>
      (operation.kind === 'create sequence' || operation.kind === 'own sequence') &&
      keyOf(operation.sequence) === keyOf(fact.id)
    const isMade = folded.some((one) => one.operation.kind === 'create sequence' && isOwn(one))
    const serial = isMade ? serialOf(fact, to) : undefined
    if (!serial) continue
    const at = folded.findIndex((one) => asSerial(one, serial) !== undefined)
    if (at < 0) continue
    const table = folded[at]!
    const ids = [...table.ids, fact.id]
    folded[at] = { ...table, operation: asSerial(table, serial)!, ids }
    folded = folded.filter((one) => !isOwn(one))
  }
  return folded
}

const serials: Record<string, [name: string, max: string]> = {
  smallint: ['smallserial', '32767'],
  integer: ['serial', '2147483647'],
  bigint: ['bigserial', '9223372036854775807'],
}

function serialOf(fact: Fact & { id: IdOf<'sequence'> }, to: Catalog) {
  const { id } = fact
  const owner = ownerOf(fact)
  if (!owner || owner.schema !== id.schema || id.name !== `${owner.table}_${owner.column}_seq`)
    return undefined
  const column = to.facts.get({
    kind: 'column',
    schema: owner.schema,
    table: owner.table,
    name: owner.column,
  })
  const { type, notNull, default: value } = column ? columnOf(to, column) : { type: '' }
  const [name, max] = serials[type] ?? []
  const usual = {
    increment: '1',
    minValue: '1',
    maxValue: max,
    start: '1',
    cache: '1',
    cycle: false,
    dataType: type,
  }
  const isUsual = hasAll(fact, usual)
  if (!name || !isUsual || !notNull || !value?.startsWith('nextval(')) return undefined
  const start = quoteIdentifier(owner.column)
  return {
    table: { schema: owner.schema, name: owner.table },
    written: `${start} ${type} NOT NULL DEFAULT ${value}`,
    by: `${start} ${name}`,
  }
}

/** What makes the column, which is declared as a serial. */
function asSerial(
  { operation }: PlannedStep,
  { table, written, by }: Replaced & { table: Qualified },
): SchemaOperation | undefined {
  const isAdded = operation.kind === 'add column'
  if (!isAdded && operation.kind !== 'create table') return undefined
  const { schema, name } = isAdded ? tableOf(operation.column) : operation.table
  const isListed = isAdded || operation.form === 'columns'
  if (!isListed || schema !== table.schema || name !== table.name) return undefined
  if (!declares(operation, written)) return undefined
  return { ...operation, serials: [...(operation.serials ?? []), { written, by }] }
}

function tableOf({ schema, table }: IdOf<'column'>): Qualified {
  return { schema, name: table }
}

/** Makes that table with its columns in parentheses. */
function makes(one: PlannedStep, { schema, name }: Qualified): boolean {
  const { operation } = one
  if (operation.kind !== 'create table' || !listsColumns(one)) return false
  return operation.table.schema === schema && operation.table.name === name
}

/** True for a statement that makes a table and lists its columns in parentheses. */
export function listsColumns({ operation }: PlannedStep): boolean {
  return operation.kind === 'create table' && operation.form === 'columns'
}

/** The columns of a new table are written in it, where they were declared. */
export function foldColumns(
  steps: readonly PlannedStep[],
  from: Catalog,
  to: Catalog,
): PlannedStep[] {
  const folded = [...steps]
  for (const { id, parent } of factsOf(to.facts, 'column')) {
    if (!parent) continue
    const added = folded.findIndex(
      ({ operation }) =>
        operation.kind === 'add column' && columnKey(operation.column) === columnKey(id),
    )
    const table = { schema: id.schema, name: id.table }
    const made = added < 0 ? -1 : folded.findIndex((one) => makes(one, table))
    const whole = folded[made]
    if (!whole || !isAtHand(from, to, id)) continue
    const column = folded[added]!
    folded[made] = withParts(whole, [column], orderOf(table, to.facts))
    folded.splice(added, 1)
  }
  return folded
}

/** All that it depends on is there before any table is made. */
function isAtHand(from: Catalog, { facts }: Catalog, id: IdOf<'column'>): boolean {
  const value = { ...id, kind: 'default' as const }
  return [...facts.outgoingEdges(id), ...facts.outgoingEdges(value)].every(({ to }) => {
    if (to.kind === 'type') return isSettled(from.facts.get(to), facts.get(to))
    if (to.kind === 'column') return to.schema === id.schema && to.table === id.table
    return ['table', 'schema', 'extension'].includes(to.kind)
  })
}

/** An enum that is new, or stays what it is but for more values. */
function isSettled(old: Fact | undefined, target: Fact | undefined): boolean {
  const values = enumValues(target)
  if (!values) return false
  const places = (enumValues(old) ?? []).map((value) => values.indexOf(value))
  return places.every((place, at) => place > (places[at - 1] ?? -1))
}

/** Schemas and enums, which anything may use, come first. */
export function typesFirst(steps: readonly PlannedStep[]): PlannedStep[] {
  const dropped = new Set(steps.flatMap(({ drops }) => (drops ? [keyOf(drops)] : [])))
  const isNew = ({ verb, ids: [id] }: PlannedStep) =>
    verb === 'create' && id !== undefined && !dropped.has(keyOf(id))
  const schemas = steps.filter((one) => isNew(one) && one.operation.kind === 'create schema')
  const types = steps.filter((one) => isNew(one) && one.operation.kind === 'create enum')
  const first = new Set([...schemas, ...types])
  return [...first, ...steps.filter((one) => !first.has(one))]
}

/** A table with columns and constraints that other steps would add. */
export function withParts(
  table: PlannedStep,
  added: readonly PlannedStep[],
  order: readonly string[],
): PlannedStep {
  const { operation, ids } = table
  if (operation.kind !== 'create table') return table
  const parts = [...(operation.added ?? []), ...added.map((one) => one.operation)]
  return {
    ...table,
    operation: { ...operation, added: parts, order },
    ids: [...ids, ...added.flatMap((one) => one.ids)],
  }
}

/** The names of a table's columns as they were declared. */
export function orderOf({ schema, name }: Qualified, facts: Facts): string[] {
  return facts
    .childrenOf({ kind: 'table', schema, name })
    .filter(({ id }) => id.kind === 'column')
    .toSorted((a, b) => positionOf(a) - positionOf(b))
    .map(({ id }) => (isA(id, 'column') ? id.name : ''))
}

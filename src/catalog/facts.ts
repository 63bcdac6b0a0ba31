import type { DependencyEdge, Fact, FactBase, StableId } from '@supabase/pg-delta/core' with {
  'resolution-mode': 'import',
}
import type { Action } from '@supabase/pg-delta/plan' with { 'resolution-mode': 'import' }

export type Edge = DependencyEdge
export type Facts = FactBase
export type Id = StableId
export type { Action, Fact }

/** One text for one identity, whatever the order of its parts. */
export function keyOf(id: Id): string {
  const known = keys.get(id)
  if (known !== undefined) return known
  const parts = id as unknown as Readonly<Record<string, unknown>>
  const key = partNames(id).reduce((text, name) => `${text}|${name}=${partOf(parts[name])}`, '')
  keys.set(id, key)
  return key
}

/** A large schema has tens of thousands of identities, each of which is asked for many times. */
const keys = new WeakMap<Id, string>()
const orders = new Map<string, readonly string[]>()

function partNames(id: Id): readonly string[] {
  const names = Object.keys(id)
  const text = names.join()
  const known = orders.get(text)
  if (known) return known
  const order = names.toSorted()
  orders.set(text, order)
  return order
}

function partOf(value: unknown): string {
  return typeof value === 'object' && value !== null && 'kind' in value
    ? `(${keyOf(value as Id)})`
    : JSON.stringify(value)
}

/** The identities of one kind. */
export type IdOf<Kind extends Id['kind']> = Id & { kind: Kind }

/** A column's identity. */
export type ColumnId = IdOf<'column'>

/** `schema.table.column`, to look a decision up by. */
export function columnKey({ schema, table, name }: ColumnId): string {
  return JSON.stringify([schema, table, name])
}

/** Tells kinds apart, where TypeScript cannot by itself. */
export function isA<Kind extends Id['kind']>(id: Id, kind: Kind): id is IdOf<Kind> {
  return id.kind === kind
}

/** The facts of one kind. */
export function factsOf<Kind extends Id['kind']>(
  facts: Facts,
  kind: Kind,
): (Fact & { id: IdOf<Kind> })[] {
  return facts.facts().filter((fact): fact is Fact & { id: IdOf<Kind> } => isA(fact.id, kind))
}

/** A value of a payload that is text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}

/** True for a table that holds the rows of a part of another one. */
export function isPartition({ payload }: Fact): boolean {
  return typeof payload['partitionBound'] === 'string'
}

/** Where a column was declared among those of its table; last where that is not known. */
export function positionOf(fact: Fact | undefined): number {
  return Number(fact?.payload['_position'] ?? Infinity)
}

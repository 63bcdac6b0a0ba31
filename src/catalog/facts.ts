import type { DependencyEdge, Fact, FactBase, StableId } from '@supabase/pg-delta/core' with {
  'resolution-mode': 'import',
}
import type { Action, Plan } from '@supabase/pg-delta/plan' with { 'resolution-mode': 'import' }

export type Edge = DependencyEdge
export type Facts = FactBase
export type Id = StableId
export type Delta = Plan['deltas'][number]
export type { Action, Fact }

/** The object that a difference is about. */
export function subjectOf(delta: Delta): Id {
  if (delta.verb === 'set') return delta.id
  return 'fact' in delta ? delta.fact.id : delta.edge.from
}

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

/** A value of a payload that is text, or undefined. */
function optional(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** The definition of a constraint, an index or a view, as PostgreSQL writes it. */
export function definitionOf(fact: Fact | undefined): string {
  return textOf(fact?.payload['def'])
}

/** `p`, `u`, `f`, `c` or `x`, as in pg_constraint.contype; undefined for what is no constraint. */
export function constraintType(fact: Fact | undefined): string | undefined {
  return optional(fact?.payload['type'])
}

/** False for a constraint that is NOT VALID. */
export function isValidated({ payload }: Fact): boolean {
  return payload['validated'] !== false
}

/** False for an index that was not built to its end. */
export function isWholeIndex({ payload }: Fact): boolean {
  return payload['valid'] !== false
}

/** The values of an enum in their order; undefined for any other type. */
export function enumValues(fact: Fact | undefined): readonly string[] | undefined {
  return fact?.payload['values'] as readonly string[] | undefined
}

/** `enum`, `range` or `composite`. */
export function variantOf(fact: Fact | undefined): string | undefined {
  return optional(fact?.payload['variant'])
}

/** The type whose values a domain or a range holds. */
export function elementType(fact: Fact | undefined): string | undefined {
  return optional(fact?.payload['baseType']) ?? optional(fact?.payload['subtype'])
}

/** The multirange that comes with a range, qualified. */
export function multirangeOf({ payload }: Fact): string | undefined {
  return optional(payload['multirangeTypeName'])
}

/** The type of a column or an attribute, with its modifiers. */
export function typeOf(fact: Fact | undefined): string {
  return textOf(fact?.payload['type'])
}

/** True for a column or a domain that is NOT NULL. */
export function isRequired({ payload }: Fact): boolean {
  return payload['notNull'] === true
}

/** What a generated column is computed from. */
export function generatedExpression(fact: Fact | undefined): string | undefined {
  return optional(fact?.payload['generatedExpr'])
}

/** True for a column that is there and is generated. */
export function isComputed(id: Id, facts: Facts): boolean {
  return id.kind === 'column' && generatedExpression(facts.get(id)) !== undefined
}

/** The column that a sequence belongs to. */
export interface SequenceOwner {
  schema: string
  table: string
  column: string
}

/** Undefined for a sequence that is of no column. */
export function ownerOf(fact: Fact | undefined): SequenceOwner | undefined {
  return (fact?.payload['ownedBy'] ?? undefined) as SequenceOwner | undefined
}

/** A table's place in partitioning and inheritance. */
export interface TablePlace {
  /** How it is partitioned; undefined for a plain table. */
  key: string | undefined
  /** Its bounds; undefined where it is no partition. */
  bound: string | undefined
  /** What it is a partition of, or inherits from first. */
  parent: { schema: string; name: string } | undefined
  /** All that it inherits from, in their order. */
  parents: readonly { schema: string; name: string }[]
}

/** pg-delta knows one parent; what starts with an underscore it neither reads nor compares. */
const parentsName = '_parents'

/** A table's fact with its parents, where it has several. */
export function withParents(fact: Fact, parents: TablePlace['parents'] | undefined): Fact {
  return parents ? { ...fact, payload: { ...fact.payload, [parentsName]: [...parents] } } : fact
}

/** Reads a table's fact. */
export function tablePlace({ payload }: Fact): TablePlace {
  const parent = (payload['parentTable'] ?? undefined) as TablePlace['parent']
  const several = payload[parentsName] as TablePlace['parents'] | undefined
  return {
    key: optional(payload['partitionKey']),
    bound: optional(payload['partitionBound']),
    parent,
    parents: several ?? (parent ? [parent] : []),
  }
}

/** True for a table that holds the rows of a part of another one. */
export function isPartition(fact: Fact): boolean {
  return tablePlace(fact).bound !== undefined
}

/** Where a column was declared among those of its table; last where that is not known. */
export function positionOf(fact: Fact | undefined): number {
  return Number(fact?.payload['_position'] ?? Infinity)
}

/** The schema that an extension's objects are in. */
export function schemaOfExtension({ payload }: Fact): string | undefined {
  return optional(payload['schema'])
}

/** The key of the extension that brings an object, or what it belongs to. */
export function extensionOf({ id, parent }: Fact, facts: Facts): string | undefined {
  const edge = facts.outgoingEdges(id).find(({ kind }) => kind === 'memberOfExtension')
  if (edge) return keyOf(edge.to)
  const above = parent ?? ('target' in id ? id.target : undefined)
  const fact = above && facts.get(above)
  return fact && extensionOf(fact, facts)
}

/** True where CREATE OR REPLACE cannot make one routine of the other. */
export function isOtherRoutine(one: Fact, other: Fact): boolean {
  return differsIn(one, other, ['returnType', 'argSignature', 'language', 'isWindow'])
}

/** A domain's fact without its default. */
export function withoutDefault(fact: Fact): Fact {
  return { ...fact, payload: { ...fact.payload, default: null } }
}

/** Which rows of a table a publication publishes; undefined: all. */
export function rowCondition({ payload }: Fact): string | undefined {
  return optional(payload['where'])
}

/** What a view was given with WITH. */
export function viewOptions({ payload }: Fact): readonly string[] {
  return (payload['reloptions'] ?? []) as readonly string[]
}

/** True where these values are the fact's own. */
export function hasAll({ payload }: Fact, values: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(values).every(([name, value]) => payload[name] === value)
}

const hidden = /^(.*)=__OPTION_[A-Z0-9_]+__$/s

/** Names of the options whose values pg-delta hides, since they may be secret. */
export function hiddenOptions({ payload }: Fact): string[] {
  const options = payload['options']
  if (!Array.isArray(options)) return []
  return options.flatMap((one) => (typeof one === 'string' ? (hidden.exec(one)?.[1] ?? []) : []))
}

/** The fact with those of its hidden options that are known: `name=value` by `kind place.name`. */
export function withOptions(fact: Fact, known: ReadonlyMap<string, readonly string[]>): Fact {
  if (hiddenOptions(fact).length === 0) return fact
  const own = known.get(`${fact.id.kind} ${placeOf(fact.id)}`) ?? []
  const options = (fact.payload['options'] as string[]).map((option) => {
    const hiddenName = hidden.exec(option)?.[1]
    return own.find((one) => hiddenName !== undefined && one.startsWith(`${hiddenName}=`)) ?? option
  })
  return { ...fact, payload: { ...fact.payload, options } }
}

/** `schema.name`, or the server and the role of a user mapping. */
function placeOf(id: Id): string {
  if (id.kind === 'userMapping') return `${id.server}.${id.role}`
  const { schema = '', name = '' } = id as { schema?: string; name?: string }
  return `${schema}.${name}`
}

/** These values of a fact's payload; null for those that it lacks. */
export function valuesIn(fact: Fact | undefined, names: readonly string[]): Fact['payload'] {
  return Object.fromEntries(names.map((name) => [name, fact?.payload[name] ?? null]))
}

/** True where the two differ in any of these values. */
export function differsIn(one: Fact, other: Fact, names: readonly string[]): boolean {
  return names.some((name) => textOf(one.payload[name]) !== textOf(other.payload[name]))
}

/** The whole payload as one text, without a column's position. */
export function contentOf({ payload }: Fact): string {
  const names = Object.keys(payload).filter((name) => !name.startsWith('_'))
  return JSON.stringify(names.toSorted().map((name) => [name, payload[name] ?? null]))
}

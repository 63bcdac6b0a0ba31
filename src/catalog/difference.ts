import type { Catalog } from './catalog'
import {
  type ColumnId,
  enumValues,
  factsOf,
  type Fact,
  generatedExpression,
  type Id,
  type IdOf,
  isRequired,
  tablePlace,
  textOf,
  typeOf,
} from './facts'

/** Two catalogs and how their columns and enums differ: found once for a pair, and handed down. */
export interface Difference {
  from: Catalog
  to: Catalog
  columns: readonly ColumnChange[]
  newColumns: readonly { id: ColumnId; to: Column }[]
  enums: readonly EnumChange[]
}

/** A column that both sides have. */
export interface ColumnChange {
  id: ColumnId
  from: Column
  to: Column
  /** Its type or collation differs. */
  retyped: boolean
}

/** One side of a column. */
export interface Column {
  type: string
  /** With its collation, as ALTER COLUMN TYPE takes it. */
  fullType: string
  notNull: boolean
  identity: boolean
  generated: string | undefined
  default: string | undefined
}

/** Reads a column's fact. */
export function columnOf({ facts }: Catalog, fact: Fact): Column {
  const { payload } = fact
  const type = typeOf(fact)
  const collation = payload['collation']
  const value = facts.childrenOf(fact.id).find(({ id }) => id.kind === 'default')
  return {
    type,
    fullType: typeof collation === 'string' ? `${type} COLLATE ${collation}` : type,
    notNull: isRequired(fact),
    identity: payload['identity'] !== null,
    generated: generatedExpression(fact),
    default: text(value?.payload['expr']),
  }
}

/** How a sequence counts, one of its own or that of an identity column. */
export interface Numbering {
  schema: string
  name: string
  increment: bigint
  min: bigint
  max: bigint
  start: bigint
}

/** Reads how a sequence's or a column's fact counts; undefined for a column that does not. */
export function numberingOf(fact: Fact | undefined): Numbering | undefined {
  if (!fact) return undefined
  const { id, payload } = fact
  if (id.kind === 'sequence') return { ...countingOf(payload), schema: id.schema, name: id.name }
  const identity = payload['identity'] as IdentityFacts | null | undefined
  return identity ? { ...countingOf(identity.options), ...identity.sequence } : undefined
}

interface IdentityFacts {
  sequence: { schema: string; name: string }
  options: Readonly<Record<string, unknown>>
}

function countingOf(options: Readonly<Record<string, unknown>>) {
  const number = (name: string) => BigInt(textOf(options[name]))
  return {
    increment: number('increment'),
    min: number('minValue'),
    max: number('maxValue'),
    start: number('start'),
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** An enum of both sides that loses or gains values, or whose values change places. */
export interface EnumChange {
  id: IdOf<'type'>
  lost: readonly string[]
  gained: readonly string[]
  values: readonly string[]
}

/** Compares the columns and enums of two catalogs. */
export function compare(from: Catalog, to: Catalog): Difference {
  const columns = columnChanges(from, to)
  return { ...compareEnums(from, to), columns, newColumns: newColumns(from, to) }
}

/** Two catalogs whose columns are not compared yet, since their names may change. */
export type EnumDifference = Pick<Difference, 'from' | 'to' | 'enums'>

/** Compares the enums alone. */
export function compareEnums(from: Catalog, to: Catalog): EnumDifference {
  return { from, to, enums: enumChanges(from, to) }
}

/** Every column of both sides that differs in type, collation, requirement or expression. */
function columnChanges(from: Catalog, to: Catalog): ColumnChange[] {
  return factsOf(to.facts, 'column').flatMap((fact) => {
    const { id } = fact
    const before = from.facts.get(id)
    if (!before) return []
    const [one, other] = [columnOf(from, before), columnOf(to, fact)]
    if (JSON.stringify(one) === JSON.stringify(other)) return []
    return [{ id, from: one, to: other, retyped: one.fullType !== other.fullType }]
  })
}

/** Columns that a table of both sides gains. */
function newColumns(from: Catalog, to: Catalog): { id: ColumnId; to: Column }[] {
  return factsOf(to.facts, 'column').flatMap((fact) => {
    const { id, parent } = fact
    if (parent?.kind !== 'table') return []
    if (from.facts.has(id) || !from.facts.has(parent)) return []
    if (parentOf(from, parent) !== parentOf(to, parent)) return []
    return [{ id, to: columnOf(to, fact) }]
  })
}

/** Columns that came from a parent are there already when they become the table's own. */
function parentOf({ facts }: Catalog, table: Id): string {
  const fact = facts.get(table)
  return textOf(fact && tablePlace(fact).parents)
}

/** The enums of both sides whose values differ. */
function enumChanges(from: Catalog, to: Catalog): EnumChange[] {
  return factsOf(to.facts, 'type').flatMap((fact) => {
    const { id } = fact
    const before = enumValues(from.facts.get(id))
    const values = enumValues(fact)
    if (!before || !values || before.join('\0') === values.join('\0')) return []
    const lost = before.filter((value) => !values.includes(value))
    return [{ id, lost, gained: values.filter((value) => !before.includes(value)), values }]
  })
}

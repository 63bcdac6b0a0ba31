import type { Catalog } from '../../catalog/catalog'
import { type Column, columnOf } from '../../catalog/difference'
import {
  type ColumnId,
  constraintType,
  definitionOf,
  type Facts,
  factsOf,
  type IdOf,
  isPartition,
} from '../../catalog/facts'
import type { Qualified } from '../../catalog/object-names'
import { type ForeignKey, foreignKeys } from '../../catalog/rule-facts'

/** A table as far as moving rows cares. */
export interface TableShape {
  id: IdOf<'table'>
  columns: ReadonlyMap<string, Column>
  /** The only column of its primary key. */
  key: string | undefined
  /** Columns that are a key or unique by themselves. */
  unique: ReadonlySet<string>
  /** Its foreign keys of one column. */
  keys: readonly ForeignKey[]
}

/** Every table of a catalog that is no partition, by `schema.name`. */
export function tableShapes(catalog: Catalog): ReadonlyMap<string, TableShape> {
  const all = factsOf(catalog.facts, 'table').filter((fact) => !isPartition(fact))
  return new Map(all.map(({ id }) => [nameOf(id), shapeOf(catalog, id)]))
}

/** The name of its table alone. */
export function tableOf({ id: { schema, name } }: TableShape): Qualified {
  return { schema, name }
}

/** `schema.name` of a table, or of a column's table. */
export function nameOf(id: IdOf<'table'> | ColumnId): string {
  return `${id.schema}.${'table' in id ? id.table : id.name}`
}

/** The names of a table's columns. */
export function columnNamesOf({ facts }: Catalog, id: IdOf<'table'>): string[] {
  return facts.childrenOf(id).flatMap((one) => (one.id.kind === 'column' ? [one.id.name] : []))
}

function shapeOf(catalog: Catalog, id: IdOf<'table'>): TableShape {
  const columns = new Map<string, Column>()
  for (const fact of catalog.facts.childrenOf(id))
    if (fact.id.kind === 'column') columns.set(fact.id.name, columnOf(catalog, fact))
  const primary = singles(catalog.facts, id, ['p'])
  const keys = foreignKeys(catalog).filter((one) => one.columns.length === 1)
  return {
    id,
    columns,
    key: primary.length === 1 ? primary[0] : undefined,
    unique: new Set(singles(catalog.facts, id, ['p', 'u'])),
    keys: keys.filter((one) => one.id.schema === id.schema && one.id.table === id.name),
  }
}

/** The columns of constraints of these types that have one column. */
function singles(facts: Facts, id: IdOf<'table'>, types: readonly string[]): string[] {
  return facts.childrenOf(id).flatMap((fact) => {
    if (!types.includes(constraintType(fact) ?? '')) return []
    const list = /^(?:PRIMARY KEY|UNIQUE) \(("(?:[^"]|"")+"|[^",\s]+)\)/.exec(
      definitionOf(fact),
    )?.[1]
    if (list === undefined) return []
    return [list.startsWith('"') ? list.slice(1, -1).replaceAll('""', '"') : list]
  })
}

/** True where a row can be made without a value for it. */
export function isOptional(column: Column): boolean {
  const isFilled = column.default !== undefined || column.identity || column.generated !== undefined
  return !column.notNull || isFilled
}

/** The columns that a table had and has no more. */
export function lostColumns(old: TableShape, now: TableShape): Set<string> {
  const gone = [...old.columns].filter(([name, { generated }]) => !now.columns.has(name) && generated === undefined) // oxfmt-ignore
  return new Set(gone.map(([name]) => name))
}

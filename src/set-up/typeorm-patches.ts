import type { DataSource } from 'typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import { quoteLiteral } from '../database/sql/quote'

interface Defaults {
  normalizeDefault(column: ColumnMetadata): string | undefined
}

/**
 * Lets `synchronize` write defaults that TypeORM leaves unquoted: `it's`, and array elements with
 * commas, spaces or quotes; in 0.3 also JSON with quotes, and an enum's default that a function gives.
 * A text whose quotes are doubled already, as a way round that, stays.
 */
export function quoteDefaults({ driver }: DataSource): void {
  const defaults = driver as unknown as Defaults
  const original = defaults.normalizeDefault.bind(driver)
  defaults.normalizeDefault = (column) => ownDefault(column) ?? original(column)
}

function ownDefault({ default: value, isArray, type }: ColumnMetadata): string | undefined {
  if (isArray && Array.isArray(value)) {
    return quoteLiteral(`{${value.map((element: unknown) => arrayElement(element)).join(',')}}`)
  }
  if (typeof value === 'function' && String(type).endsWith('enum')) return value()
  if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    return `'${JSON.stringify(value).replaceAll("'", "''")}'`
  }
  if (typeof value !== 'string' || !/(?<!')(?:'')*'(?!')/.test(value)) return undefined
  return `'${value.replaceAll("'", "''")}'`
}

/** @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
function arrayElement(element: unknown): string {
  if (element === null) return 'NULL'
  const text = typeof element === 'string' ? element : JSON.stringify(element)
  if (text !== '' && !/[\s{}",\\']|^null$/i.test(text)) return text
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

/** TypeORM 0.3 writes the comment of a new table unquoted. */
export function quoteComments({ entityMetadatas }: DataSource): void {
  for (const metadata of entityMetadatas) {
    const comment = metadata.comment?.replaceAll("'", "''")
    Object.defineProperty(metadata, 'comment', { value: comment })
  }
}

interface Names {
  parseTableName(target: Target | string): object
  buildTableName(table: string, schema?: string): string
}

/** A table, an entity or a foreign key, with all that its table's name is made of. */
interface Target {
  name?: unknown
  schema?: unknown
  database?: unknown
  referencedTableName?: unknown
}

/**
 * Lets `synchronize` build a large schema in time that grows with it: TypeORM 1.1 compares every table
 * with every entity, in each of its steps, and takes both names apart for each comparison.
 */
export function rememberNames({ driver }: DataSource): void {
  const names = driver as unknown as Names
  const original = names.parseTableName.bind(driver)
  const known = new WeakMap<Target, { was: Target; parsed: object }>()
  names.parseTableName = (target) => {
    if (typeof target === 'string') return original(target)
    const last = known.get(target)
    if (last && isSame(last.was, target)) return last.parsed
    const parsed = original(target)
    const { name, schema, database, referencedTableName } = target
    known.set(target, { was: { name, schema, database, referencedTableName }, parsed })
    return parsed
  }
  names.buildTableName = (table, schema) => (schema ? `${schema}.${table}` : table)
}

function isSame(one: Target, other: Target): boolean {
  return (
    one.name === other.name &&
    one.schema === other.schema &&
    one.database === other.database &&
    one.referencedTableName === other.referencedTableName
  )
}

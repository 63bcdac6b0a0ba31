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

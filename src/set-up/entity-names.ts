import type { DataSource } from 'typeorm'

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

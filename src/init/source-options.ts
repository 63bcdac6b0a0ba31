import { configuredValue, propertyIn, withoutComments, type ConfigTexts } from './config-values'

/** Options of a DataSource as an ini says them, by key: `host` → `${DB_HOST:-localhost}`. */
export type FoundOptions = ReadonlyMap<string, string>

const keys = ['url', 'host', 'port', 'username', 'password', 'database', 'schema'] as const
const more = ['migrationsTableName'] as const

/**
 * The database's address in the text of a configuration of TypeORM's: literals, variables of the
 * environment, and what a configuration service, constants and properties hand on. What is computed
 * otherwise is left out. Pure.
 * @param texts the project's modules in which such values are looked up
 */
export function sourceOptions(given: string, texts: ConfigTexts = []): FoundOptions {
  const text = withoutComments(given)
  const postgres = text.search(/type\s*:\s*(?:<\w+>)?['"`]postgres['"`]/)
  const other = postgres < 0 ? otherEngine.exec(text) : null
  const start = other?.index ?? postgres
  const place = start < 0 ? text : text.slice(Math.max(0, start - 400), start + 1500)
  const found = new Map<string, string>(other?.[1] === undefined ? [] : [['type', other[1]]])
  for (const key of [...keys, ...more]) {
    const expression = propertyIn(place, key)
    const value = expression === undefined ? undefined : configuredValue(expression, text, texts)
    if (value !== undefined) found.set(key, value)
  }
  return found
}

/** A database beside PostgreSQL that scripts can run on. */
const otherEngine = /type\s*:\s*(?:<\w+>)?['"`](mysql|mariadb|better-sqlite3|sqlite)['"`]/

/** True where the options name a server or a database. Pure. */
export function hasAddress(options: FoundOptions): boolean {
  return ['url', 'host', 'database'].some((key) => options.has(key))
}

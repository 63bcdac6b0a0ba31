/** Options of a DataSource as an ini says them, by key: `host` → `${DB_HOST:-localhost}`. */
export type FoundOptions = ReadonlyMap<string, string>

const keys = ['url', 'host', 'port', 'username', 'password', 'database', 'schema'] as const
const more = ['migrationsTableName'] as const

/**
 * The database's address in the text of a configuration of TypeORM's: literals, variables of the
 * environment, and what a configuration service is asked for. What is computed otherwise is left out.
 * Pure.
 */
export function sourceOptions(text: string): FoundOptions {
  const postgres = text.search(/type\s*:\s*(?:<\w+>)?['"`]postgres['"`]/)
  const other = postgres < 0 ? otherEngine.exec(text) : null
  const start = other?.index ?? postgres
  const place = start < 0 ? text : text.slice(Math.max(0, start - 400), start + 1500)
  const found = new Map<string, string>(other?.[1] === undefined ? [] : [['type', other[1]]])
  for (const key of [...keys, ...more]) {
    const expression = new RegExp(`(?<![\\w.])${key}\\s*:\\s*([^\\n]+)`).exec(place)?.[1]
    const value = expression === undefined ? undefined : valueOf(expression)
    if (value !== undefined) found.set(key, value)
  }
  return found
}

/** A database beside PostgreSQL that scripts can run on. */
const otherEngine = /type\s*:\s*(?:<\w+>)?['"`](mysql|mariadb|better-sqlite3|sqlite)['"`]/

const variable = /process\.env(?:\.([A-Z_][\w]*)|\[\s*['"`]([\w]+)['"`]\s*\])/i
const service =
  /\.(?:get|getOrThrow)(?:<[^>]*>)?\(\s*['"`]([A-Z_][A-Z0-9_]*)['"`]\s*(?:,\s*([^)]+))?\)/
const literal = /^\s*(?:['"`]([^'"`$]*)['"`]|(\d+))\s*(?:,|\}|$|\/\/)/
const otherwise = /(?:\?\?|\|\|)\s*(?:['"`]([^'"`$]*)['"`]|(\d+))/

function valueOf(expression: string): string | undefined {
  const plain = literal.exec(expression)
  if (plain) return literalInIni(plain[1] ?? plain[2] ?? '')
  const asked = service.exec(expression)
  const named = variable.exec(expression)
  const name = asked?.[1] ?? named?.[1] ?? named?.[2]
  if (name === undefined) return undefined
  const given = otherwise.exec(expression)
  const fallback = given?.[1] ?? given?.[2] ?? asked?.[2]?.replace(/['"`]/g, '').trim()
  return fallback === undefined ? `\${${name}}` : `\${${name}:-${literalInIni(fallback)}}`
}

/** A text in which nothing is expanded when it stands in an ini. Pure. */
export function literalInIni(text: string): string {
  return text.replaceAll('%', '%%').replaceAll('${', () => '$${')
}

import type { ConnectionParts, EngineType } from '../value/setting-types'
import { bracketed, percentDecode } from './percent'

/** What a URL of MySQL, MariaDB or SQLite says. */
export interface EngineAddress {
  kind: 'engine'
  engine: EngineType
  /** Only what the URL names; `user` is called `username` by the keys, and is here as those have it. */
  parts: ConnectionParts
  rawPassword?: string
}

const types: readonly EngineType[] = ['mysql', 'mariadb', 'better-sqlite3', 'sqlite']

/** The driver of TypeORM that a text names, if it is one of these. */
export function engineType(text: string | undefined): EngineType | undefined {
  return types.find((type) => type === text)
}

/**
 * Reads `mysql://user:password@host:port/database` (also `mariadb://`) and `sqlite:PATH`; undefined for
 * any other scheme. Never throws.
 */
export function parseEngine(
  scheme: string,
  rest: string,
): { address: EngineAddress } | { problem: string; hint: string } | undefined {
  if (scheme === 'sqlite') {
    const path = rest.replace(/^\/\/(?=\/|\.|[^/]*$)/, '')
    if (path.trim() !== '') {
      return { address: { kind: 'engine', engine: 'better-sqlite3', parts: { database: path } } }
    }
    return { problem: 'sqlite: names no file', hint: 'Write sqlite:PATH.' }
  }
  if ((scheme !== 'mysql' && scheme !== 'mariadb') || !rest.startsWith('//')) return undefined
  const match = /^\/\/(?:([^:@/]*)(?::([^]*))?@)?(\[[^\]]*\]|[^:/?@]*)(?::(\d+))?\/([^?/]+)$/.exec(
    rest,
  )
  const hint = `Write ${scheme}://user:password@host:3306/database, with special characters percent-encoded.`
  if (!match) return { problem: 'database URL cannot be understood', hint }
  const [, user, password, place = '', port, database] = match
  const texts = { user, password, host: place.replace(/^\[(.*)\]$/, '$1'), database }
  const named = Object.entries(texts).flatMap(([name, text]) =>
    text === undefined || text === '' ? [] : [[name, percentDecode(text)] as const],
  )
  const parts: ConnectionParts = Object.fromEntries(named)
  if (port !== undefined) parts.port = Number(port)
  const secret = password ? { rawPassword: password } : {}
  return { address: { kind: 'engine', engine: scheme, parts, ...secret } }
}

/** Names the database in one phrase, without user or password. */
export function describeEngine(engine: EngineType, connection: ConnectionParts): string {
  const { host = 'localhost', port = 3306, database = '' } = connection
  if (engine === 'sqlite' || engine === 'better-sqlite3') return `SQLite database ${database}`
  return `database "${database}" at ${bracketed(host)}:${port}`
}

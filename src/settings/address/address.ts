import { applyQuery, knownQueryOptions, readPort, sslModeOf } from './address-query'
import { describeEngine, parseEngine, type EngineAddress } from './engine-address'
import { bracketed, hostInUrl, percentDecode, percentEncode } from './percent'
import type { ConnectionParts, DatabaseAddress } from '../value/setting-types'

/** What a database URL says; an embedded path is as written, not yet made absolute. */
export type ParsedAddress =
  | {
      kind: 'postgres'
      /** Only what the URL names: no default is filled in. */
      connection: ConnectionParts
      /** The password as the URL spells it: as secret as the decoded one. */
      rawPassword?: string
    }
  | { kind: 'embedded'; path: string; database?: string; major?: number }
  | EngineAddress

export type AddressReading =
  | { address: ParsedAddress }
  | {
      /** One lowercase line; never quotes the URL. */
      problem: string
      hint?: string
    }

/** True for a text that means a database rather than a file. */
export function looksLikeAddress(text: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]*:\/\/|embedded:|sqlite:)/i.test(text)
}

/**
 * Reads `postgres://user:password@host:port/database?options` (also `postgresql://`) and
 * `embedded:PATH[?major=17]`.
 * User, password, host and database are percent-decoded; a `%` that begins no code stays. A password
 * may hold `# ; % : @ / ?` unencoded: the first `@` after which host, port and database are possible
 * ends it. A socket folder is `?host=/folder` or `//%2Ffolder/database`. `sslmode` means what it
 * means to the `pg` package: every mode that encrypts also verifies, but for `no-verify` (or
 * `uselibpqcompat=true`). `sslrootcert`, `sslcert` and `sslkey` stay paths in `ssl.ca`, `ssl.cert`
 * and `ssl.key`. Never throws.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
export function parseAddress(text: string): AddressReading {
  const match = /^([a-z][a-z0-9+.-]*):([^]*)$/i.exec(text.trim())
  const scheme = match?.[1]?.toLowerCase()
  const rest = match?.[2] ?? ''
  if (scheme === 'embedded') return parseEmbedded(rest)
  if ((scheme === 'postgres' || scheme === 'postgresql') && rest.startsWith('//')) {
    return parsePostgres(rest.slice(2))
  }
  const engine = scheme === undefined ? undefined : parseEngine(scheme, rest)
  if (engine) return engine
  const hint = 'Write postgres://user@host:5432/database, or embedded:PATH.'
  if (scheme && rest.startsWith('//')) {
    return { problem: `"${scheme}" is no database that is supported here`, hint }
  }
  return { problem: 'not a database URL', hint }
}

function parseEmbedded(rest: string): AddressReading {
  const [, path = '', query] = /^([^]*?)(?:\?((?:[a-z_]+=[^?]*)?))?$/.exec(rest) ?? []
  if (path.trim() === '') {
    return { problem: 'embedded: names no folder', hint: 'Write embedded:PATH.' }
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) {
    return { problem: 'embedded: names a URL, not a folder', hint: 'Write embedded:PATH.' }
  }
  const address: Extract<ParsedAddress, { kind: 'embedded' }> = { kind: 'embedded', path }
  for (const [name, value] of new URLSearchParams(query)) {
    if (name === 'database' && value !== '') address.database = value
    else if (name === 'major' && /^[1-9]\d?$/.test(value)) address.major = Number(value)
    else if (name === 'major') return { problem: 'embedded: major is no number such as 17' }
    else {
      const hint = 'Write embedded:PATH?major=17 or embedded:PATH?database=NAME.'
      return { problem: `embedded: has no option "${name}"`, hint }
    }
  }
  return { address }
}

interface UrlPieces {
  user?: string
  password?: string
  host: string
  port: string
  database: string
  query: string
}

function parsePostgres(rest: string): AddressReading {
  const pieces = splitUrl(rest)
  if (!pieces) {
    const hint =
      'Write postgres://user:password@host:5432/database, with special characters percent-encoded.'
    return { problem: 'database URL cannot be understood', hint }
  }
  if (pieces.host.includes(',')) {
    const hint = 'Name the one host that takes writes.'
    return { problem: 'database URL names several hosts', hint }
  }
  const connection: ConnectionParts = {}
  if (pieces.host) connection.host = percentDecode(pieces.host.replace(/^\[(.*)\]$/, '$1'))
  if (pieces.user) connection.user = percentDecode(pieces.user)
  if (pieces.password) connection.password = percentDecode(pieces.password)
  if (pieces.database) connection.database = percentDecode(pieces.database)
  const port = pieces.port ? readPort(pieces.port) : undefined
  if (pieces.port && port === undefined) return { problem: 'port is no number from 1 to 65535' }
  if (port !== undefined) connection.port = port
  const wrong = applyQuery(connection, pieces.query)
  const raw = pieces.password ? { rawPassword: pieces.password } : {}
  return wrong ?? { address: { kind: 'postgres', connection, ...raw } }
}

/** Tries each `@` from the left as the end of user and password; without any, the whole is the place. */
function splitUrl(rest: string): UrlPieces | undefined {
  for (let at = rest.indexOf('@'); at !== -1; at = rest.indexOf('@', at + 1)) {
    const place = splitPlace(rest.slice(at + 1))
    if (!place) continue
    const login = rest.slice(0, at)
    const colon = login.indexOf(':')
    if (colon === -1) return { user: login, ...place }
    return { user: login.slice(0, colon), password: login.slice(colon + 1), ...place }
  }
  return splitPlace(rest)
}

function splitPlace(text: string): Omit<UrlPieces, 'user' | 'password'> | undefined {
  const match =
    /^(\[[0-9a-f:.%]+\]|[\w.,:%-]*?)(?::([^:/?@]*))?(?:\/([^/?]*))?(?:\?([^]*))?$/i.exec(text)
  if (!match) return undefined
  const [, host = '', port = '', database = '', query = ''] = match
  const several = host.includes(',')
  if (host.includes(':') && !host.startsWith('[') && !several) return undefined
  if (database.includes('@') || !plausibleQuery(query)) return undefined
  return { host, port, database, query }
}

/** A `?` in a password begins something that only looks like options. */
function plausibleQuery(query: string): boolean {
  if (!query.includes('@')) return true
  return query.split('&').every((pair) => knownQueryOptions.has(pair.replace(/=[^]*$/, '')))
}

/** Names the database in one phrase, without user, password or options. */
export function describeAddress(address: DatabaseAddress): string {
  if (address.kind === 'data_source') return `database of ${address.file}`
  if (address.kind === 'engine') return describeEngine(address.engine, address.connection)
  if (address.kind === 'versions') return `versions of ${address.file}`
  if (address.kind === 'runner') {
    return `runner ${address.file}${address.name === undefined ? '' : `:${address.name}`}`
  }
  if (address.kind === 'embedded') {
    return `embedded database "${address.database}" in ${address.path}`
  }
  const { host = 'localhost', port = 5432, user, database = user } = address.connection
  const place = host.startsWith('/') ? `${host}, port ${port}` : `${bracketed(host)}:${port}`
  return database === undefined ? `database at ${place}` : `database "${database}" at ${place}`
}

/**
 * Writes a `postgres://` address that psql takes, sockets (`?host=/folder`) and `sslmode` included;
 * certificates given as text have no place in a URL and are left out. `masked` writes `***` for the
 * password; without it the result holds the password.
 */
export function addressUrl(
  connection: ConnectionParts,
  { masked }: { masked: boolean } = { masked: true },
): string {
  const { host = 'localhost', port = 5432, user, password, database } = connection
  const secret = password ? ':' + (masked ? '***' : percentEncode(password)) : ''
  const login = user || secret ? `${percentEncode(user ?? '')}${secret}@` : ''
  const socket = host.startsWith('/')
  const place = socket ? '' : `${hostInUrl(host)}:${port}`
  const query: [string, string][] = socket
    ? [
        ['host', host],
        ['port', String(port)],
      ]
    : []
  const sslmode = sslModeOf(connection.ssl)
  if (sslmode) query.push(['sslmode', sslmode])
  if (connection.application_name) query.push(['application_name', connection.application_name])
  if (typeof connection['options'] === 'string') query.push(['options', connection['options']])
  const options = query.map(([name, value]) => `${name}=${percentEncode(value, './-')}`).join('&')
  return `postgres://${login}${place}/${percentEncode(database ?? '')}${options && '?' + options}`
}

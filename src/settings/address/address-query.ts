import { distance } from '../value/nearest'
import { percentDecode } from './percent'
import type { ConnectionParts } from '../value/setting-types'

type Apply = (connection: ConnectionParts, value: string) => string | undefined

/** Sets a text option of the same or another name. */
function setText(name: string): Apply {
  return (connection, value) => {
    connection[name] = value
    return undefined
  }
}

function sslFile(name: string): Apply {
  return (connection, value) => {
    if (name === 'ca' && value === 'system') return undefined
    connection.ssl = { ...sslObject(connection), [name]: value }
    return undefined
  }
}

function sslObject({ ssl }: ConnectionParts): Record<string, unknown> {
  return typeof ssl === 'object' ? ssl : {}
}

const options: Readonly<Record<string, Apply>> = {
  host: setText('host'),
  hostaddr: setText('host'),
  user: setText('user'),
  username: setText('user'),
  password: setText('password'),
  dbname: setText('database'),
  database: setText('database'),
  db: setText('database'),
  application_name: setText('application_name'),
  fallback_application_name: setText('fallback_application_name'),
  client_encoding: setText('client_encoding'),
  options: setText('options'),
  port: (connection, value) => {
    const port = readPort(value)
    if (port === undefined) return 'port is no number from 1 to 65535'
    connection.port = port
    return undefined
  },
  connect_timeout: (connection, value) => {
    if (!/^\d{1,6}$/.test(value)) return 'connect_timeout is no number of seconds'
    if (Number(value) > 0) connection['connectionTimeoutMillis'] = Number(value) * 1000
    return undefined
  },
  keepalives: (connection, value) => {
    connection['keepAlive'] = value !== '0'
    return undefined
  },
  ssl: (connection, value) => applySslMode(connection, isFalse(value) ? 'disable' : 'verify-full'),
  sslmode: (connection, value) => applySslMode(connection, value),
  sslrootcert: sslFile('ca'),
  sslcert: sslFile('cert'),
  sslkey: sslFile('key'),
  sslpassword: sslFile('passphrase'),
  sslnegotiation: setText('sslnegotiation'),
  target_session_attrs: () => undefined,
  uselibpqcompat: () => undefined,
}

/** Names that a URL's query may have. Others are passed on to pg as they are. */
export const knownQueryOptions: ReadonlySet<string> = new Set(Object.keys(options))

/**
 * Reads the part of a URL after `?` into `connection`: options of libpq and pg by pg's names. Those
 * that are unknown are kept as text, unless they are a misspelt known one.
 * Returns what is wrong, or undefined.
 */
export function applyQuery(
  connection: ConnectionParts,
  query: string,
): { problem: string; hint?: string } | undefined {
  const pairs = query
    .split('&')
    .filter(Boolean)
    .map((pair) => pair.split(/=([^]*)/))
    .map(([name = '', value = '']) => [percentDecode(name), percentDecode(value)] as const)
  for (const [name, value] of pairs) {
    const apply = Object.hasOwn(options, name) ? options[name] : undefined
    const meant = apply ? undefined : [...knownQueryOptions].find((known) => near(name, known))
    if (meant) return { problem: `URL option "${name}" is unknown`, hint: `Did you mean ${meant}?` }
    const problem = (apply ?? setText(name))(connection, value)
    if (problem) return { problem }
  }
  if (new Map(pairs).get('uselibpqcompat') === 'true') asLibpq(connection, new Map(pairs))
  return undefined
}

function near(name: string, known: string): boolean {
  return name.length > 3 && distance(name, known) <= 2
}

/** A port from its digits, or undefined. */
export function readPort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0
  return port >= 1 && port <= 65535 ? port : undefined
}

function isFalse(value: string): boolean {
  return /^(?:false|0|no|off)$/i.test(value)
}

const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']

/**
 * Applies `sslmode` as pg 8 does: `disable` and `allow` are no encryption, `no-verify` encrypts only,
 * the others encrypt and verify. Returns what is wrong, or undefined.
 */
export function applySslMode(connection: ConnectionParts, mode: string): string | undefined {
  if (!sslModes.includes(mode)) return `sslmode is none of ${sslModes.join(', ')}`
  if (mode === 'disable' || mode === 'allow') connection.ssl = false
  else {
    const verify = mode === 'no-verify' ? { rejectUnauthorized: false } : {}
    connection.ssl = { ...sslObject(connection), ...verify }
  }
  return undefined
}

/** libpq itself verifies only in the `verify-` modes, and in `require` when it has a certificate. */
function asLibpq(connection: ConnectionParts, query: ReadonlyMap<string, string>): void {
  const mode = query.get('sslmode')
  const unverified = mode === 'prefer' || (mode === 'require' && !query.has('sslrootcert'))
  if (unverified) connection.ssl = { ...sslObject(connection), rejectUnauthorized: false }
}

/** The `sslmode` that psql needs to connect as `ssl` says; undefined where nothing was said. */
export function sslModeOf(ssl: ConnectionParts['ssl']): string | undefined {
  if (ssl === undefined) return undefined
  return ssl === false ? 'disable' : 'require'
}

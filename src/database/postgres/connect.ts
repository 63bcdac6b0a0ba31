import { hostname, userInfo } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, ClientConfig } from 'pg'
import { MigrationError } from '../../errors'
import type { ConnectionParts } from '../../settings/value/setting-types'
import { connectionFailed, isNotUpYet } from './connection-failure'
import { Session } from './session'

export interface ConnectOptions {
  /** For messages: `database "app" at localhost:5432`. */
  label: string
  /** Milliseconds to go on trying while the server is not up yet. */
  wait: number
  /** Milliseconds to go on trying while the server has no connection left (53300). */
  patience: number
  /** Ends the trying. */
  signal?: AbortSignal | undefined
}

/** Who we are in pg_stat_activity: `typetrek ann@build-7 4711`, at most 63 bytes. */
export function applicationName(): string {
  return `typetrek ${userName()}@${hostname()} ${process.pid}`.slice(0, 63)
}

/**
 * Opens one connection. A server that is starting up, is not there yet or has no connection left is
 * tried again for as long as the options say.
 * @throws {MigrationError} CONNECTION_FAILED, ACCESS_DENIED, DATABASE_NOT_FOUND, TLS_FAILED, with what
 *   to look at
 */
export async function connect(parts: ConnectionParts, options: ConnectOptions): Promise<Session> {
  return patiently(() => connectOnce(parts), options)
}

/**
 * Opens something that connects, and again while the server is not up yet or has no connection left.
 * @throws {MigrationError} CONNECTION_FAILED, with what to look at
 */
export async function patiently<Result>(
  open: () => Promise<Result>,
  options: ConnectOptions,
): Promise<Result> {
  try {
    return await whileRefused(open, options)
  } catch (error) {
    if (error instanceof MigrationError) throw error
    throw connectionFailed(error, options.label)
  }
}

/** The same, but throws what `open` throws. */
export async function whileRefused<Result>(
  open: () => Promise<Result>,
  options: Pick<ConnectOptions, 'wait' | 'patience' | 'signal'>,
): Promise<Result> {
  const start = Date.now()
  for (let attempt = 0; ; attempt++) {
    try {
      return await open()
    } catch (error) {
      const patience = patienceFor(error, options)
      if (options.signal?.aborted || Date.now() - start >= patience) throw error
      await sleep(Math.min(1000, 50 * 1.5 ** attempt) * (0.5 + Math.random()))
    }
  }
}

/** Without a word from the other side for a minute or so, the connection counts as gone. */
const keepAlive = { keepAlive: true, keepAliveInitialDelayMillis: 30_000 }

async function connectOnce(parts: ConnectionParts): Promise<Session> {
  const pg = driver()
  const config: ClientConfig = { application_name: applicationName(), ...keepAlive, ...parts }
  const client: Client = new pg.Client(config)
  let failure: Error | undefined
  client.on('error', (error) => (failure = error)) // a failing connect also emits; the promise reports it
  await client.connect()
  if (failure) throw failure
  return new Session(client, () => client.end())
}

/**
 * `pg` looks for Cloudflare's `navigator`; where there is none, as in Node 20, it makes a `Response`, and
 * that loads Node's whole HTTP client: 10 ms. So there is one while it loads.
 */
function driver(): typeof import('pg') {
  const nodes = { userAgent: `Node.js/${process.versions.node}` } // as newer versions have it
  const bare = !('navigator' in globalThis)
  if (bare) Object.defineProperty(globalThis, 'navigator', { value: nodes, configurable: true })
  try {
    return require('pg') as typeof import('pg')
  } finally {
    if (bare) Reflect.deleteProperty(globalThis, 'navigator')
  }
}

function patienceFor(
  error: unknown,
  { wait, patience }: Pick<ConnectOptions, 'wait' | 'patience'>,
): number {
  if ((error as { code?: string }).code === '53300') return Math.max(wait, patience)
  return isNotUpYet(error) ? wait : 0
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? '')
  }
}

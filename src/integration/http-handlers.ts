import type { IncomingMessage, ServerResponse } from 'node:http'
import { MigrationError, type ErrorCode } from '../errors'
import type { Scripts } from '../library/open-migrator'
import { executeShape, type ExecuteOptions } from '../migrator/option-shapes'
import type { DatabaseGiven } from '../migrator/pick-migrator'
import { callable, checkArgument, flag } from '../settings/value/arguments'
import { LateMigrator, schemaStateOf } from './schema-state'

/** How the handlers behave. */
export interface MigrationHandlerOptions extends Omit<ExecuteOptions, 'signal'> {
  /** Who may ask: true lets the request through. There is no default. */
  authorize: (request: IncomingMessage, action: 'status' | 'migrate') => boolean | Promise<boolean>
  /** The handlers answer 404 unless this is true, so that nobody opens them by installing a package. */
  enabled?: boolean
}

/** A handler as node:http, Express and Connect call it. It answers every request, and never throws. */
export type MigrationHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** The pair of handlers, and what ends them. */
export interface MigrationHandlers {
  /** `GET`: whether the schema is current, what is pending, failed and being run. */
  status: MigrationHandler
  /** `POST …?target=20260102100000`, or `latest`, `next`, `previous`, `0`: goes there, up or down. */
  migrate: MigrationHandler
  close(): Promise<void>
}

const shape = { ...executeShape, authorize: callable, enabled: flag }

/**
 * Two handlers for an application's admin routes. They are off until `enabled` says otherwise, and each request
 * must pass `authorize` first. Whoever may call `migrate` may run every script up and down.
 *
 * Answers are JSON. Status: 200; migrate: 200 when done, 409 where another migrator is at work or the database
 * has changed, 400 for a target that makes no sense, 500 where a script failed; 401 without authorization, 404
 * when off.
 *
 * @throws {MigrationError} USAGE without an authorization function
 *
 * @example
 * const { status, migrate } = migrationHandlers(pool, 'migration', {
 *   enabled: true,
 *   authorize: (request) => request.headers.authorization === `Bearer ${token}`,
 * })
 * server.on('request', (request, response) => {
 *   if (request.url === '/admin/schema') return status(request, response)
 *   return migrate(request, response)
 * })
 */
export function migrationHandlers(
  on: DatabaseGiven,
  scripts: Scripts,
  options: MigrationHandlerOptions,
): MigrationHandlers {
  checkArgument('the options object', options, shape, ['authorize'])
  const { enabled = false, authorize, ...given } = options
  const migrator = new LateMigrator(on, scripts)
  const guarded =
    (action: 'status' | 'migrate', method: string, work: Work): MigrationHandler =>
    async (request, response) => {
      // its end is the answer's too: an aborted request does not stop a migration half-way
      const answer = await answered(request, {
        enabled,
        method,
        authorized: () => Promise.resolve(authorize(request, action)),
        work,
        hide: async (text) => (await migrator.get()).hide(text),
      })
      send(response, answer)
    }
  return {
    status: guarded('status', 'GET', async () => ({
      status: 200,
      body: schemaStateOf(await (await migrator.get()).status()),
    })),
    migrate: guarded('migrate', 'POST', async (request) => {
      const target = targetOf(request)
      const { steps } = await (await migrator.get()).migrateTo(target, given)
      return { status: 200, body: { outcome: 'success', steps } }
    }),
    close: () => migrator.close(),
  }
}

type Work = (request: IncomingMessage) => Promise<HttpAnswer>

interface HttpAnswer {
  status: number
  body: object
  /** The method, where another one was used. */
  allow?: string
}

interface Guard {
  enabled: boolean
  method: string
  authorized: () => Promise<boolean>
  work: Work
  hide: (text: string) => Promise<string>
}

async function answered(request: IncomingMessage, guard: Guard): Promise<HttpAnswer> {
  if (!guard.enabled) return { status: 404, body: { outcome: 'off' } }
  let authorized: unknown // a caller without types may give back anything
  try {
    authorized = await guard.authorized()
  } catch {
    return { status: 500, body: { outcome: 'error' } } // nothing of it is for who is not let in
  }
  try {
    if (authorized !== true) return { status: 401, body: { outcome: 'refused' } }
    if (request.method !== guard.method)
      return { status: 405, body: { outcome: 'refused' }, allow: guard.method }
    return await guard.work(request)
  } catch (error) {
    return failed(error, guard)
  }
}

/** What is no expected failure shows nothing of itself to the network. */
async function failed(error: unknown, { hide }: Guard): Promise<HttpAnswer> {
  if (!(error instanceof MigrationError)) return { status: 500, body: { outcome: 'error' } }
  const { code, results } = error
  const message = await hide(error.message).catch(() => code)
  const body = { outcome: 'error', ...(results && { steps: results }), error: { code, message } }
  return { status: statuses[code] ?? 500, body }
}

const statuses: Partial<Record<ErrorCode, number>> = {
  USAGE: 400,
  UNKNOWN_REVISION: 400,
  IRREVERSIBLE: 409,
  LOCK_WAIT_EXPIRED: 409,
  CLAIM_REFUSED: 409,
  STALE_PLAN: 409,
}

function targetOf({ url = '' }: IncomingMessage): string {
  const target = new URLSearchParams(/\?([^#]*)/.exec(url)?.[1]).get('target')
  if (target !== null) return target
  throw new MigrationError('USAGE', 'the request names no target', {
    hint: 'Add ?target=latest, a revision, next, previous or 0.',
  })
}

function send(response: ServerResponse, { status, body, allow }: HttpAnswer): void {
  // `authorize` may have answered by itself
  if (response.headersSent || response.writableEnded) return
  const text = `${JSON.stringify(body)}\n`
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...(allow !== undefined && { allow }),
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

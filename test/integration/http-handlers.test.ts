import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'

import {
  migrationHandlers,
  type MigrationHandlerOptions,
} from '../../src/integration/http-handlers'
import { MigrationError } from '../../src/errors'
import { withDatabase, type TestDatabase } from '../support/database'
import { testPool } from '../support/pool'

const scripts = [
  { name: '1_a', sql: 'CREATE TABLE a ()', downgradeSql: 'DROP TABLE a' },
  { name: '2_b', sql: 'CREATE TABLE b ()', downgradeSql: 'DROP TABLE b' },
  { name: '3_c', sql: 'SELECT 1/0' },
]

type Ask = (
  method: string,
  path: string,
  token?: string,
) => Promise<[number, Record<string, unknown>]>

async function served(
  { connection }: TestDatabase,
  options: Partial<MigrationHandlerOptions>,
  work: (ask: Ask) => Promise<void>,
): Promise<void> {
  const pool = testPool({ ...connection, max: 4 })
  const { status, migrate, close } = migrationHandlers(pool, scripts, {
    authorize: (request) => request.headers.authorization === 'Bearer secret',
    ...options,
  })
  const server = createServer((request, response) => {
    void (request.url?.startsWith('/status') ? status : migrate)(request, response)
  })
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle))
  const { port } = server.address() as AddressInfo
  try {
    await work(async (method, path, token = 'secret') => {
      const headers = { authorization: `Bearer ${token}` }
      const response = await fetch(`http://127.0.0.1:${port}/${path}`, { method, headers })
      return [response.status, (await response.json()) as Record<string, unknown>]
    })
  } finally {
    await close()
    await pool.end()
    await new Promise((settle) => server.close(settle))
  }
}

test('an endpoint shows the status and migrates to any target, for whom the caller lets', async () => {
  await withDatabase((database) =>
    served(database, { enabled: true }, async (ask) => {
      assert.equal((await ask('GET', 'status', 'guess'))[0], 401)
      assert.equal((await ask('POST', 'migrate?target=2', 'guess'))[0], 401)
      const [, before] = await ask('GET', 'status')
      assert.deepEqual(before['pending'], ['1', '2', '3'])
      const [code, up] = await ask('POST', 'migrate?target=2')
      assert.deepEqual([code, up['outcome']], [200, 'success'])
      assert.equal((await ask('GET', 'status'))[1]['revision'], '2')
      await ask('POST', 'migrate?target=1')
      assert.equal((await ask('GET', 'status'))[1]['revision'], '1')
      assert.equal((await ask('GET', 'migrate?target=0'))[0], 405)
      assert.equal((await ask('POST', 'migrate'))[0], 400)
      assert.equal((await ask('POST', 'migrate?target=77'))[0], 400)
      const [failed, { error, steps }] = await ask('POST', 'migrate?target=latest')
      assert.equal(failed, 500)
      assert.equal((error as { code: string }).code, 'SCRIPT_FAILED')
      assert.equal((steps as unknown[]).length, 2)
    }),
  )
})

test('the handlers are off unless the caller turns them on, and cannot be made without authorization', async () => {
  await withDatabase((database) =>
    served(database, {}, async (ask) => {
      assert.equal((await ask('GET', 'status'))[0], 404)
      assert.equal((await ask('POST', 'migrate?target=latest'))[0], 404)
    }),
  )
  const without = () => migrationHandlers('postgres://nowhere/none', scripts, {} as never)
  assert.throws(without, { code: 'USAGE' })
})

test('an authorization that throws lets nobody in and shows nothing', async () => {
  await withDatabase((database) => {
    const authorize = () => Promise.reject(new Error('secret of the token service'))
    return served(database, { enabled: true, authorize }, async (ask) => {
      assert.deepEqual(await ask('POST', 'migrate?target=latest'), [500, { outcome: 'error' }])
      assert.equal((await ask('GET', 'status'))[0], 500)
    })
  })
  const refuse = () => Promise.reject(new MigrationError('CONNECTION_FAILED', 'nobody at 10.0.0.1'))
  const ofOurs = await answerOf({ authorize: refuse }, '/migrate?target=latest')
  assert.deepEqual(ofOurs, [500, '{"outcome":"error"}\n'])
})

/** What `migrate` answers to a POST, by a handler whose database is nowhere. */
async function answerOf(
  options: Pick<MigrationHandlerOptions, 'authorize'>,
  url: string,
  headersSent = false,
): Promise<[number | undefined, string | undefined]> {
  const answer: [number | undefined, string | undefined] = [undefined, undefined]
  const { migrate, close } = migrationHandlers('postgres://nowhere/none', scripts, {
    enabled: true,
    ...options,
  })
  const response = {
    headersSent,
    writeHead: (status: number) => (answer[0] = status),
    end: (text: string) => (answer[1] = text),
  }
  await migrate({ method: 'POST', url } as never, response as never)
  await close()
  return answer
}

test('a request of any form gets an answer, and one that authorize has answered gets no second one', async () => {
  const authorize = () => true
  assert.equal((await answerOf({ authorize }, '//'))[0], 400)
  assert.deepEqual(await answerOf({ authorize }, '/', true), [undefined, undefined])
})

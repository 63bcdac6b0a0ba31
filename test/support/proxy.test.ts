import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from 'pg'
import { withDatabase, type TestDatabase } from './database'
import { startProxy, type Guard, type Passage } from './proxy'

/** Gives a client that goes through a proxy; what it throws when it is cut off is the test's. */
async function through(
  guard: Guard,
  work: (client: Client, database: TestDatabase) => Promise<void>,
) {
  await withDatabase(async (database) => {
    const proxy = await startProxy(database.connection, guard)
    const { user, name } = { user: database.connection.user, name: database.name }
    const client = new Client({ host: '127.0.0.1', port: proxy.port, user, database: name })
    client.on('error', () => undefined) // a connection that is cut tells it here too
    try {
      await client.connect()
      await work(client, database)
    } finally {
      await proxy.close()
    }
  })
}

const insert = 'BEGIN; INSERT INTO a VALUES (1); COMMIT'

/** Does to the message that `pick` picks what `passage` says, once the table is there. */
async function rowsAfter(pick: (from: string, type: string) => boolean, passage: Passage) {
  const rows: object[] = []
  const guard: Guard = ({ from, type, exchange }) =>
    exchange === 1 && pick(from, type) ? passage : 'pass'
  await through(guard, async (client, database) => {
    await client.query('CREATE TABLE a (i int)')
    await assert.rejects(client.query(insert))
    rows.push(...(await database.query('SELECT i FROM a')))
  })
  return rows
}

test('what passes is passed as it is, and exchanges are counted from the first query', async () => {
  const seen: string[] = []
  const guard: Guard = ({ from, type, exchange, connection }) => {
    if (/[QPSZ]/.test(type) && (from === 'client' || type === 'Z'))
      seen.push(`${connection.number} ${type}${exchange}`)
    return 'pass'
  }
  await through(guard, async (client, database) => {
    const { rows } = await client.query('SELECT 1 AS one')
    const more = await client.query('SELECT $1::text AS text', ['é'.repeat(100_000)])

    assert.deepEqual(rows, [{ one: 1 }])
    assert.equal((more.rows[0] as { text: string }).text.length, 100_000)
    assert.deepEqual(seen, ['0 Z-1', '0 Q0', '0 Z0', '0 P1', '0 S1', '0 Z1'])
    assert.deepEqual(await database.query('SELECT 1 AS one'), [{ one: 1 }])
  })
})

test('a query that is cut, or cut in half, is not run', async () => {
  assert.deepEqual(await rowsAfter((from) => from === 'client', 'cut'), [])
  assert.deepEqual(await rowsAfter((from) => from === 'client', { bytes: 10 }), [])
})

test('an answer that is cut belongs to a query that was run', async () => {
  assert.deepEqual(await rowsAfter((from, type) => from === 'server' && type === 'Z', 'cut'), [
    { i: 1 },
  ])
})

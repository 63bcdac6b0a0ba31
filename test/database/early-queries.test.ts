import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pool } from 'pg'
import { answeredTogether, getReady, queriesOf } from '../../src/catalog/early-queries'
import { halves } from '../../src/catalog/readings'
import { withDatabase } from '../support/database'
import { testPool } from '../support/pool'

const one = 'SELECT pg_backend_pid() AS pid'
const two = `SELECT count(*)::int AS n FROM pg_class WHERE relname = 'made_later'`
const three = 'SELECT name FROM pg_prepared_statements ORDER BY 1'

async function ask(pool: Pool): Promise<object[][]> {
  const client = await answeredTogether(pool).connect()
  try {
    const rows: object[][] = []
    for (const text of [two, one, three]) rows.push((await client.query<object>(text)).rows)
    return rows
  } finally {
    client.release()
  }
}

async function withPool(work: (pool: Pool) => Promise<void>): Promise<void> {
  await withDatabase(async ({ url }) => {
    const pool = testPool({ connectionString: url, max: 1 })
    try {
      await work(pool)
    } finally {
      await pool.end()
    }
  })
}

test('what is run early is answered by what is there when it is asked for', () =>
  withPool(async (pool) => {
    for (const planned of [false, true]) {
      await getReady(pool, [one, two, three], planned)
      await pool.query('CREATE TABLE made_later (); SELECT 1')
      const [counted, backend, names] = await ask(pool)
      await pool.query('DROP TABLE made_later; SELECT 1')

      assert.deepEqual(counted, [{ n: 1 }])
      assert.deepEqual(backend, (await pool.query<object>(one)).rows)
      assert.equal(names?.length, planned ? 3 : 0)
    }
    assert.deepEqual(queriesOf(pool), [two, one, three])
  }))

test('a connection that has taken the place of another one is asked as a new one', () =>
  withPool(async (pool) => {
    await getReady(pool, [one, two, three], true)
    const before = await ask(pool)
    await pool.query('SELECT pg_terminate_backend(pg_backend_pid())').catch(() => undefined)
    const after = await ask(pool)

    assert.notDeepEqual(after[1], before[1])
    assert.deepEqual([after[0], after[2]], [[{ n: 0 }], []])
  }))

test('a second connection answers its part, under the same search_path, and is asked again for each use', () =>
  withDatabase(async ({ url }) => {
    const pool = testPool({ connectionString: url, max: 1 })
    const beside = testPool({ connectionString: url, max: 1 })
    const path = 'SELECT current_setting($$search_path$$) AS path'
    try {
      await getReady(pool, [two, three])
      await getReady(beside, [one, path])
      for (const n of [0, 1]) {
        const client = await answeredTogether(pool, beside).connect()
        const rows: object[][] = []
        for (const text of [two, one, path]) rows.push((await client.query<object>(text)).rows)
        client.release()

        const [other] = (await beside.query<object>(one)).rows
        assert.deepEqual(rows, [[{ n }], [other], [{ path: 'pg_catalog, pg_temp' }]])
        await pool.query('CREATE TABLE IF NOT EXISTS made_later ()')
      }
      assert.deepEqual(queriesOf(pool), [two, one, path])
    } finally {
      await Promise.all([pool.end(), beside.end()])
    }
  }))

test('queries are cut into lists that take as long', () => {
  assert.deepEqual(halves(['a', 'bbbb', 'cc', 'ddd']), [
    ['bbbb', 'a'],
    ['ddd', 'cc'],
  ])
  assert.deepEqual(halves([]), [[], []])
})

test('where one of them fails, all are asked one by one, and the error is its own', () =>
  withPool(async (pool) => {
    await getReady(pool, [one, 'SELECT 1 / 0 AS never', two], true)
    const client = await answeredTogether(pool).connect()
    await client.query('BEGIN')
    const { rows } = await client.query<object>(two)
    await assert.rejects(client.query('SELECT 1 / 0 AS never'), /division by zero/)
    await client.query('ROLLBACK')
    client.release()

    assert.deepEqual(rows, [{ n: 0 }])
  }))

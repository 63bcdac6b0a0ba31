import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrateTo } from '../../src'
import { withDatabase } from '../support/database'
import { failureOf } from '../support/failure'

const level = 'INSERT INTO seen SELECT current_setting($$transaction_isolation$$)'
const scripts = [
  { name: '1_a', sql: `CREATE TABLE seen (level text); ${level}` },
  {
    name: '2_b',
    upgrade: async (queryRunner: { query(sql: string): Promise<unknown> }) => {
      await queryRunner.query(level)
    },
  },
]
const settings = { transaction: 'all', isolation: 'serializable' }

test('isolation = serializable holds for the one transaction of a run', async () => {
  await withDatabase(async ({ url, query }) => {
    for (const some of [scripts, scripts.slice(0, 1)]) {
      await query('DROP TABLE IF EXISTS seen, migration_journal')
      await migrateTo(url, some, 'latest', { settings })

      assert.deepEqual(await query('SELECT DISTINCT level FROM seen'), [{ level: 'serializable' }])
    }
  })
})

test("a caller's open transaction must have that level already", async () => {
  await withDatabase(async ({ client, query }) => {
    const lent = await client()
    await lent.query('BEGIN')
    const refused = await failureOf(migrateTo(lent, scripts, '1', { settings }))
    assert.equal(refused.code, 'TRANSACTION_MODE')
    await lent.query('ROLLBACK; BEGIN ISOLATION LEVEL SERIALIZABLE')
    await migrateTo(lent, scripts, '1', { settings })
    await lent.query('COMMIT')

    assert.deepEqual(await query('SELECT level FROM seen'), [{ level: 'serializable' }])
  })
})

test('isolation without transaction = all is refused', async () => {
  const given = { settings: { isolation: 'serializable' } }
  const { code, message } = await failureOf(
    migrateTo('postgres://nowhere/none', scripts, 'latest', given),
  )

  assert.equal(code, 'SETTINGS_INVALID')
  assert.match(message, /isolation is for one transaction/)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PGlite } from '@electric-sql/pglite'
import { execute, migrateTo, plan, type ScriptObject } from '../../src'
import { failureOf } from '../support/failure'

const scripts: ScriptObject[] = [
  { name: '1_a', sql: 'CREATE TABLE a (id int)', downgradeSql: 'DROP TABLE a' },
  {
    name: '2_b',
    upgrade: async (queryRunner) => {
      await queryRunner.query('INSERT INTO a VALUES ($1)', [7])
    },
    downgrade: async (queryRunner) => {
      await queryRunner.query('DELETE FROM a')
    },
  },
  {
    name: '3_c',
    sql: 'CREATE INDEX CONCURRENTLY a_id ON a (id)',
    downgradeSql: 'DROP INDEX a_id',
  },
]

test('a PGlite is migrated up and down, by SQL and by functions, and stays open', async () => {
  const pglite = await PGlite.create()
  await execute(pglite, await plan(pglite, scripts))
  assert.deepEqual((await pglite.query('SELECT id FROM a')).rows, [{ id: 7 }])
  const bad = [...scripts, { name: '4_d', sql: 'CREATE TABLE d (); SELECT 1/0' }]
  const failed = await failureOf(migrateTo(pglite, bad))
  assert.equal(failed.sqlstate, '22012')
  await migrateTo(pglite, scripts, '0')
  assert.deepEqual(
    (await pglite.query("SELECT relname FROM pg_class WHERE relname IN ('a', 'd')")).rows,
    [],
  )
  await pglite.close()
  assert.equal((await failureOf(migrateTo(pglite, scripts))).code, 'USAGE')
})

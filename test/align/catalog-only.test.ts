import assert from 'node:assert/strict'
import { test } from 'node:test'
import { traceRenames } from '../../src/align/catalog-only'
import { Databases } from '../add-script/scratch'

const schema = `CREATE TABLE t (id int CONSTRAINT t_id PRIMARY KEY, n int CONSTRAINT t_n CHECK (n > 0));
CREATE TABLE u (t int CONSTRAINT u_t REFERENCES t); INSERT INTO t VALUES (1, 1); CREATE SEQUENCE s;`

test('a statement that writes a table again, or locks more than it must, is no rename', async () => {
  await Databases.with(async (databases) => {
    const pool = databases.open(await databases.make(schema))
    const index = await traceRenames(pool, ['ALTER INDEX t_id RENAME TO t_pkey'], new Set())
    assert.deepEqual(index, { failures: [], locked: [] })
    const key = 'ALTER TABLE u RENAME CONSTRAINT u_t TO u_fkey'
    assert.deepEqual(await traceRenames(pool, [key], new Set(['u'])), {
      failures: [],
      locked: ['u'],
    })
    const widened =
      'ALTER TABLE t RENAME CONSTRAINT t_pkey TO t_id; ALTER TABLE t ALTER n TYPE bigint'
    const { failures } = await traceRenames(pool, [widened], new Set(['s']))
    assert.deepEqual(
      failures.map((line) => line.replace(/\d+/, '')),
      [
        'public.t is written again.',
        'public.t_pkey is written again.',
        't is locked, though no constraint of it is renamed.',
        't_id is locked, though no constraint of it is renamed.',
      ],
    )
  })
})

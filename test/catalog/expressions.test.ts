import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settledText } from '../../src/catalog/expressions'
import { Databases } from '../add-script/scratch'

const conditions = [
  'a BETWEEN 1 AND 5 AND b > 0',
  'b > 0 AND a BETWEEN 1 AND 5',
  'a NOT BETWEEN 1 AND 5 OR b > 0',
  'a BETWEEN 1 AND 5 OR b > 0',
  'NOT (a BETWEEN 1 AND 5 AND b > 0)',
  "a BETWEEN 1 AND 3 AND b BETWEEN 1 AND 4 AND c > ') AND ('",
  'a BETWEEN SYMMETRIC 1 AND 5 AND b > 0',
  '(a, b) IS DISTINCT FROM (1, 2) OR c IS NULL',
  '(a, b) = (1, 2) AND c IS NULL AND (f OR g)',
  'CASE WHEN a BETWEEN 1 AND 2 AND b > 3 THEN true ELSE false END',
  '((a, b) = (1, 2) AND f) AND g AND (f AND (a BETWEEN 1 AND 2 AND g))',
  'coalesce(a BETWEEN 1 AND 2 AND b > 3, f)',
  '(CASE WHEN f THEN g END OR f) OR a NOT BETWEEN 2 AND 3',
  `v IN ('a', 'b') AND a BETWEEN 1 AND 2`,
]

// supabase/pg-toolbelt, deparse-settle: PostgreSQL writes some expressions otherwise once it has read its own text
test('a condition is compared as PostgreSQL writes it from the second time on', () =>
  Databases.with(async (databases) => {
    const pool = databases.open(
      await databases.make(
        'CREATE TABLE t (a int, b int, c text, f boolean, g boolean, v varchar)',
      ),
    )
    const written = async (definition: string): Promise<string> => {
      await pool.query(`ALTER TABLE t DROP CONSTRAINT IF EXISTS k, ADD CONSTRAINT k ${definition}`)
      const { rows } = await pool.query<{ text: string }>(
        `SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE conname = 'k'`,
      )
      return rows[0]!.text
    }
    for (const condition of conditions) {
      const first = await written(`CHECK (${condition})`)
      const second = await written(first)
      assert.equal(settledText(first), second, condition)
      assert.equal(settledText(second), second, condition)
    }
  }))

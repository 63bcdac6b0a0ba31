import assert from 'node:assert/strict'
import { test } from 'node:test'

import { compatibleRows } from './both-ends'
import { likeTexts, matchingTexts } from '../../src/sample-rows/values/pattern-samples'
import { withDatabase } from '../support/database'
import { testPool } from '../support/pool'

/** What a table becomes: rows that it had before must satisfy this as well. */
const rules: readonly [name: string, before: string, after: string][] = [
  ['comparisons with constants', 't (price numeric NOT NULL)', 'CHECK (price > 10 AND price < 12)'],
  ['BETWEEN', 't (year int NOT NULL)', 'CHECK (year BETWEEN 1990 AND 1995)'],
  ['columns compared', 't (a date NOT NULL, b date NOT NULL)', 'CHECK (a < b)'],
  ['a length', 't (code text NOT NULL)', 'CHECK (length(code) = 6)'],
  ['a regular expression', 't (code text NOT NULL)', "CHECK (code ~ '^[A-Z]{2}-[0-9]{4}$')"],
  ['two patterns', 't (m text NOT NULL)', "CHECK (m LIKE '%@%' AND m ~* '\\.(com|org)$' AND m = lower(m))"], // oxfmt-ignore
  ['a list', 't (kind text NOT NULL)', "CHECK (kind IN ('x', 'y'))"],
  ['ALL of a list', 't (n int)', 'CHECK (n = ALL (ARRAY[1, 2]))'],
  ['one of two columns', 't (a int, b int)', 'CHECK (num_nonnulls(a, b) = 1)'],
  ['a sum', 't (a int NOT NULL, b int NOT NULL, c int NOT NULL)', 'CHECK (a + b = c)'],
  ['keys of a document', 't (d jsonb NOT NULL)', "CHECK (d ? 'name' AND jsonb_typeof(d -> 'name') = 'string')"], // oxfmt-ignore
  ['elements of an array', 't (tags text[] NOT NULL)', "CHECK (cardinality(tags) = 2 AND 'x' = ANY (tags))"], // oxfmt-ignore
  ['a computed column', 't (a int NOT NULL, b int GENERATED ALWAYS AS (a * 2) STORED)', 'CHECK (b > 40)'], // oxfmt-ignore
  ['a function', 't (code text NOT NULL)', 'CHECK (valid(code))'],
  ['a unique key', 't (a int NOT NULL DEFAULT 1, b text)', 'UNIQUE (a), UNIQUE (b)'],
]

for (const [name, before, rule] of rules) {
  test(`rows satisfy a new rule: ${name}`, async () => {
    const made = `CREATE FUNCTION valid(code text) RETURNS boolean LANGUAGE sql AS $$ SELECT code LIKE 'VAL-%' $$;`
    const one = `${made} CREATE TABLE ${before}`
    const other = `${made} CREATE TABLE ${before.slice(0, -1)}, ${rule})`
    const { unfilled, accepted, count } = await compatibleRows(one, other)
    assert.deepEqual(unfilled, [])
    assert.equal(accepted, count)
    assert.ok(count > 0)
  })
}

test('rows satisfy both the old list and the new one', async () => {
  const { accepted, count } = await compatibleRows(
    `CREATE TABLE t (kind text NOT NULL CHECK (kind IN ('a', 'b', 'c')))`,
    `CREATE TABLE t (kind text NOT NULL CHECK (kind IN ('c', 'd')))`,
  )
  assert.ok(count > 0)
  assert.equal(accepted, count)
})

test('a table stays empty where no row can satisfy both ends', async () => {
  const { unfilled, count } = await compatibleRows(
    `CREATE TABLE t (kind text NOT NULL CHECK (kind IN ('a', 'b')))`,
    `CREATE TABLE t (kind text NOT NULL CHECK (kind IN ('c', 'd')))`,
  )
  assert.equal(count, 0)
  assert.equal(unfilled.length, 1)
})

test('texts that match a pattern are found by reading it', async () => {
  const patterns = ['^[A-Z]{3}-\\d+$', '^(foo|bar)[^x]?$', '^[[:alpha:]_][\\w.]*$', '^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$'] // oxfmt-ignore
  await withDatabase(async (database) => {
    const pool = testPool(database.connection)
    for (const pattern of patterns) {
      const texts = matchingTexts(pattern)
      const { rows } = await pool.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM unnest($1::text[]) AS t WHERE t ~ $2',
        [texts, pattern],
      )
      assert.ok((rows[0]?.n ?? 0) > 0, `${pattern}: ${texts.join(' ')}`)
    }
    await pool.end()
  })
  assert.ok(likeTexts('ab\\_%z_').includes('ab_za'))
})

test('two tables that refer to each other are filled where one reference may be null', async () => {
  const schema = `CREATE TABLE a (id int PRIMARY KEY, b int NOT NULL); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);
    ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b;`
  const { unfilled } = await compatibleRows(schema, schema)
  assert.deepEqual(unfilled, [])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findDifference } from '../../src/add-script/difference/plan-change'
import type { PlannedStep } from '../../src/change/model/operation'
import { nobody } from './change-case'
import { Databases } from './scratch'

/** Of one kind each, so that a disagreement names its rule. */
const changes: readonly (readonly [before: string, after: string])[] = [
  ['CREATE TABLE t (a int, b int)', 'CREATE TABLE t (a int)'],
  ['CREATE TABLE t (a int); CREATE TABLE u (a int)', 'CREATE TABLE t (a int)'],
  ['CREATE TABLE t (a int)', 'CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) STORED)'],
  ['CREATE TABLE t (a int)', 'CREATE TABLE t (a bigint)'],
  ['CREATE TABLE t (a varchar(10))', 'CREATE TABLE t (a varchar(20))'],
  ['CREATE TABLE t (a varchar(10))', 'CREATE TABLE t (a text)'],
  ['CREATE TABLE t (a int)', "CREATE TABLE t (a int, b text DEFAULT 'x' NOT NULL)"],
  ['CREATE TABLE t (a int)', 'CREATE TABLE t (a int); CREATE INDEX t_a ON t (a)'],
  ['CREATE TABLE t (a int); CREATE INDEX t_a ON t (a)', 'CREATE TABLE t (a int)'],
  ['CREATE TABLE t (a int)', 'CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 0))'],
  ['CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 0))', 'CREATE TABLE t (a int)'],
  ['CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t', 'CREATE TABLE t (a int)'],
  ['CREATE SEQUENCE s', ''],
  ["CREATE TYPE e AS ENUM ('a')", "CREATE TYPE e AS ENUM ('a', 'b')"],
  [
    "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (e e)",
    "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (e e)",
  ],
]

/** What typetrek says where pg-delta says the opposite, and why. */
const known: readonly string[] = [
  // PostgreSQL changes only the catalog where a type becomes wider.
  'rewrites false: ALTER TABLE t ALTER COLUMN a TYPE character varying(20)',
  'rewrites false: ALTER TABLE t ALTER COLUMN a TYPE text',
  // A default that is the same for every row is stored once.
  "rewrites false: ALTER TABLE t ADD COLUMN b text NOT NULL DEFAULT 'x'::text",
  // No row is lost with them, but a definition, and a person has to agree.
  'loses true: DROP VIEW v',
  'loses true: DROP SEQUENCE s',
  // It fails while a row has a value that goes, and loses none.
  'loses false: ALTER TABLE t ALTER COLUMN e TYPE e USING e::varchar::e',
]

test('pg-delta and typetrek judge loss and rewriting alike, but where it is known why not', async () => {
  const found: string[] = []
  await Databases.with(async (databases) => {
    for (const [before, after] of changes) {
      const copy = databases.open(await databases.make(before))
      const wanted = databases.open(await databases.make(after))
      const { scripts } = await findDifference(copy, wanted, { ...nobody, yes: true }, [])
      for (const one of scripts.flatMap(({ up }) => up) as PlannedStep[]) {
        const { engine, sql, destructive, rewrites = false } = one
        if (!engine) continue
        if (engine.losesData !== destructive) found.push(`loses ${destructive}: ${sql}`)
        if (engine.rewrites !== rewrites) found.push(`rewrites ${rewrites}: ${sql}`)
      }
    }
  })

  assert.deepEqual(found, known)
})

test('what pg-delta says of a statement is kept: its lock, and where it must be committed', async () => {
  await Databases.with(async (databases) => {
    const copy = databases.open(await databases.make("CREATE TYPE e AS ENUM ('a')"))
    const wanted = databases.open(await databases.make("CREATE TYPE e AS ENUM ('a', 'b')"))
    const { scripts } = await findDifference(copy, wanted, nobody, [])
    const [one] = scripts.flatMap(({ up }) => up) as PlannedStep[]

    assert.equal(one?.engine?.boundary, 'commit after')
    assert.equal(typeof one?.engine?.lock, 'string')
  })
})

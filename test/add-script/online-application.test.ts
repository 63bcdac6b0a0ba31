import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pool } from 'pg'
import { findDifference } from '../../src/add-script/difference/plan-change'
import type { Statement } from '../../src/change/model/script-part'
import { nobody } from './change-case'
import { Databases } from './scratch'

const before = `CREATE TABLE t (id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, a int, b text);
  CREATE INDEX i ON t (a);`
const target = `CREATE TABLE t (id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, a int NOT NULL, b text,
    c text NOT NULL, key uuid NOT NULL DEFAULT gen_random_uuid(), CONSTRAINT once UNIQUE (key));
  CREATE INDEX i ON t (a, b);`
const backfills = [
  { table: 't', column: 'a', expression: '0' },
  { table: 't', column: 'c', expression: "coalesce(b, 'none')" },
]

/** What a release does that knows nothing of the change: new rows, old ones changed, a value taken away. */
async function oldRelease(pool: Pool): Promise<void> {
  await pool.query("INSERT INTO t (b) VALUES ('new')")
  await pool.query("UPDATE t SET b = 'changed' WHERE id = 1 + (SELECT count(*) FROM t) % 5")
  await pool.query('UPDATE t SET a = NULL WHERE id = (SELECT max(id) FROM t)')
}

// xataio/pgroll#55; nyaruka/rapidpro#6980; what was measured of 0.1: VALIDATE failed half-way
test('a release that knows nothing of an online change goes on between any two statements of it', () =>
  Databases.with(async (databases) => {
    const start = await databases.make(before)
    const rows = "INSERT INTO t (a, b) SELECT NULLIF(n % 2, 0), 'x' FROM generate_series(1, 2000) n"
    const pool = databases.open(await databases.make(rows, start))
    const after = databases.open(await databases.make(target))
    const answers = { ...nobody, online: true, backfills }
    const { scripts } = await findDifference(databases.open(start), after, answers, [])

    const steps = scripts.flatMap(({ up, transaction }) =>
      transaction ? [up] : up.map((one) => [one]),
    )
    let isComplete = false
    for (const statements of steps) {
      await runTogether(pool, statements)
      // the last rule of all: from here on a value may not be taken away
      isComplete ||= statements.some(({ sql }) => sql.includes('SET NOT NULL'))
      if (!isComplete) await oldRelease(pool)
    }

    const { rows: found } = await pool.query<object>(
      'SELECT count(*) FILTER (WHERE a IS NULL OR c IS NULL OR key IS NULL)::int AS missing, count(DISTINCT key) = count(*) AS distinct FROM t',
    )
    assert.deepEqual(found, [{ missing: 0, distinct: true }])
    assert.ok(steps.length > 10, `${steps.length} transactions`)
  }))

async function runTogether(pool: Pool, statements: readonly Statement[]): Promise<void> {
  const [first] = statements
  const text = statements.map(({ sql }) => sql).join(';\n')
  await pool.query(first?.transactional === false ? text : `BEGIN;${text};COMMIT`)
}

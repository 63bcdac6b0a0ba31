import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  leastOf,
  lockLines,
  longLocks,
  unannouncedWork,
  type LockReport,
} from '../../src/add-script/measure/judge-locks'
import { LockTrace, type SeenScript } from '../../src/add-script/measure/lock-trace'
import { multiplyRows } from '../../src/sample-rows/many-rows'
import type { ScriptPart, Statement } from '../../src/change/model/script-part'
import { readTables } from '../../src/sample-rows/tables/tables'
import { Databases } from './scratch'

const rows = 400

const statement = (sql: string): Statement => ({
  sql,
  group: '',
  effects: [],
  destructive: false,
  loses: [],
  converts: [],
  failsOnRows: [],
  transactional: !sql.includes('CONCURRENTLY'),
})

const script = (...texts: readonly string[]): ScriptPart => {
  const up = texts.map(statement)
  const plain = { down: [], downTransaction: true, reversible: 'yes', losses: [] } as const
  return { purpose: '', transaction: up.every((one) => one.transactional), up, ...plain }
}

/** What was seen of a script in one transaction: `t: reads under ShareLock`. */
function seen({ transactions }: SeenScript): string[] {
  const statements = transactions.flatMap((one) => one.statements)
  return statements.flatMap(({ worked }) =>
    worked.map(({ table, does, mode }) => `${table}: ${does} under ${mode}`),
  )
}

test('what a statement does under a lock is seen in the server, whatever its text says', () =>
  Databases.with(async (databases) => {
    const schema = `CREATE TABLE t (id int PRIMARY KEY, a int, b int);
      CREATE TABLE c (id int PRIMARY KEY, t int);
      INSERT INTO t VALUES (1, 1, 1); INSERT INTO c VALUES (1, 1);`
    const pool = databases.open(await databases.make(schema))
    const tables = await readTables(pool)
    const client = await pool.connect()
    for (const table of tables) assert.equal(await multiplyRows(client, table, rows), true)
    client.release()
    const trace = await LockTrace.start(pool, tables, rows)
    const of = async (...texts: readonly string[]) => seen(await trace.upgrade(script(...texts)))
    try {
      const exclusive = 'AccessExclusiveLock'
      const alter = 'ALTER TABLE t'
      assert.deepEqual(await of(`${alter} ADD CHECK (a > 0)`), [`t: reads under ${exclusive}`])
      assert.deepEqual(await of(`${alter} ADD CONSTRAINT x CHECK (a > 0) NOT VALID`), [])
      assert.deepEqual(await of(`${alter} VALIDATE CONSTRAINT x`), [])
      const together = await of(
        `${alter} ADD CONSTRAINT y CHECK (b > 0) NOT VALID`,
        `${alter} VALIDATE CONSTRAINT y`,
      )
      assert.deepEqual(together, [`t: reads under ${exclusive}`])
      assert.deepEqual(await of(`${alter} ALTER b SET NOT NULL`), [`t: reads under ${exclusive}`])
      await of(`${alter} ADD CONSTRAINT z CHECK (a IS NOT NULL) NOT VALID`)
      await of(`${alter} VALIDATE CONSTRAINT z`)
      assert.deepEqual(await of(`${alter} ALTER a SET NOT NULL`, `${alter} DROP CONSTRAINT z`), [])
      assert.deepEqual(await of('CREATE INDEX i ON t (a)'), ['t: reads under ShareLock'])
      assert.deepEqual(await of('CREATE UNIQUE INDEX CONCURRENTLY k ON t (a, id)'), [])
      assert.deepEqual(await of(`${alter} ADD CONSTRAINT k UNIQUE USING INDEX k`), [])
      assert.deepEqual(await of(`${alter} ADD UNIQUE (id, b)`), [`t: reads under ${exclusive}`])
      assert.deepEqual(await of(`${alter} ADD COLUMN n int DEFAULT 5`), [])
      const rewrite = await of(`${alter} ADD COLUMN m float DEFAULT random()`)
      assert.deepEqual(rewrite, [`t: rewrites under ${exclusive}`])
      const type = await of(`${alter} ALTER a TYPE bigint`)
      assert.deepEqual(type, [`t: rewrites under ${exclusive}`])
      const key = await of('ALTER TABLE c ADD FOREIGN KEY (t) REFERENCES t')
      assert.deepEqual(key.slice(0, 1), ['c: reads under ShareRowExclusiveLock'])
    } finally {
      await trace.stop()
    }
  }))

const one = { sql: 'ALTER TABLE t ALTER COLUMN a TYPE bigint', announced: [], worked: [] }
const work = {
  table: 't',
  ancestors: ['p'],
  mode: 'AccessExclusiveLock',
  does: 'rewrites',
} as const
const report = (held: number, more: Partial<typeof one> | object): LockReport => ({
  rows: 100_000,
  tables: ['t'],
  few: [],
  scripts: [{ waited: 4.2, transactions: [{ held, statements: [{ ...one, ...more }] }] }],
  downgrades: [],
})

test('a rewrite is a fault unless a line above it names the table', () => {
  assert.deepEqual(unannouncedWork(report(1, { worked: [work] })), [
    'A statement writes all of t under AccessExclusiveLock and no line says so: ALTER TABLE t ALTER COLUMN a TYPE bigint.',
  ])
  assert.deepEqual(unannouncedWork(report(1, { worked: [work], announced: ['t'] })), [])
  assert.equal(unannouncedWork(report(1, { worked: [work], announced: ['u'] })).length, 1)
  assert.deepEqual(unannouncedWork(report(1, { worked: [work], announced: ['p'] })), [])
})

test('a lock is too long where it is in every run, and no line announces it', () => {
  assert.equal(longLocks(report(101, {})).length, 1)
  assert.deepEqual(longLocks(report(101, { announced: ['t'] })), [])
  assert.deepEqual(longLocks(leastOf(report(300, {}), report(99, {}))), [])
})

test('the header says how long others were locked out, in a line a script', () => {
  assert.deepEqual(lockLines(report(7.1, {}), 0), [
    'Measured with 100,000 rows in t, read and written meanwhile: ACCESS EXCLUSIVE for 8 ms, no statement of others took longer than 5 ms.',
  ])
  assert.deepEqual(lockLines(report(7.1, {}), 1), [])
})

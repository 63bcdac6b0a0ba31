import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'

import { setUpMigration } from '../../src/setup'
import { withDatabase } from '../support/database'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'
import { testPool } from '../support/pool'

const rows = Array.from({ length: 50 }, (_, n) => `${n}\trow ${n}\n`).join('')
const copy = (table: string) =>
  `CREATE TABLE ${table} (i int, t text);\nCOPY ${table} FROM stdin;\n${rows}\\.\n`

/** Runs a canonical schema on an empty database. */
async function build(text: string, look: (file: string, url: string) => Promise<void>) {
  await withFolder({ 'migration/1_a.sql': 'SELECT 1' }, (folder) =>
    withDatabase(async ({ url }) => {
      const file = join(folder, 'schema.sql')
      await writeFile(file, text)
      await look(file, url)
    }),
  )
}

test('a canonical schema brings its COPY data along', async () => {
  await withFolder({ 'migration/1_a.sql': 'SELECT 1' }, (folder) =>
    withDatabase(async ({ url, query }) => {
      const initMigration = join(folder, 'schema.sql')
      await writeFile(initMigration, `${copy('a')}${copy('b')}CREATE INDEX ON b (i);\n`)

      await setUpMigration(url, join(folder, 'migration'), { initMigration })

      const counted = 'SELECT (SELECT count(*) FROM a)::int AS a, (SELECT max(i) FROM b) AS b'
      assert.deepEqual(await query(counted), [{ a: 50, b: 49 }])
    }),
  )
})

test('a canonical schema builds at once what it says to build concurrently, and refuses what needs no transaction', async () => {
  const indexes = `-- CREATE INDEX CONCURRENTLY
    create unique index concurrently one on a (i); CREATE INDEX CONCURRENTLY IF NOT EXISTS two ON a (t);`
  await build(`${copy('a')}${indexes}`, async (initMigration, url) => {
    const folder = join(initMigration, '..', 'migration')
    await setUpMigration(url, folder, { initMigration })

    const pool = testPool({ connectionString: url })
    const { rows: found } = await pool.query(
      `SELECT relname FROM pg_class WHERE relname IN ('one', 'two') ORDER BY 1`,
    )
    await pool.end()
    assert.deepEqual(found, [{ relname: 'one' }, { relname: 'two' }])
  })
  await build('CREATE TABLE a (i int); VACUUM a;', async (initMigration, url) => {
    const folder = join(initMigration, '..', 'migration')
    const error = await failureOf(setUpMigration(url, folder, { initMigration }))

    assert.equal(error.code, 'TRANSACTION_MODE')
    assert.equal(error.detail, 'It holds VACUUM.')
  })
})

test('an error below COPY data names its line in the file', async () => {
  await build(`${copy('a')}${copy('b')}\n  SELECT nothing;\n`, async (initMigration, url) => {
    const folder = join(initMigration, '..', 'migration')
    const error = await failureOf(setUpMigration(url, folder, { initMigration }))

    assert.equal(error.sqlstate, '42703')
    assert.equal(error.line, 2 * 53 + 2)
    assert.equal(error.column, 10)
  })
})

test('an error in COPY data names the statement, and the line of the data', async () => {
  const text = copy('a') + copy('b').replace('\n7\t', '\nseven\t')
  await build(text, async (initMigration, url) => {
    const folder = join(initMigration, '..', 'migration')
    const error = await failureOf(setUpMigration(url, folder, { initMigration }))

    assert.equal(error.sqlstate, '22P02')
    assert.equal(error.line, 53 + 2)
    assert.match(error.detail ?? '', /COPY b, line 8/)
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withMigrator } from '../support/migrator'

test('an upgrade applies every pending script once and records it', async () => {
  const files = {
    '1_people.sql': 'CREATE TABLE people (id int PRIMARY KEY)',
    '2_names.sql': 'ALTER TABLE people ADD name text;\nCREATE INDEX ON people (name); -- done',
    '10_more.sql': '-- MIGRATE UP\nCREATE TABLE more ();\n-- MIGRATE DOWN\nDROP TABLE more;',
  }
  await withMigrator(files, async ({ migrator, database }) => {
    const report = await migrator.execute({ command: 'upgrade' })

    assert.deepEqual(
      report.steps.map(({ revision, outcome }) => `${revision} ${outcome}`),
      ['1 success', '2 success', '10 success'],
    )
    const rows = await database.query(
      'SELECT revision::int, operation, outcome FROM migration_journal ORDER BY id',
    )
    assert.deepEqual(rows, [
      { revision: 1, operation: 'run', outcome: 'success' },
      { revision: 2, operation: 'run', outcome: 'success' },
      { revision: 10, operation: 'run', outcome: 'success' },
    ])
    assert.deepEqual((await migrator.execute({ command: 'upgrade' })).steps, [])
  })
})

test('entries keep their order beyond the ninth', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 12 }, (_, i) => [`${i + 1}_t.sql`, `CREATE TABLE t${i + 1} ()`]),
  )
  await withMigrator(files, async ({ migrator }) => {
    await migrator.execute({ command: 'upgrade' })

    const expected = Array.from({ length: 12 }, (_, i) => String(i + 1))
    const { applied } = await migrator.status()
    assert.deepEqual(
      applied.map(({ revision }) => revision),
      expected,
    )
    assert.deepEqual(
      (await migrator.list()).map(({ revision }) => revision),
      expected,
    )
  })
})

test('a script may set the isolation level of its transaction', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE a (level text)',
    '2_b.sql':
      "-- strict\nSET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nINSERT INTO a VALUES (current_setting('transaction_isolation'));",
    '3_c.sql': "INSERT INTO a VALUES (current_setting('transaction_isolation'))",
  }
  await withMigrator(files, async ({ migrator, database }) => {
    await migrator.execute({ command: 'upgrade' })

    assert.deepEqual(await database.query('SELECT level FROM a'), [
      { level: 'serializable' },
      { level: 'read committed' },
    ])
  })
})

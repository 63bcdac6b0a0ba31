import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeNotice } from '../../src/run/context/notice-text'
import { failureOf } from '../support/failure'
import { withMigrator } from '../support/migrator'
import { workKey } from '../../src/run/lock/advisory-key'
import { until, untilAsleep } from '../support/until'
import { cutOff, entriesOf, indexesIn } from './cut-off'

const journal = { schema: 'public', table: 'migration_journal' }
const duplicates = `CREATE TABLE t (x int, y int); INSERT INTO t VALUES (1, 1), (1, 1);`

const forms: [rule: string, first: string, statement: string, expected: string][] = [
  ['a name', duplicates, 'CREATE UNIQUE INDEX CONCURRENTLY i ON t (x)', 'i on t'],
  [
    'IF NOT EXISTS',
    duplicates,
    'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (x)',
    'i on t',
  ],
  ['no name', duplicates, 'CREATE UNIQUE INDEX CONCURRENTLY ON t (x)', 't_x_idx on t'],
  [
    'no name and an expression',
    duplicates,
    'CREATE UNIQUE INDEX CONCURRENTLY ON t (abs(x)) WHERE y > 0',
    't_abs_idx on t',
  ],
  [
    'a schema',
    'CREATE SCHEMA s; CREATE TABLE s.t (x int); INSERT INTO s.t VALUES (1), (1)',
    'CREATE UNIQUE INDEX CONCURRENTLY i ON s.t (x)',
    's.i on s.t',
  ],
  [
    'quoted names',
    'CREATE SCHEMA "S t"; CREATE TABLE "S t"."T""" ("X y" int); INSERT INTO "S t"."T""" VALUES (1), (1)',
    'CREATE UNIQUE INDEX CONCURRENTLY "I;" ON "S t"."T""" ("X y")',
    '"S t"."I;" on "S t"."T"""',
  ],
  [
    'quoted names, no name of its own',
    'CREATE SCHEMA "S t"; CREATE TABLE "S t"."T""" ("X y" int); INSERT INTO "S t"."T""" VALUES (1), (1)',
    'CREATE UNIQUE INDEX CONCURRENTLY ON "S t"."T""" ("X y")',
    '"S t"."T""_X y_idx" on "S t"."T"""',
  ],
]

for (const [rule, first, statement, expected] of forms) {
  test(`an INVALID index that a failed build left is built again: ${rule}`, async () => {
    const files = { '1_a.sql': first, '2_b.sql': statement }
    await withMigrator(files, async ({ migrator, database, another }) => {
      const error = await failureOf(migrator.execute({ command: 'upgrade' }))
      assert.equal(error.sqlstate, '23505')
      assert.deepEqual(await indexesIn(database), [`${expected} INVALID`])

      const table = / ON (.*?) \(/.exec(statement)?.[1] ?? ''
      await database.query(`DELETE FROM ${table} WHERE ctid = '(0,1)'`)
      await (await another()).execute({ command: 'upgrade' })

      assert.deepEqual(await indexesIn(database), [expected])
      assert.deepEqual(await entriesOf(database, 2), ['run error 0', 'run success 1'])
    })
  })
}

test('an INVALID index of the same name or definition that is something else stays', async () => {
  const others = `CREATE TABLE t (x int, y int); CREATE SCHEMA s; CREATE TABLE s.t (x int, y int);
    CREATE INDEX i ON s.t (x); CREATE INDEX j ON t (y); CREATE INDEX t_y_idx ON t (y); CREATE INDEX my ON t (x);
    CREATE TABLE p (x int) PARTITION BY LIST (x); CREATE TABLE pc PARTITION OF p DEFAULT; CREATE INDEX pi ON ONLY p (x);
    UPDATE pg_index SET indisvalid = false WHERE indexrelid IN ('s.i'::regclass, 'j'::regclass, 't_y_idx'::regclass, 'my'::regclass);`
  const files = {
    '1_a.sql': others,
    '2_b.sql': 'CREATE INDEX CONCURRENTLY i ON t (x)',
    '3_c.sql': 'CREATE INDEX CONCURRENTLY ON t (x)',
  }
  await withMigrator(files, async ({ migrator, database }) => {
    await migrator.execute({ command: 'upgrade' })

    assert.deepEqual(await indexesIn(database), [
      'i on t',
      'j on t INVALID',
      'my on t INVALID',
      'pi on p INVALID',
      's.i on s.t INVALID',
      't_x_idx on t',
      't_y_idx on t INVALID',
    ])
  })
})

const reindexes: [statement: string, kept: string[]][] = [
  ['REINDEX INDEX CONCURRENTLY i', ['k_ccnew on t INVALID']],
  ['REINDEX TABLE CONCURRENTLY t', []],
  ['REINDEX (CONCURRENTLY) SCHEMA public', []],
]

for (const [statement, kept] of reindexes) {
  test(`what a failed REINDEX CONCURRENTLY left is dropped: ${statement}`, async () => {
    const left = `CREATE TABLE t (x int); CREATE TABLE u (x int); CREATE INDEX i ON t (x); CREATE INDEX k ON t (x);
      CREATE INDEX i_ccnew ON t (x); CREATE INDEX i_ccold1 ON t (x); CREATE INDEX k_ccnew ON t (x);
      CREATE INDEX l_ccnew ON t (x); CREATE INDEX i_ccold ON u (x);
      UPDATE pg_index SET indisvalid = false, indisready = false WHERE indexrelid::regclass::text ~ '_cc'`
    await withMigrator(
      { '1_a.sql': left, '2_b.sql': statement },
      async ({ migrator, database }) => {
        await migrator.execute({ command: 'upgrade' })

        const others = ['i on t', 'i_ccold on u INVALID', 'k on t', 'l_ccnew on t INVALID']
        assert.deepEqual(await indexesIn(database), [...others, ...kept].toSorted())
      },
    )
  })
}

test('a partition whose DETACH CONCURRENTLY was cut off half-way is detached to the end', async () => {
  const files = {
    '1_a.sql':
      'CREATE TABLE p (x int) PARTITION BY LIST (x); CREATE TABLE c PARTITION OF p FOR VALUES IN (1)',
    '2_b.sql': 'ALTER TABLE p DETACH PARTITION public.c CONCURRENTLY',
  }
  await withMigrator(files, async ({ migrator, database, another }) => {
    await migrator.execute({ command: 'upgrade', target: '1' })
    const reader = await database.client()
    await reader.query('BEGIN; SELECT * FROM p')
    const run = failureOf(migrator.execute({ command: 'upgrade' }))
    const pending = 'SELECT inhdetachpending AS pending FROM pg_inherits'
    await until(async () => (await database.query(pending))[0]?.pending === true)
    await database.query(
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE p DETACH%' AND datname = current_database()",
    )
    assert.equal((await run).sqlstate, '57014')
    assert.deepEqual(await database.query(pending), [{ pending: true }])
    await reader.query('COMMIT')

    await (await another()).execute({ command: 'upgrade' })

    assert.deepEqual(await database.query(pending), [])
    assert.deepEqual(await entriesOf(database, 2), ['run error 0', 'run success 1'])
  })
})

test('what an orphan still builds is waited for, and then found done', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE t (x int)',
    '2_b.sql': 'CREATE INDEX CONCURRENTLY i ON t (x)',
  }
  await withMigrator(files, async ({ migrator, database, another }) => {
    await migrator.execute({ command: 'upgrade', target: '1' })
    await cutOff(database, 2)
    const [reader, orphan] = [await database.client(), await database.client()]
    await reader.query('BEGIN; INSERT INTO t VALUES (1)')
    await orphan.query(`SELECT pg_advisory_lock(${workKey(journal)})`)
    const building = orphan.query('CREATE INDEX CONCURRENTLY i ON t (x)')
    await until(async () => (await indexesIn(database)).length > 0)
    const notices: string[] = []
    const run = (await another()).execute(
      { command: 'upgrade' },
      { observer: { notice: (one) => notices.push(describeNotice(one)) } },
    )
    await until(() => notices.some((text) => /no longer holds the lock/.test(text)))
    assert.deepEqual(await indexesIn(database), ['i on t INVALID'])
    await reader.query('COMMIT')
    await building
    await orphan.end()

    const { steps } = await run
    assert.equal(steps.length, 1)
    assert.deepEqual(await indexesIn(database), ['i on t'])
    assert.deepEqual(await entriesOf(database, 2), ['run success 1'])
  })
})

test('an orphan that works longer than lock_wait is named, and the script stays claimed', async () => {
  const files = { '1_a.sql': 'CREATE TABLE t (x int)', '2_b.sql': 'VACUUM t' }
  await withMigrator(files, async ({ migrator, database, another }) => {
    await migrator.execute({ command: 'upgrade', target: '1' })
    await cutOff(database, 2)
    const orphan = await database.client()
    await orphan.query(`SELECT pg_advisory_lock(${workKey(journal)})`)
    const sleeping = orphan.query('SELECT pg_sleep(600)').catch(() => undefined)
    await untilAsleep(database)

    const error = await failureOf(
      (await another({ lock_wait: '300ms' })).execute({ command: 'upgrade' }),
    )
    assert.equal(error.code, 'LOCK_WAIT_EXPIRED')
    assert.match(error.detail ?? '', /^backend \d+ .*SELECT pg_sleep/)
    assert.match(error.hint ?? '', /unlock --terminate/)
    assert.deepEqual(await entriesOf(database, 2), ['run running 0'])
    await orphan.end()
    await sleeping
  })
})

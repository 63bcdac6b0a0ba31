import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeNotice } from '../../src/run/context/notice-text'
import { failureOf } from '../support/failure'
import { withMigrator } from '../support/migrator'
import { go, prepareGo, sleepUntilGo, untilAsleep } from '../support/until'

const files = {
  '1_a.sql': 'CREATE TABLE a (i int)',
  '2_b.sql': 'INSERT INTO a VALUES (1)',
  '3_c.sql': 'CREATE INDEX CONCURRENTLY c ON a (i)',
  '4_d.sql': 'INSERT INTO a VALUES (2)',
  '5_e.sql': 'INSERT INTO a VALUES (3)',
}

for (let round = 1; round <= 20; round++) {
  test(`eight migrators on an empty database run each script once (round ${round})`, async () => {
    await withMigrator(files, async ({ database, another }) => {
      const migrators = await Promise.all(Array.from({ length: 8 }, () => another()))

      const reports = await Promise.all(migrators.map((one) => one.execute({ command: 'upgrade' })))

      const ran = reports.flatMap(({ steps }) => steps.map(({ revision }) => revision))
      assert.deepEqual(ran.toSorted(), ['1', '2', '3', '4', '5'])
      assert.deepEqual(await database.query('SELECT i FROM a ORDER BY i'), [
        { i: 1 },
        { i: 2 },
        { i: 3 },
      ])
      const [row] = await database.query(
        'SELECT count(*)::int AS n, count(DISTINCT revision)::int AS d FROM migration_journal',
      )
      assert.deepEqual(row, { n: 5, d: 5 })
    })
  })
}

test('a waiter says who holds the lock, and gives up in time', async () => {
  await withMigrator({ '1_a.sql': sleepUntilGo }, async ({ migrator, database, another }) => {
    await prepareGo(database)
    const first = migrator.execute({ command: 'upgrade' })
    await untilAsleep(database)
    const notices: string[] = []
    const waiter = await another({ lock_wait: '300ms' })

    const error = await failureOf(
      waiter.execute(
        { command: 'upgrade' },
        { observer: { notice: (one) => notices.push(describeNotice(one)) } },
      ),
    )

    assert.equal(error.code, 'LOCK_WAIT_EXPIRED')
    assert.match(
      notices.join(),
      /another migrator holds the lock since .*: backend \d+ \(typetrek /,
    )
    await go(database)
    await first
  })
})

test('two that revert the newest at once revert it once', async () => {
  const down = {
    '1_a.sql': '-- MIGRATE UP\nCREATE TABLE a ()\n-- MIGRATE DOWN\nDROP TABLE a',
    '2_b.sql': `-- MIGRATE UP\nCREATE TABLE b ()\n-- MIGRATE DOWN\n${sleepUntilGo} DROP TABLE b`,
  }
  await withMigrator(down, async ({ migrator, database, another }) => {
    await prepareGo(database)
    await migrator.execute({ command: 'upgrade' })
    const other = await another()
    const observer = { notice: () => void go(database) }

    const outcomes = await Promise.allSettled([
      migrator.execute({ command: 'downgrade' }, { observer }),
      other.execute({ command: 'downgrade' }, { observer }),
    ])

    assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
    const refused = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult
    assert.equal((refused.reason as { code: string }).code, 'STALE_PLAN')
    assert.deepEqual(
      (await migrator.status()).applied.map(({ revision }) => revision),
      ['1'],
    )
  })
})

test('an aborted run rolls its script back, records it and frees the lock', async () => {
  const slow = {
    '1_a.sql': 'CREATE TABLE a ()',
    '2_b.sql': 'CREATE TABLE b (); SELECT pg_sleep(600)',
  }
  await withMigrator(slow, async ({ migrator, database, another }) => {
    const abort = new AbortController()
    const run = failureOf(migrator.execute({ command: 'upgrade' }, { signal: abort.signal }))
    await untilAsleep(database)
    abort.abort()
    const error = await run

    assert.equal(error.code, 'INTERRUPTED')
    const rows = await database.query(
      'SELECT revision::int, outcome FROM migration_journal ORDER BY id',
    )
    assert.deepEqual(rows, [
      { revision: 1, outcome: 'success' },
      { revision: 2, outcome: 'error' },
    ])
    assert.deepEqual(await database.query("SELECT to_regclass('b') AS b"), [{ b: null }])
    await (await another()).execute({ command: 'mark' })
  })
})

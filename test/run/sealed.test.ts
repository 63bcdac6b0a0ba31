import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureOf } from '../support/failure'
import { withMigrator } from '../support/migrator'
import { go, prepareGo, sleepUntilGo } from '../support/until'

const times = `SELECT revision::int, outcome, statements_done AS done,
  finished_at >= started_at AND duration_ms >= 0 AS timed FROM migration_journal ORDER BY id`

test('each script of a message gets its own time', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE a (); CREATE TABLE b ()',
    '2_slow.sql': 'SELECT pg_sleep(0.5)',
    '3_c.sql': 'CREATE TABLE c ()',
  }
  for (const transaction of ['each', 'all'] as const) {
    await withMigrator(
      files,
      async ({ migrator, database }) => {
        const start = performance.now()
        const { steps } = await migrator.execute({ command: 'upgrade' })
        const whole = performance.now() - start
        const rows = await database.query(times)
        const [slow] = await database.query<{ ms: string }>(
          'SELECT duration_ms AS ms FROM migration_journal WHERE revision = 2',
        )

        assert.deepEqual(rows, [
          { revision: 1, outcome: 'success', done: 2, timed: true },
          { revision: 2, outcome: 'success', done: 1, timed: true },
          { revision: 3, outcome: 'success', done: 1, timed: true },
        ])
        assert.ok(Number(slow?.ms) >= 500)
        assert.ok(steps[1]!.durationMs >= 500)
        // no moment is counted for two of them
        assert.ok(steps.reduce((sum, { durationMs }) => sum + durationMs, 0) <= whole)
      },
      { flags: { transaction } },
    )
  }
})

test('scripts before a failing one keep their times', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE a (n int)',
    '2_b.sql': 'CREATE TABLE b ()',
    '3_c.sql': 'INSERT INTO a SELECT 1 / count(*) FROM a',
  }
  await withMigrator(files, async ({ migrator, database }) => {
    const { code } = await failureOf(migrator.execute({ command: 'upgrade' }))

    assert.equal(code, 'SCRIPT_FAILED')
    assert.deepEqual(await database.query(times), [
      { revision: 1, outcome: 'success', done: 1, timed: true },
      { revision: 2, outcome: 'success', done: 1, timed: true },
      { revision: 3, outcome: 'error', done: 0, timed: true },
    ])
  })
})

test('a function that resets every setting does not make its script look undone', async () => {
  const files = {
    '1_f.sql':
      "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE ''RESET ALL''; END'",
    '2_call.sql': 'CREATE TABLE a (); SELECT f()',
    '3_after.sql': 'CREATE TABLE b ()',
  }
  for (const transaction of ['each', 'all'] as const) {
    await withMigrator(
      files,
      async ({ migrator, database }) => {
        await migrator.execute({ command: 'upgrade' })

        const rows = await database.query(
          'SELECT count(*)::int, min(outcome) AS outcome FROM migration_journal',
        )
        assert.deepEqual(rows, [{ count: 3, outcome: 'success' }])
        assert.deepEqual((await migrator.status()).pending, [])
      },
      { flags: { transaction } },
    )
  }
})

test('a database where backslashes escape hides no COMMIT from us', async () => {
  // as PostgreSQL reads it there: one string, COMMIT, a failure
  const hidden = String.raw`CREATE TABLE a (); SELECT 'x\', '; COMMIT; SELECT 1/0; --'`
  const files = { '1_a.sql': 'CREATE TABLE first ()', '2_b.sql': hidden }
  await withMigrator(files, async ({ migrator, database, another }) => {
    await database.query(`ALTER DATABASE "${database.name}" SET standard_conforming_strings = off`)
    const { code } = await failureOf(migrator.execute({ command: 'upgrade' }))

    assert.equal(code, 'SCRIPT_FAILED')
    const { applied, pending } = await (await another()).status()
    assert.deepEqual(
      applied.map(({ revision }) => revision),
      ['1'],
    )
    assert.deepEqual(
      pending.map(({ script }) => script.revision),
      ['2'],
    )
  })
})

test('progress shows what a long message has done before its answer comes', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE a ()',
    '2_b.sql': 'CREATE TABLE b ()',
    '3_slow.sql': sleepUntilGo,
    '4_c.sql': 'CREATE TABLE c ()',
  }
  await withMigrator(files, async ({ migrator, database }) => {
    await prepareGo(database)
    const events: string[] = []
    const observer = {
      started: ({ revision }: { revision: string }) => void events.push(`started ${revision}`),
      finished({ revision }: { revision: string }) {
        events.push(`finished ${revision}`)
        // the message's answer cannot come before this
        if (revision === '2') void go(database)
      },
    }
    await migrator.execute({ command: 'upgrade' }, { observer })

    assert.deepEqual(
      events,
      [1, 2, 3, 4].flatMap((n) => [`started ${n}`, `finished ${n}`]),
    )
  })
})

test('what PostgreSQL refuses only below a savepoint runs all the same', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE a ()',
    '2_b.sql': 'CREATE TABLE b (); SELECT pg_export_snapshot()',
    '3_c.sql': 'CREATE TABLE c ()',
  }
  await withMigrator(files, async ({ migrator }) => {
    const { steps } = await migrator.execute({ command: 'upgrade' })

    assert.deepEqual(
      steps.map(({ revision, outcome }) => `${revision} ${outcome}`),
      ['1 success', '2 success', '3 success'],
    )
  })
})

test('what a script makes read-only ends with it', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE a (); SET TRANSACTION READ ONLY; SELECT FROM a',
    '2_b.sql': 'CREATE TABLE b ()',
  }
  await withMigrator(files, async ({ migrator }) => {
    const { steps } = await migrator.execute({ command: 'upgrade' })

    assert.equal(steps.length, 2)
  })
})

test('in one transaction the script that makes it read-only is the one that failed', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE a ()',
    '2_b.sql': 'SET transaction_read_only = on',
    '3_c.sql': 'CREATE TABLE c ()',
  }
  await withMigrator(
    files,
    async ({ migrator, database }) => {
      const error = await failureOf(migrator.execute({ command: 'upgrade' }))

      assert.equal(error.sqlstate, '25006')
      assert.match(error.file ?? '', /2_b\.sql$/)
      const left = "SELECT FROM pg_class WHERE relname IN ('a', 'c')"
      assert.equal((await database.query(left)).length, 0)
    },
    { flags: { transaction: 'all' } },
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setUpMigration } from '../../src/setup'
import { withDatabase } from '../support/database'
import { canonicalDump, dumpOf, schema, scripts, withScripts } from './example-database'

test('set-up from the canonical schema marks every script, and an upgrade has nothing to do', async () => {
  await withDatabase(async (database) => {
    assert.equal(await setUpMigration(database.url, scripts, { initMigration: schema }), true)

    assert.equal(await dumpOf(database), await canonicalDump(18))
    assert.deepEqual(await operations(database), [{ operation: 'run_skip', count: 17 }])
    await withScripts(database, async (migrator) => {
      assert.deepEqual((await migrator.execute({ command: 'upgrade' })).steps, [])
    })
    assert.equal(await setUpMigration(database.url, scripts, { initMigration: schema }), false)
  })
})

test('set-up by running the scripts makes the same database', async () => {
  await withDatabase(async (database) => {
    assert.equal(await setUpMigration(database.url, scripts, { runScripts: true }), true)

    assert.equal(await dumpOf(database), await canonicalDump(18))
    assert.deepEqual(await operations(database), [{ operation: 'run', count: 17 }])
  })
})

test('a database that was set up from the canonical schema goes down by the scripts', async () => {
  await withDatabase(async (set) => {
    await withDatabase(async (run) => {
      await setUpMigration(set.url, scripts, { initMigration: schema })
      await setUpMigration(run.url, scripts, { runScripts: true })
      for (const database of [set, run]) {
        await withScripts(database, (migrator) =>
          migrator.execute({ command: 'downgrade', target: '20250602110000' }),
        )
      }

      assert.equal(await dumpOf(set), await dumpOf(run))
    })
  })
})

test('replicas that boot at once set the database up once', async () => {
  await withDatabase(async (database) => {
    const replicas = Array.from({ length: 5 }, () =>
      setUpMigration(database.url, scripts, { initMigration: schema }),
    )

    const first = (await Promise.all(replicas)).filter(Boolean)

    assert.equal(first.length, 1)
    assert.deepEqual(await operations(database), [{ operation: 'run_skip', count: 17 }])
  })
})

async function operations(database: Parameters<typeof dumpOf>[0]) {
  return database.query(
    `SELECT operation, count(*)::int FROM migration_journal
      WHERE revision <> 0 AND outcome = 'success' GROUP BY 1`,
  )
}

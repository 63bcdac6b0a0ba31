import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { JournalSql } from '../../src/run/context/journal-sql'
import { failureOf } from '../support/failure'
import { withMigrator, type MigratorFixture } from '../support/migrator'

const files = {
  '1_a.sql': 'SELECT 1',
  '2_b.sql': '-- MIGRATE UP\nCREATE TABLE b (x int);\n-- MIGRATE DOWN\nDROP TABLE b;',
}

async function withGone(work: (fixture: MigratorFixture) => Promise<void>): Promise<void> {
  await withMigrator(files, async (fixture) => {
    await fixture.migrator.execute({ command: 'upgrade' })
    await rm(join(fixture.folder, '2_b.sql'))
    await work(fixture)
  })
}

test('a step says that its SQL is from the journal, and a caller may refuse it', async () => {
  await withGone(async ({ another, database }) => {
    const { steps } = await (await another()).plan({ command: 'downgrade' })
    assert.deepEqual(
      steps.map(({ fromJournal, journalSql }) => [fromJournal, journalSql]),
      [[true, 'DROP TABLE b;']],
    )

    const asked: JournalSql[] = []
    const approveJournalSql = (sql: JournalSql) => {
      asked.push(sql)
      return false
    }
    for (const approve of [false, approveJournalSql]) {
      const options = { approveJournalSql: approve }
      const error = await failureOf((await another()).execute({ command: 'downgrade' }, options))
      assert.equal(error.code, 'DECLINED')
    }
    assert.deepEqual(
      asked.map(({ steps: [step], writers }) => [step?.journalSql, writers]),
      [['DROP TABLE b;', []]],
    )
    assert.deepEqual(await database.query("SELECT to_regclass('b')::text AS b"), [{ b: 'b' }])
  })
})

test('what is changed in the journal after it was agreed to does not run', async () => {
  await withGone(async ({ another, database }) => {
    const approveJournalSql = async () => {
      await database.query("UPDATE migration_journal SET downgrade_text = 'DROP TABLE b; SELECT 1'")
      return true
    }
    const error = await failureOf(
      (await another()).execute({ command: 'downgrade' }, { approveJournalSql }),
    )

    assert.equal(error.code, 'STALE_PLAN')
    assert.deepEqual(await database.query("SELECT to_regclass('b')::text AS b"), [{ b: 'b' }])
  })
})

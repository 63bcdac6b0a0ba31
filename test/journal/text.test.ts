import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestDatabase } from '../support/database'
import { withMigrator } from '../support/migrator'

const both = '-- MIGRATE UP\nCREATE TABLE people ();\n-- MIGRATE DOWN\nDROP TABLE people;\n'

interface Texts {
  revision: number
  upgrade_text: string | null
  downgrade_text: string | null
}

function texts(database: TestDatabase): Promise<Texts[]> {
  return database.query<Texts & { [column: string]: unknown }>(
    `SELECT revision::int, trim(upgrade_text, E'\\n') AS upgrade_text,
            trim(downgrade_text, E'\\n') AS downgrade_text
       FROM migration_journal ORDER BY id`,
  )
}

for (const [setting, upgrade_text, downgrade_text] of [
  ['full', 'CREATE TABLE people ();', 'DROP TABLE people;'],
  ['downgrade', null, 'DROP TABLE people;'],
  ['none', null, null],
] as const) {
  test(`journal_text = ${setting} keeps ${setting === 'full' ? 'both texts' : setting === 'none' ? 'no text' : 'the downgrade alone'}`, async () => {
    await withMigrator(
      { '1.sql': both },
      async ({ migrator, database }) => {
        await migrator.execute({ command: 'upgrade' })

        assert.deepEqual(await texts(database), [{ revision: 1, upgrade_text, downgrade_text }])
      },
      { flags: { journal_text: setting } },
    )
  })
}

test('a text above 1 MiB is not kept, one of 1 MiB is', async () => {
  const filler = (size: number) => `SELECT 1; --${'x'.repeat(size - 12)}`
  const files = { '1.sql': filler(1024 * 1024), '2.sql': filler(1024 * 1024 + 1) }
  await withMigrator(files, async ({ migrator, database }) => {
    await migrator.execute({ command: 'upgrade' })

    const kept = await database.query(
      'SELECT revision::int, length(upgrade_text) AS length FROM migration_journal ORDER BY id',
    )
    assert.deepEqual(kept, [
      { revision: 1, length: 1024 * 1024 },
      { revision: 2, length: null },
    ])
  })
})

test('a rollback keeps no text, and no text of a module is kept', async () => {
  const files = {
    '1.sql': both,
    '2_upgrade.sql': 'CREATE TABLE more ()',
    '2_module.js': 'exports.upgrade = (_, context) => context.runSql()',
  }
  await withMigrator(files, async ({ migrator, database }) => {
    await migrator.execute({ command: 'upgrade', target: '1' })
    await migrator.execute({ command: 'downgrade' })
    await migrator.execute({ command: 'mark', only: '2' })

    const kept = await texts(database)
    assert.deepEqual(
      kept.map((row) => row.upgrade_text),
      ['CREATE TABLE people ();', null, null],
    )
  })
})

test('a release that lacks the file reverts it with the journal’s own text', async () => {
  await withMigrator({ '1.sql': both, '2.sql': 'SELECT 2' }, async (fixture) => {
    const { migrator, database, folder, another } = fixture
    await migrator.execute({ command: 'upgrade' })
    await rm(join(folder, '1.sql'))
    const older = await another()

    await assert.rejects(older.execute({ command: 'downgrade', target: '0' }), {
      code: 'IRREVERSIBLE',
    })
    await writeFile(join(folder, '2.sql'), '-- MIGRATE UP\nSELECT 2;\n-- MIGRATE DOWN\nSELECT 3;')
    const { steps } = await (await another()).execute({ command: 'downgrade', target: '0' })
    assert.deepEqual(
      steps.map(({ revision, outcome }) => `${revision} ${outcome}`),
      ['2 success', '1 success'],
    )
    assert.deepEqual(await database.query("SELECT to_regclass('people') AS people"), [
      { people: null },
    ])
  })
})

test('the text of the newest application reverts it', async () => {
  await withMigrator({ '1.sql': both }, async ({ migrator, database, folder, another }) => {
    await migrator.execute({ command: 'upgrade' })
    await migrator.execute({ command: 'downgrade' })
    await writeFile(join(folder, '1.sql'), both.replaceAll('people', 'customers'))
    await (await another()).execute({ command: 'upgrade' })
    await writeFile(join(folder, '2.sql'), 'SELECT 2')
    await rm(join(folder, '1.sql'))

    await (await another()).execute({ command: 'downgrade' })

    assert.deepEqual(await database.query("SELECT to_regclass('customers') AS customers"), [
      { customers: null },
    ])
  })
})

test('a header that asks for no transaction is kept with the text', async () => {
  const script = `-- migrate: no-transaction
-- MIGRATE UP
CREATE TABLE people (id int);
CREATE INDEX CONCURRENTLY people_id ON people (id);
-- MIGRATE DOWN
DROP INDEX CONCURRENTLY people_id;
DROP TABLE people;
`
  const files = { '1.sql': script, '2.sql': 'SELECT 2' }
  await withMigrator(files, async ({ migrator, database, folder, another }) => {
    await migrator.execute({ command: 'upgrade', target: '1' })
    await rm(join(folder, '1.sql'))

    await (await another()).execute({ command: 'downgrade' })

    assert.deepEqual(await database.query("SELECT to_regclass('people') AS people"), [
      { people: null },
    ])
  })
})

test('a script of which journal and folder have nothing is refused, and nothing is done', async () => {
  const flags = { journal_text: 'none' }
  const files = { '1.sql': both, '2.sql': 'SELECT 2' }
  await withMigrator(
    files,
    async ({ migrator, database, folder, another }) => {
      await migrator.execute({ command: 'upgrade', target: '1' })
      await rm(join(folder, '1.sql'))

      await assert.rejects((await another()).execute({ command: 'downgrade' }), {
        code: 'SCRIPT_MISSING',
        hint: /Restore its file/,
      })
      assert.equal((await texts(database)).length, 1)
    },
    { flags },
  )
})

test('status, plan and list read no journal into being and lock nothing', async () => {
  await withMigrator({ '1.sql': both }, async ({ migrator, database }) => {
    const status = await migrator.status()
    const plan = await migrator.plan({ command: 'upgrade' })

    assert.equal(status.pending.length, 1)
    assert.equal(plan.steps.length, 1)
    assert.deepEqual([await migrator.list(), await migrator.errors()], [[], []])
    const found = await database.query("SELECT to_regclass('migration_journal') AS journal")
    assert.deepEqual(found, [{ journal: null }])
  })
})

test('a migrator makes the journal in the schema that the settings name', async () => {
  await withMigrator(
    { '1.sql': both },
    async ({ migrator, database }) => {
      await migrator.execute({ command: 'upgrade' })

      const found = await database.query('SELECT revision::int FROM "the ops"."Journal"')
      assert.deepEqual(found, [{ revision: 1 }])
    },
    { flags: { journal_schema: 'the ops', journal_table: 'Journal' } },
  )
})

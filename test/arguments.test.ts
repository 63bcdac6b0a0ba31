import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { test } from 'node:test'
import { addScript, dumpSchema, migratorFor, readSettings, setUpMigration } from '../src'
import type { MigrationError } from '../src/errors'
import { withMigrator } from './support/migrator'
import { withFolder } from './support/folder'

/* eslint-disable-next-line */
type Loose = (...words: readonly unknown[]) => Promise<unknown>

const loose = (work: unknown) => work as Loose

async function assertUsage(called: string, work: () => Promise<unknown>): Promise<void> {
  const error = (await work().then(
    () => new Error('was accepted'),
    (thrown: unknown) => thrown,
  )) as MigrationError
  assert.equal(error.code, 'USAGE', `${called}: ${error.message}`)
  assert.match(error.message, /^[^A-Z\n][^\n]*$/)
  assert.match(error.hint ?? '', /\.$|\?$/)
}

const requests = [
  undefined,
  null,
  'upgrade',
  [],
  {},
  { command: undefined },
  { command: 'up' },
  { command: 'toString' },
  { command: 'to' },
  { command: 'to', target: undefined },
  { command: 'to', target: null },
  { command: 'to', target: 3 },
  { command: 'to', target: '' },
  { command: 'to', target: 'yesterday' },
  { command: 'to', target: '1', count: 1 },
  { command: 'downgrade', count: -1 },
  { command: 'downgrade', count: Number.NaN },
  { command: 'downgrade', count: 1.5 },
  { command: 'downgrade', count: '1' },
  { command: 'downgrade', count: Infinity },
  { command: 'mark', only: '1', count: 1 },
  { command: 'downgrade', target: 20260101120000 },
  { command: 'upgrade', targer: '1' },
  { command: 'upgrade', target: '1;' },
  { command: 'mark', only: 1 },
  { command: 'mark', only: '1', target: '1' },
  { command: 'rebuild', answer: 'yes' },
]

test('a request that is none is refused before anything is done', async () => {
  const files = { '1_a.sql': '-- MIGRATE UP\nSELECT 1;\n-- MIGRATE DOWN\nSELECT 1;' }
  await withMigrator(files, async ({ migrator, database }) => {
    await migrator.execute({ command: 'upgrade' })
    for (const request of requests) {
      for (const work of ['plan', 'execute'] as const) {
        await assertUsage(inspect(request), () => loose(migrator[work].bind(migrator))(request))
      }
    }
    assert.equal((await migrator.status()).applied.length, 1)
    assert.equal((await database.query('SELECT 1 FROM migration_journal')).length, 1)
  })
})

const options = [
  'fast',
  null,
  [],
  { signal: 'now' },
  { signal: {} },
  { signal: new AbortController() },
  { observer: 'me' },
  { observer: { started: true } },
  { obsever: {} },
]

test('options that are none are refused', async () => {
  await withMigrator({ '1_a.sql': 'SELECT 1' }, async ({ migrator, database, folder }) => {
    for (const one of options) {
      const called = inspect(one)
      await assertUsage(called, () =>
        loose(migrator.execute.bind(migrator))({ command: 'upgrade' }, one),
      )
      await assertUsage(called, () => loose(migrator.setUp.bind(migrator))(one))
      await assertUsage(called, () => loose(setUpMigration)(database.url, folder, one))
      await assertUsage(called, () => loose(addScript)(folder, one))
      await assertUsage(called, () => loose(dumpSchema)(folder, one))
    }
    for (const whenSetUp of ['frob', null, true]) {
      await assertUsage('whenSetUp', () =>
        loose(setUpMigration)(database.url, folder, { whenSetUp }),
      )
    }
    for (const initMigration of [null, 1, '', [], { upgrade: 1 }]) {
      await assertUsage('init', () =>
        loose(setUpMigration)(database.url, folder, { initMigration }),
      )
    }
    for (const id of [undefined, 1, '', {}]) {
      await assertUsage('trace', () => loose(migrator.trace.bind(migrator))(id))
    }
    for (const sessions of ['all', {}, [1], [null], [{}]]) {
      await assertUsage('unlock', () => loose(migrator.unlock.bind(migrator))(sessions))
    }
    assert.deepEqual(await database.query("SELECT to_regclass('migration_journal') AS j"), [
      { j: null },
    ])
  })
})

test('a database or a source that is none is refused', async () => {
  await withFolder({ '1_a.sql': 'SELECT 1' }, async (folder) => {
    const none = await (loose(migratorFor)(() => undefined, folder) as ReturnType<
      typeof migratorFor
    >)
    await assertUsage('a function that gives no backend', () => none.status())
    for (const database of [undefined, null, 1, '', {}, []]) {
      await assertUsage(inspect(database), () => loose(migratorFor)(database, folder))
      await assertUsage(inspect(database), () => loose(setUpMigration)(database, folder))
    }
    for (const source of [undefined, null, 1, '', {}, [], () => undefined]) {
      await assertUsage(inspect(source), () => loose(migratorFor)('postgres://localhost/a', source))
      await assertUsage(inspect(source), () => loose(addScript)(source, { title: 'a' }))
      await assertUsage(inspect(source), () => loose(dumpSchema)(source))
    }
    for (const request of [undefined, 'development.ini', {}, { cwd: 1, env: {} }]) {
      await assertUsage(inspect(request), () => loose(readSettings)(request))
    }
  })
})

test('a migrator shows no secret, however it is looked at', async () => {
  await withFolder(
    {
      'app.ini': `[migration]
package = .
typeorm.url = postgres://ann:s3cret-word@localhost/app
typeorm.ssl.passphrase = an0ther-word
`,
    },
    async (folder) => {
      const migrator = await migratorFor(
        'postgres://ann:th1rd-word@localhost/app',
        `${folder}/app.ini`,
      )
      for (const seen of [
        inspect(migrator, { depth: 9, showHidden: true }),
        inspect(migrator.settings, { depth: 9, showHidden: true }),
        JSON.stringify(migrator),
        JSON.stringify(migrator.settings),
        migrator.label,
      ]) {
        assert.doesNotMatch(seen, /s3cret|an0ther|th1rd/)
      }
      assert.equal(migrator.settings.directory, folder)
      await migrator.close()
    },
  )
})

test('a migrator closes itself at the end of an await using block', async () => {
  await withMigrator({ '1_a.sql': 'SELECT 1' }, async ({ another, database }) => {
    {
      await using migrator = await another()
      await migrator.execute({ command: 'upgrade' })
    }
    const rows = await database.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'typetrek %'",
    )
    assert.deepEqual(rows, [])
  })
})

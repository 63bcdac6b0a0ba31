import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { describeNotice } from '../../src/run/context/notice-text'
import type { Request } from '../../src/plan/plan'
import type { TestDatabase } from '../support/database'
import { failureOf } from '../support/failure'
import { withMigrator, type MigratorFixture } from '../support/migrator'
import { entriesOf, indexesIn } from './cut-off'

const down = (sql: string) => `\n-- MIGRATE DOWN\n${sql}`
const table = `-- MIGRATE UP\nCREATE TABLE t (x int, y int);${down('DROP TABLE t;')}`
const half = `CREATE INDEX CONCURRENTLY i ON t (x);\nCREATE INDEX CONCURRENTLY j ON t (nix);`
const whole = half.replace('nix', 'y')

/** `1_a` is applied, `2_ix` has failed at its second statement. */
async function withHalf(
  work: (fixture: MigratorFixture & { mend(text?: string): Promise<void> }) => Promise<void>,
  text = half,
): Promise<void> {
  await withMigrator({ '1_a.sql': table, '2_ix.sql': text }, async (fixture) => {
    const mend = (now = whole) => writeFile(join(fixture.folder, '2_ix.sql'), now)
    await failureOf(fixture.migrator.execute({ command: 'upgrade' }))
    await work({ ...fixture, mend })
  })
}

/** As migrators did that let a downgrade pass over an unfinished script. */
async function revertFirst(database: TestDatabase): Promise<void> {
  await database.query('DROP TABLE t')
  await database.query(
    `INSERT INTO migration_journal (run_id, revision, title, kind, operation, ordinal, outcome, checksum, checksum_kind, operator, tool_version)
     SELECT run_id, revision, title, kind, 'rollback', 2, 'success', checksum, checksum_kind, operator, tool_version
       FROM migration_journal WHERE revision = 1`,
  )
}

const passing: Request[] = [
  { command: 'downgrade' },
  { command: 'downgrade', target: '0' },
  { command: 'downgrade', target: '1' },
  { command: 'downgrade', count: 1 },
  { command: 'to', target: '1' },
  { command: 'to', target: '0' },
  { command: 'to', target: 'previous' },
]

test('no downgrade passes over an unfinished script, and each says the way out', async () => {
  await withHalf(async ({ another, database }) => {
    for (const request of passing) {
      const error = await failureOf((await another()).execute(request))
      assert.equal(error.code, 'SCRIPT_UNFINISHED', JSON.stringify(request))
      assert.match(error.hint ?? '', /"rebuild 2".*"mark --only 2"/)
      await failureOf((await another()).plan(request))
    }
    assert.deepEqual(await indexesIn(database), ['i on t'])
  })
})

test('an unfinished script that is given up is marked, and then reverted by its downgrade', async () => {
  await withHalf(
    async ({ another, database }) => {
      await (await another()).execute({ command: 'mark', only: '2' })
      await (await another()).execute({ command: 'downgrade', target: '0' })

      assert.deepEqual(await database.query("SELECT to_regclass('t') AS t"), [{ t: null }])
    },
    `-- MIGRATE UP\n${half}${down('DROP INDEX CONCURRENTLY IF EXISTS i;')}`,
  )
})

test('what was done before a script below was reverted is not skipped', async () => {
  await withHalf(async ({ another, database, mend }) => {
    await revertFirst(database)
    await mend()
    for (const request of [
      { command: 'upgrade' },
      { command: 'rebuild', target: '2' },
    ] satisfies Request[]) {
      const error = await failureOf((await another()).execute(request))
      assert.equal(error.code, 'SCRIPT_UNFINISHED')
      assert.match(error.message, /1 was reverted since/)
    }
    await (await another()).execute({ command: 'upgrade', target: '1' })
    await failureOf((await another()).execute({ command: 'rebuild', target: '2' }))

    const { steps } = await (
      await another()
    ).execute({ command: 'rebuild', target: '2', answer: 'not done' })

    assert.deepEqual(
      steps.map(({ operation }) => operation),
      ['run'],
    )
    assert.deepEqual(await indexesIn(database), ['i on t', 'j on t'])
    assert.deepEqual(await entriesOf(database, 2), ['run error 1', 'run success 2'])
  })
})

test('an answer goes on after what is recorded as done', async () => {
  await withHalf(async ({ another, database, mend }) => {
    await revertFirst(database)
    await mend()
    await (await another()).execute({ command: 'upgrade', target: '1' })
    await database.query('CREATE INDEX i ON t (x)')

    await (await another()).execute({ command: 'rebuild', target: '2', answer: 'done' })

    assert.deepEqual(await indexesIn(database), ['i on t', 'j on t'])
  })
})

test('what a script made before it stopped, and somebody has taken away, is missed at its place', async () => {
  await withHalf(async ({ another, database, mend }) => {
    await mend()
    await database.query('DROP INDEX i')

    const error = await failureOf((await another()).execute({ command: 'upgrade' }))

    assert.equal(error.code, 'SCRIPT_UNFINISHED')
    assert.deepEqual([error.line, error.column], [1, 1])
    assert.match(error.hint ?? '', /--not-done/)
    assert.deepEqual(await entriesOf(database, 2), ['run error 1'])
    await (await another()).execute({ command: 'rebuild', answer: 'not done' })
    assert.deepEqual(await indexesIn(database), ['i on t', 'j on t'])
  })
})

const begins = '-- migrate: no-transaction\n'
const made: [what: string, statements: string, gone: string][] = [
  ['a table', 'CREATE TABLE app.made (x int)', 'DROP TABLE app.made'],
  [
    'a table of the search_path',
    'SET search_path = app; CREATE TABLE made (x int); RESET search_path',
    'DROP TABLE app.made',
  ],
  ['a table made of a query', 'CREATE TABLE made AS VALUES (1)', 'DROP TABLE made'],
  ['a view', 'CREATE VIEW made AS VALUES (1)', 'DROP VIEW made'],
  ['a sequence', 'CREATE SEQUENCE made', 'DROP SEQUENCE made'],
  ['a schema', 'CREATE SCHEMA made', 'DROP SCHEMA made'],
  ['an enum', "CREATE TYPE made AS ENUM ('a')", 'DROP TYPE made'],
  ['a column', 'ALTER TABLE t ADD made int', 'ALTER TABLE t DROP made'],
  [
    'a constraint',
    'ALTER TABLE t ADD CONSTRAINT made CHECK (x > 0)',
    'ALTER TABLE t DROP CONSTRAINT made',
  ],
  ['an index without a name', 'CREATE INDEX ON t (x)', 'DROP INDEX t_x_idx'],
]

test('a script that goes on looks whether all that it made is still there', async () => {
  for (const [what, statements, gone] of made) {
    const text = `${begins}CREATE SCHEMA app;\n${statements};\nSELECT 1/0;`
    await withHalf(async ({ another, database, mend }) => {
      await mend(text.replace('1/0', '1'))
      await database.query(gone)
      const error = await failureOf((await another()).execute({ command: 'upgrade' }))
      assert.equal(error.code, 'SCRIPT_UNFINISHED', what)
    }, text)
  }
})

const itself: [what: string, statements: string][] = [
  ['renames', 'CREATE INDEX i ON t (x); ALTER INDEX i RENAME TO k'],
  ['drops', 'CREATE TABLE made (x int); DROP TABLE made'],
  ['drops with what it stands on', 'CREATE SCHEMA s; CREATE TABLE s.a (); DROP SCHEMA s CASCADE'],
  ['takes away in a block', "CREATE TABLE made (); DO $$ BEGIN EXECUTE 'DROP TABLE made'; END $$"],
  ['makes for its session', 'CREATE TEMPORARY TABLE made (x int)'],
]

test('what a script itself takes away again is not missed', async () => {
  for (const [what, statements] of itself) {
    const text = `${begins}${statements};\nSELECT 1/0;`
    await withHalf(async ({ another, mend }) => {
      await mend(text.replace('1/0', '1'))
      const { steps } = await (await another()).execute({ command: 'upgrade' })
      assert.equal(steps.length, 1, what)
    }, text)
  }
})

test('an upgrade over a downgrade that stopped half-way says so', async () => {
  const files = {
    '1_a.sql': table,
    '2_b.sql': `${begins}-- MIGRATE UP\nSELECT 1;${down('SELECT 2; SELECT 1/0;')}`,
    '3_c.sql': 'SELECT 3',
  }
  await withMigrator(files, async ({ migrator, another }) => {
    await migrator.execute({ command: 'upgrade', target: '2' })
    await failureOf((await another()).execute({ command: 'downgrade' }))

    const { notices } = await (await another()).plan({ command: 'upgrade' })

    assert.deepEqual(notices.map(describeNotice), [
      'reverted only in part: 2_b; finish it with rebuild 2',
    ])
  })
})

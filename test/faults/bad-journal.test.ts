import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrate } from '../support/cli'
import { type TestDatabase, withDatabase } from '../support/database'
import { withFolder, writeFiles } from '../support/folder'

const first = { 'migration/1_a.sql': 'CREATE TABLE a ()' }
const whole = `SELECT coalesce(json_agg(j ORDER BY j::text), '[]') AS rows FROM migration_journal j`

/** Whatever was made of the journal: commands are refused with this, and the table stays as it is. */
async function refused(
  database: TestDatabase,
  cwd: string,
  commands: readonly (readonly string[])[],
  expected: RegExp,
): Promise<void> {
  await writeFiles(cwd, { 'migration/2_b.sql': 'CREATE TABLE b ()' })
  const before = await database.query(whole)
  for (const argv of commands) {
    const { status, stderr } = await migrate(argv, { cwd })
    assert.match(stderr, expected, argv.join(' '))
    assert.equal(status, 2, argv.join(' '))
  }
  assert.deepEqual(await database.query(whole), before)
  assert.deepEqual(await database.query("SELECT to_regclass('b') AS b"), [{ b: null }])
}

async function withUsed(
  work: (database: TestDatabase, cwd: string) => Promise<void>,
): Promise<void> {
  await withDatabase((database) =>
    withFolder(first, async (cwd) => {
      const url = database.url.replaceAll('%', '%%')
      const ini = `[migration]\npackage = migration\ntypeorm.url = ${url}\n`
      await writeFiles(cwd, { 'development.ini': ini })
      await work(database, cwd)
    }),
  )
}

const every = [['upgrade'], ['status'], ['list'], ['downgrade', '0'], ['setup'], ['mark', '--yes']]
const writing = [['upgrade'], ['mark', '--yes']]

test('a foreign table of the journal’s name is refused by every command, and unharmed', async () => {
  await withUsed(async (database, cwd) => {
    await database.query('CREATE TABLE migration_journal (id int, note text)')
    await database.query("INSERT INTO migration_journal VALUES (1, 'mine')")
    await refused(
      database,
      cwd,
      every,
      /error: table "public"\."migration_journal" is not a journal of typetrek\n.*\n(?: {2}SQLSTATE 42703\n)?hint: Name another table with journal_table/,
    )
  })
})

test('a journal of a newer shape is refused by every command, and unharmed', async () => {
  await withUsed(async (database, cwd) => {
    assert.equal((await migrate(['upgrade'], { cwd })).status, 0)
    await database.query("COMMENT ON TABLE migration_journal IS 'typetrek journal, shape 99'")
    await refused(
      database,
      cwd,
      every.filter(([command]) => command !== 'list'),
      /has shape 99, newer than this version knows\n {2}This version knows shapes up to \d+\.\nhint: Upgrade typetrek\./,
    )
  })
})

const changes: readonly (readonly [what: string, ddl: string, expected: RegExp])[] = [
  [
    'a column that must be filled',
    'ALTER TABLE migration_journal ADD ticket text NOT NULL DEFAULT 0; ALTER TABLE migration_journal ALTER ticket DROP DEFAULT',
    /has another shape\n {2}column "ticket" must be filled and is none of its own\nhint: Drop the column, or give it a default\./,
  ],
  [
    'no unique index',
    'DROP INDEX migration_journal_claim',
    /lacks its unique index\n.*\nhint: CREATE UNIQUE INDEX "migration_journal_claim" ON "public"\."migration_journal"/,
  ],
]

for (const [what, ddl, expected] of changes) {
  test(`a journal with ${what} is refused before anything is written`, async () => {
    await withUsed(async (database, cwd) => {
      assert.equal((await migrate(['upgrade'], { cwd })).status, 0)
      await database.query(ddl)
      await refused(database, cwd, writing, expected)
      assert.equal((await migrate(['status'], { cwd })).status, 0)
    })
  })
}

test('a column that somebody added and that may be empty does no harm', async () => {
  await withUsed(async (database, cwd) => {
    assert.equal((await migrate(['upgrade'], { cwd })).status, 0)
    await database.query(
      'ALTER TABLE migration_journal ADD ticket text, ADD at date NOT NULL DEFAULT now()',
    )
    await writeFiles(cwd, { 'migration/2_b.sql': 'CREATE TABLE b ()' })

    assert.equal((await migrate(['upgrade'], { cwd })).status, 0)
    const rows = await database.query('SELECT ticket FROM migration_journal')
    assert.deepEqual(rows, [{ ticket: null }, { ticket: null }])
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeNotice } from '../../src/run/context/notice-text'
import { setUpMigration } from '../../src/setup'
import { failureOf } from '../support/failure'
import { withMigrator } from '../support/migrator'

const applied = `SELECT revision::int FROM migration_journal WHERE outcome = 'success' ORDER BY id`

test('a script whose claim somebody else made is not run, and the others are', async () => {
  const claim = `INSERT INTO migration_journal (run_id, revision, title, kind, operation, ordinal, outcome, checksum, checksum_kind, operator, tool_version)
    VALUES ('other', 2, 'b', 'sql', 'run', 1, 'success', '', 'sql', 'other', '0')`
  const files = {
    '1_a.sql': claim,
    '2_b.sql': 'CREATE TABLE b ()',
    '3_c.sql': 'CREATE TABLE c ()',
  }
  await withMigrator(files, async ({ migrator, database }) => {
    const notices: string[] = []
    const { steps } = await migrator.execute(
      { command: 'upgrade' },
      { observer: { notice: (one) => notices.push(describeNotice(one)) } },
    )

    assert.deepEqual(
      steps.map(({ revision }) => revision),
      ['1', '3'],
    )
    assert.match(notices.join('\n'), /another migrator has taken script 2; planning again/)
    assert.deepEqual(await database.query("SELECT to_regclass('b') AS b"), [{ b: null }])
    assert.deepEqual(
      (await database.query(applied)).map(({ revision }) => revision as number),
      [1, 2, 3],
    )
  })
})

test('a script that ends its own connection is rolled back, and its loss is said', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE a ()',
    '2_b.sql': 'CREATE TABLE b (); SELECT pg_terminate_backend(pg_backend_pid())',
  }
  await withMigrator(files, async ({ migrator, database }) => {
    const error = await failureOf(migrator.execute({ command: 'upgrade' }))

    assert.equal(error.code, 'CONNECTION_LOST')
    assert.deepEqual(await database.query(applied), [{ revision: 1 }])
    assert.deepEqual(await database.query("SELECT to_regclass('b') AS b"), [{ b: null }])
  })
})

test("when the lock's connection ends, the migrator stops after its script", async () => {
  const kill = `const holders = "FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND datname = current_database() AND pid <> pg_backend_pid()"
export async function upgrade(queryRunner: { query(sql: string): Promise<unknown[]> }) {
  await queryRunner.query('SELECT pg_terminate_backend(pid) ' + holders)
  do await new Promise((done) => setTimeout(done, 50))
  while ((await queryRunner.query('SELECT ' + holders)).length > 0)
}`
  const files = { '1_a.ts': kill, '2_b.sql': 'CREATE TABLE b ()' }
  await withMigrator(files, async ({ migrator, database }) => {
    const error = await failureOf(migrator.execute({ command: 'upgrade' }))

    assert.equal(error.code, 'LOCK_LOST')
    assert.deepEqual(await database.query(applied), [{ revision: 1 }])
  })
})

test('a TypeScript script cut off outside a transaction is not run again blindly', async () => {
  const files = {
    '1_a.ts': `export const transaction = false
export async function upgrade(queryRunner: { query(sql: string): Promise<unknown> }) {
  await queryRunner.query('CREATE TABLE a ()')
  await queryRunner.query('SELECT pg_terminate_backend(pg_backend_pid())')
}`,
  }
  await withMigrator(files, async ({ migrator, another }) => {
    const lost = await failureOf(migrator.execute({ command: 'upgrade' }))
    assert.equal(lost.code, 'CONNECTION_LOST')

    const error = await failureOf((await another()).execute({ command: 'upgrade' }))
    assert.equal(error.code, 'SCRIPT_UNFINISHED')
    assert.match(error.hint ?? '', /rebuild 1 --done/)

    const marker = await another()
    await marker.execute({ command: 'mark', only: '1' })
    assert.deepEqual((await marker.status()).unfinished, [])
    assert.deepEqual((await marker.execute({ command: 'upgrade' })).steps, [])
  })
})

test('an upgrade over a set-up that was cut off is refused', async () => {
  const files = { '1_a.sql': 'SELECT nix' }
  await withMigrator(files, async ({ migrator, database, folder }) => {
    await failureOf(setUpMigration(database.url, folder))

    const error = await failureOf(migrator.execute({ command: 'upgrade' }))

    assert.equal(error.code, 'NOT_SET_UP')
    assert.match(error.hint ?? '', /setup again/)
  })
})

test('an entry that the journal does not have is said so', async () => {
  await withMigrator({ '1_a.sql': '' }, async ({ migrator }) => {
    assert.equal((await failureOf(migrator.trace('1'))).code, 'ENTRY_NOT_FOUND')
    await migrator.execute({ command: 'upgrade' })

    assert.equal((await migrator.trace('1')).revision, '1')
    assert.equal((await failureOf(migrator.trace('x'))).code, 'ENTRY_NOT_FOUND')
  })
})

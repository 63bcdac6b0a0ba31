import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setUpMigration } from '../../src/setup'
import { failureOf } from '../support/failure'
import { withMigrator } from '../support/migrator'

const sections = '-- MIGRATE UP\nCREATE TABLE a ();\n\n-- MIGRATE DOWN\nDROP TABLE a;\n'
const unreadable = '-- MIGRATE DOWN\nDROP TABLE a;\n'
const upgrade = { command: 'upgrade' } as const

for (const [what, change] of [
  ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
  ['CR', (text: string) => text.replaceAll('\n', '\r')],
  ['a BOM', (text: string) => `\ufeff${text}`],
] as const)
  test(`a checkout with ${what} changes no script`, () =>
    withMigrator({ '1_a.sql': sections }, async ({ migrator, folder, another }) => {
      await migrator.execute(upgrade)
      await writeFile(
        join(folder, '1_a.sql'),
        change(await readFile(join(folder, '1_a.sql'), 'utf8')),
      )
      const later = await another()

      const { changed, pending } = await later.status()
      assert.deepEqual([changed, pending], [[], []])
      await later.execute({ command: 'downgrade' })
    }))

test('what is applied and unchanged is not parsed', () =>
  withMigrator({ '1_a.sql': sections }, async ({ migrator, folder, another, database }) => {
    await migrator.execute(upgrade)
    // as if a version had applied it that took such a text
    await writeFile(join(folder, '1_a.sql'), unreadable)
    const checksum = createHash('sha256').update(unreadable).digest('hex')
    await database.query(`UPDATE migration_journal SET checksum = '${checksum}'`)

    const later = await another()
    assert.equal((await later.status()).applied.length, 1)
    assert.deepEqual((await later.execute(upgrade)).steps, [])
    assert.equal(await setUpMigration(database.url, folder, { whenSetUp: 'verify' }), false)
    const error = await failureOf((await another()).execute({ command: 'downgrade' }))
    assert.deepEqual([error.code, error.line], ['SCRIPT_INVALID', 1])
  }))

test('an unreadable text is found in what is pending and in what has changed, before anything runs', () =>
  withMigrator({ '1_a.sql': sections }, async ({ migrator, folder, another, database }) => {
    await migrator.execute(upgrade)
    await writeFile(join(folder, '2_b.sql'), 'CREATE TABLE b ();')
    await writeFile(join(folder, '3_c.sql'), unreadable)
    await writeFile(join(folder, '1_a.sql'), unreadable)

    for (const work of [
      async () => (await another()).status(),
      async () => (await another()).plan(upgrade),
      async () => (await another()).execute(upgrade),
      async () => (await another()).execute({ ...upgrade, target: '2' }),
      async () => setUpMigration(database.url, folder, { whenSetUp: 'upgrade' }),
    ]) {
      const error = await failureOf(work())
      assert.equal(error.code, 'SCRIPT_INVALID')
      assert.match(error.message, /^2 problems with the scripts in /)
    }
    assert.deepEqual(await database.query(`SELECT FROM pg_class WHERE relname = 'b'`), [])
  }))

test('set-up refuses an unreadable script before it builds anything', () =>
  withMigrator(
    { '1_a.sql': unreadable, 'schema.sql': 'CREATE TABLE a ();' },
    async ({ migrator, folder, database }) => {
      const initMigration = join(folder, 'schema.sql')
      const error = await failureOf(migrator.setUp({ initMigration }))

      assert.equal(error.code, 'SCRIPT_INVALID')
      assert.deepEqual(await database.query(`SELECT FROM pg_class WHERE relname = 'a'`), [])
    },
  ))

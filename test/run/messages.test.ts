import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrate } from '../support/cli'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'
import { withMigrator } from '../support/migrator'

const upgrade = { command: 'upgrade' } as const
const warn = (text: string) => `DO $$BEGIN RAISE WARNING '${text}'; END$$;\n`

const files = {
  '1_first.sql': `SELECT 1;\n${warn('one')}${warn('one again')}`,
  '2_silent.sql': 'CREATE TABLE b ();',
  '3_third.sql': `SET search_path = pg_temp;\n${warn('three')}`,
  '4_copy.sql': `CREATE TABLE c (id int);\nCOPY c FROM stdin;\n1\n\\.\n${warn('four')}`,
  '5_outside.sql': `-- migrate: no-transaction\nSELECT 1;\n${warn('five')}`,
  '6_code.ts': `export async function upgrade(queryRunner: any, context: any) {
    await queryRunner.query("DO $$BEGIN RAISE WARNING 'six'; END$$")
    context.log('six logs')
  }`,
  '7_deferred.sql': `CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE WARNING 'seven'; RETURN NULL; END$$;
    CREATE CONSTRAINT TRIGGER late AFTER INSERT ON c DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at_commit();
    INSERT INTO c VALUES (2);`,
  '8_last.sql': warn('eight'),
}

const expected = [
  'one: 1_first',
  'one again: 1_first',
  'three: 3_third',
  'four: 4_copy',
  'five: 5_outside',
  'six: 6_code',
  'six logs: 6_code',
  'seven: 7_deferred',
  'eight: 8_last',
]

test('a message of the server names the script that raised it, however scripts travel', async () => {
  await withMigrator(files, async ({ migrator }) => {
    const said: string[] = []
    const message = (_: string, text: string, script?: { revision: string; title: string }) =>
      said.push(`${text}: ${script?.revision}_${script?.title}`)

    await migrator.execute(upgrade, { observer: { message } })

    assert.deepEqual(said, expected)
  })
})

test('it does so in one transaction for all', async () => {
  const { '5_outside.sql': _outside, '7_deferred.sql': _deferred, ...inside } = files
  await withMigrator(inside, async ({ another }) => {
    const said: string[] = []
    const message = (_: string, text: string, script?: { revision: string; title: string }) =>
      said.push(`${text}: ${script?.revision}_${script?.title}`)

    const migrator = await another({ transaction: 'all' })
    await migrator.execute(upgrade, { observer: { message } })

    assert.deepEqual(
      said,
      expected.filter((text) => !/^(five|seven)/.test(text)),
    )
  })
})

test('the command line names it in its text and in its events', async () => {
  const some = { 'migration/1_a.sql': warn('careful'), 'migration/2_b.sql': warn('more') }
  await withDatabase((database) =>
    withFolder(some, async (cwd) => {
      const text = await migrate([database.url, 'upgrade', '1'], { cwd })
      const logged = await migrate([database.url, 'upgrade', '--log', 'json'], { cwd })

      assert.match(text.stderr, /^warning: script 1_a: careful$/m)
      const events = logged.stderr
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { event: string })
      const said = events.filter(({ event }) => event === 'message')
      assert.equal(said.length, 1)
      const { level, severity, message, revision, title } = said[0] as Record<string, unknown>
      assert.deepEqual(
        [level, severity, message, revision, title],
        ['warn', 'WARNING', 'more', '2', 'b'],
      )
    }),
  )
})

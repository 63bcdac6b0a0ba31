import assert from 'node:assert/strict'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { migratorFor } from '../../src/setup'
import { migrate } from '../support/cli'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'

const nous = {
  'busy/migration/201201011200_first.table.sql':
    'CREATE TABLE users (id int PRIMARY KEY, name text);',
  'busy/migration/201201011200_downgrade.sql': 'DROP TABLE users;',
  'busy/migration/201201011300.sql': 'ALTER TABLE users ADD mail text;',
  'busy/migration/201201011400_mixed.ts':
    'export const upgrade = (queryRunner, { runSql }) => runSql()\nexport const downgrade = (queryRunner, { runSql }) => runSql()\n',
  'busy/migration/201201011400_upgrade.sql': "INSERT INTO users VALUES (1, 'ann');",
  'busy/migration/201201011400_downgrade.sql': 'DELETE FROM users;',
}

test('nous.migration: its section, its files and its words do what they did, and its API is here under other names', async () => {
  await withDatabase(async ({ url, query }) => {
    const ini = `[app:busy]\ntypeorm.url = ${url.replaceAll('%', '%%')}\n[nous.migration]\napp = app:busy\npackage = busy.migration\n`
    await withFolder({ 'development.ini': ini, ...nous }, async (cwd) => {
      const said = async (line: string) => {
        const { status, stdout, stderr } = await migrate(line.split(' '), { cwd })
        const lines = stdout
          .trim()
          .split('\n')
          .map((text) => text.replaceAll(/ +/g, ' ').replace(/ [\d.]+ m?s$/, ''))
        return status === 0 ? lines : [`exit ${status}`, /^error: .*/m.exec(stderr)?.[0] ?? '']
      }
      assert.deepEqual(await said('development.ini next_version'), ['201201011200'])
      assert.deepEqual(
        await said('development.ini upgrade --transaction all'),
        [
          'up 201201011200 first.table',
          'up 201201011300',
          'up 201201011400 mixed',
          '3 scripts applied in',
        ].map((line) => line.trimEnd()),
      )
      assert.deepEqual(await said('development.ini next_version'), [''])
      await writeFile(join(cwd, 'busy/migration/201112312359_late.sql'), 'CREATE TABLE late ();')
      assert.deepEqual(await said('development.ini'), [
        'up 201112312359 late',
        '1 script applied in',
      ])
      assert.deepEqual(await said('development.ini downgrade --only 201201011400 --yes'), [
        'down 201201011400 mixed',
        '1 script reverted in',
      ])
      assert.deepEqual(await query('SELECT * FROM users'), [])
      assert.deepEqual(await said('downgrade --only 201201011300 --yes'), [
        'exit 1',
        'error: script 201201011300 has no downgrade',
      ])
      assert.deepEqual(await said('development.ini upgrade --only 201201011400'), [
        'up 201201011400 mixed',
        '1 script applied in',
      ])
      assert.deepEqual(await said('upgrade --only 201201011400'), [
        'nothing to do: 4 applied, none pending',
      ])
      assert.deepEqual(await said('upgrade --only 5'), [
        'exit 2',
        'error: no script has revision 5',
      ])
      assert.deepEqual(await said('upgrde'), ['exit 2', 'error: unknown command "upgrde"'])

      const migrator = await migratorFor(url, join(cwd, 'busy/migration'))
      const { applied, pending } = await migrator.status()
      await migrator.runDowngradeScripts(['201201011400'])
      const { steps } = await migrator.runScripts(['201201011400'])
      await migrator.close()
      assert.deepEqual(
        applied.map(({ revision }) => revision),
        ['201201011200', '201201011300', '201112312359', '201201011400'],
      )
      assert.deepEqual([pending, steps.map(({ revision }) => revision)], [[], ['201201011400']])
    })
  })
})

const uuid = '9f0c2f8e-5d3b-4a57-8f0a-0c3f6f2f7a11'

const migratore = {
  '1400000001.ts': `class Migration {
  uuid = '${uuid}'
  timestamp = 1400000001
  description = 'makes the users'
  async run(db, context) { await db.query('CREATE TABLE users (id int PRIMARY KEY, age int)'); context.log('made') }
  async rollback(db) { await db.query('DROP TABLE users') }
}
export const migration = new Migration()
`,
  '1400000002.ts': `export async function run(db, { table }) { await table('users').insert({ id: 1 }); throw new Error('not yet') }\n`,
}

test('migratore: its variables, its folder and its words do what they did', async () => {
  await withDatabase(async ({ connection, query }) => {
    const { host, user, database } = connection
    const env = {
      UNIX_SOCKET: host,
      USERNAME: user,
      DB: database,
      PORT: '5432',
      FS: '.',
    }
    await withFolder(migratore, async (cwd) => {
      const run = (line: string) => migrate(line.split(' '), { cwd, env })
      const first = await run('upgrade .')
      const failed = await run('errors')
      const dry = await run('dry_upgrade .')
      const skipped = await run('skip .')
      const none = await run('skip .')
      const traced = await run('trace 1')
      const again = await run(`rebuild ${uuid} .`)
      const down = await run('downgrade . --only 1400000001 --yes')
      const made = await run('generate . third')
      const listed = JSON.parse((await run('list --json')).stdout) as {
        entries: { operation: string }[]
      }

      assert.equal(first.status, 1, first.stderr)
      assert.match(first.stderr, /^ *made$/m)
      assert.match(first.stderr, /^error: script 1400000002: not yet$/m)
      assert.match(failed.stdout, /run +1400000002 .*\n +script 1400000002: not yet\n/)
      assert.match(dry.stdout, /^ +up +1400000002\n1 script would be applied/m)
      assert.match(skipped.stdout, /^mark 1400000002/m)
      assert.match(none.stdout, /nothing to do: 2 applied, none pending/)
      assert.match(traced.stdout, new RegExp(`^ *uuid +${uuid}$`, 'm'))
      assert.match(again.stderr, /^error: script 1400000001 neither failed nor was interrupted$/m)
      assert.equal(down.status, 0, down.stderr)
      assert.deepEqual(await query("SELECT to_regclass('users') AS users"), [{ users: null }])
      assert.equal(made.status, 0, made.stderr)
      assert.equal((await readdir(cwd)).length, 3)
      assert.deepEqual(
        listed.entries.map(({ operation }) => operation),
        ['run', 'run_skip', 'rollback'],
      )
      await rm(join(cwd, '1400000002.ts'))
    })
  })
})

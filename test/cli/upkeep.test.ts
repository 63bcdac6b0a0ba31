import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { compareSql } from '../../src/upkeep/same-sql'
import { startMigrateAs } from '../support/program'
import { withApplication } from './application'
import { withProject } from './project'

const uuid = '9f0c2f8e-5d3b-4a57-8f0a-0c3f6f2f7a11'

test('touch gives a pending script the newest number: all its files, by git where git has them', async () => {
  const files = {
    'migration/20260101000000_orders.sql': 'CREATE TABLE orders (id int);',
    'migration/20260101000000_downgrade.sql': 'DROP TABLE orders;',
    'migration/3-Later.ts': `export class Later3 {\n  uuid = '${uuid}'\n  async up() {}\n  async down() {}\n}\n`,
  }
  await withProject(files, async ({ cwd, run, git }) => {
    await run('upgrade 1')
    await writeFile(join(cwd, 'migration/4_new.sql'), '-- 20260101000000\nSELECT 1;')
    const names = async () => (await readdir(join(cwd, 'migration'))).toSorted()
    const dry = await run('touch 20260101000000 --dry-run')
    const before = await names()
    const touched = await run('touch 20260101000000')
    const byUuid = await run(`touch ${uuid}`)
    const untracked = await run('touch 4')
    const status = await git('status', '--porcelain')

    assert.match(
      dry.stdout,
      /^migration\/20260101000000_orders\.sql -> migration\/2\d{13}_orders\.sql\n/,
    )
    assert.ok(before.includes('20260101000000_orders.sql'))
    assert.equal(touched.status, 0, touched.stderr)
    assert.equal(byUuid.status, 0, byUuid.stderr)
    assert.equal(untracked.status, 0, untracked.stderr)
    const [first, ...rest] = await names()
    assert.equal(first, '1_first.sql')
    assert.deepEqual(
      rest.map((name) => name.replace(/^2\d{13}/, 'N')),
      ['N_downgrade.sql', 'N_orders.sql', 'N-Later.ts', 'N_new.sql'],
    )
    assert.equal(rest[0]?.slice(0, 14), rest[1]?.slice(0, 14))
    assert.match(status, /^R {2}migration\/20260101000000_downgrade\.sql -> /m)
    assert.match(status, /^R {2}migration\/3-Later\.ts -> /m)
    assert.match(status, /^\?\? migration\/2\d{13}_new\.sql$/m)
  })
})

test('a new number is the newest of all folders that share a history', async () => {
  const files = {
    'users/a/scripts/1_first.sql': 'SELECT 1;',
    'users/b/scripts/2_second.sql': 'SELECT 2;',
    'orders/29990101000000_far.sql': 'SELECT 3;',
  }
  await withApplication(files, async ({ cwd, database, run }) => {
    const url = database.url.replaceAll('%', '%%')
    const ini = `[migration]\ntypeorm.url = ${url}\npackage = users/*/scripts, orders\nvcs = none\n`
    await writeFile(join(cwd, 'several.ini'), ini)
    const touched = await run('several.ini touch 2')
    assert.equal(touched.status, 0, touched.stderr)
    assert.deepEqual(await readdir(join(cwd, 'users/b/scripts')), ['29990101000001_second.sql'])
    const generated = await run('several.ini generate third --dry-run')
    assert.match(generated.stdout, /29990101000002_third\.sql/)
    const upgraded = await run('several.ini upgrade')
    assert.match(upgraded.stdout, /3 scripts applied/)
    assert.equal((await run('several.ini touch 1 --force --yes')).status, 0)
    assert.deepEqual(await readdir(join(cwd, 'users/a/scripts')), ['29990101000002_first.sql'])
    assert.equal((await run('several.ini status --check')).status, 0)
  })
})

test('touch refuses an applied script, and --force moves this journal along', async () => {
  await withApplication(
    { 'migration/1_a.sql': 'SELECT 1;\n', 'migration/2_b.sql': 'SELECT 2' },
    async ({ cwd, database, run }) => {
      await run('upgrade')
      const refused = await run('touch 1')
      const asked = await run('touch 1 --force', {
        terminal: { stdin: true, stderr: true },
        input: 'n\n',
      })
      const forced = await run('touch 1 --force --yes')
      const status = await run('status')
      const unknown = await run('touch 7')
      const wrong = await run('touch 1_a')
      const rows = await database.query('SELECT revision::text FROM migration_journal ORDER BY id')

      assert.equal(refused.status, 1)
      assert.match(refused.stderr, /^error: script 1 is applied\n {2}Under another number/)
      assert.match(
        asked.stderr,
        /Move 1 entry of 1 in the journal of .*\? \[y\/N\] .*nothing was done/,
      )
      assert.equal(forced.status, 0, forced.stderr)
      assert.match(
        forced.stderr,
        /Every other database that has applied it will see a new script\./,
      )
      assert.match(forced.stdout, /\n1 entry of the journal\n$/)
      assert.match(status.stdout, /up to date: 2 applied/)
      assert.match(rows[0]?.['revision'] as string, /^2\d{13}$/)
      assert.equal((await readdir(join(cwd, 'migration'))).length, 2)
      assert.match(unknown.stderr, /^error: no script 7 in the folder\n/)
      assert.match(
        wrong.stderr,
        /^error: "1_a" is neither the revision of a script nor a uuid\nhint: A script is named by its digits alone: 1\.\n/,
      )
    },
  )
})

test('touch gives a script its old name back where the journal could not be changed', async () => {
  await withApplication({ 'migration/1_a.sql': 'SELECT 1;\n' }, async ({ cwd, database, run }) => {
    await run('upgrade')
    await database.query(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$;
       CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON migration_journal DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION refuse()`,
    )
    const touched = await run('touch 1 --force --yes')

    assert.match(touched.stderr, /^error: the journal could not be changed\n {2}not now$/m)
    assert.deepEqual(await readdir(join(cwd, 'migration')), ['1_a.sql'])
    assert.match((await run('status')).stdout, /up to date: 1 applied/)
  })
})

/** A version control program that renames, and then kills whoever has called it. */
const killing = (at: string) => `#!/bin/sh
case "$1" in files) echo "$2"; exit ;; esac
mv "$2" "$3" && case "$3" in ${at}) kill -9 $PPID ;; esac
`

test('a touch that is killed, before the journal has changed or after, applies nothing twice and is finished by repair', async () => {
  const files = {
    'migration/1_a.sql': 'CREATE TABLE a ();',
    'migration/1_downgrade.sql': 'DROP TABLE a;',
    'migration/2_b.sql': 'CREATE TABLE b ();',
  }
  await withApplication(files, async ({ cwd, run }) => {
    const ini = await readFile(join(cwd, 'development.ini'), 'utf8')
    await writeFile(join(cwd, 'development.ini'), `${ini}vcs = hg\n`)
    await mkdir(join(cwd, 'bin'))
    await run('upgrade')
    const env = { ...process.env, PATH: `${join(cwd, 'bin')}:${process.env['PATH']}` }
    const names = async () => (await readdir(join(cwd, 'migration'))).toSorted()
    const killed = async (at: string) => {
      await writeFile(join(cwd, 'bin/hg'), killing(at), { mode: 0o755 })
      const program = startMigrateAs({ env }, cwd, 'touch', '1', '--force', '--yes')
      await program.ended
      assert.equal(program.child.signalCode, 'SIGKILL')
      await rm(join(cwd, 'bin/hg'))
    }
    await killed('*1_downgrade.sql.*.touch')
    const refused = await run('upgrade')
    const before = await run('repair --yes')
    assert.deepEqual(await names(), ['1_a.sql', '1_downgrade.sql', '2_b.sql'])
    await killed('*_a.sql')
    const shown = await run('repair --dry-run')
    const after = await run('repair --json --yes')
    const left = await names()
    const status = await run('status')

    assert.match(refused.stderr, /touch was interrupted while it renamed this file/)
    assert.match(refused.stderr, /^hint: Run repair, which gives the file/m)
    assert.equal(before.status, 0, before.stderr)
    assert.match(before.stdout, /1_a\.sql\.\d+\.touch -> migration\/1_a\.sql$/m)
    assert.equal(shown.status, 3)
    assert.match(
      shown.stdout,
      /1_downgrade\.sql\.\d+\.touch -> migration\/2\d{13}_downgrade\.sql$/m,
    )
    assert.equal(JSON.parse(after.stdout).renamed.length, 1)
    assert.deepEqual(
      left.map((name) => name.replace(/^2\d{13}/, 'N')),
      ['N_a.sql', 'N_downgrade.sql', '2_b.sql'],
    )
    assert.match(status.stdout, /up to date: 2 applied/)
    assert.match((await run('upgrade')).stdout, /nothing to do/)
  })
})

test('repair says what differs and whether it means something, takes the new text on agreement, and writes back what is missing', async () => {
  const files = {
    'migration/1_layout.sql': 'CREATE TABLE a (i int);\n',
    'migration/2_meaning.sql':
      '-- MIGRATE UP\nCREATE TABLE b (i int);\n-- MIGRATE DOWN\nDROP TABLE b;\n',
    'migration/3_gone.sql':
      '-- MIGRATE UP\nCREATE TABLE c (i int);\n-- MIGRATE DOWN\nDROP TABLE c;\n',
    'migration/4_module.ts': 'export async function upgrade() {}\n',
    'migration/5_lost.ts': 'export async function upgrade() {}\n',
    'migration/6_same.sql': 'SELECT 6;\n',
  }
  await withApplication(files, async ({ cwd, database, run }) => {
    const path = (name: string) => join(cwd, 'migration', name)
    assert.match((await run('repair')).stdout, /\nscripts and journal agree\n$/)
    await run('upgrade')
    await writeFile(path('1_layout.sql'), '-- a comment\ncreate table a (\n  i integer\n);\n')
    await writeFile(
      path('2_meaning.sql'),
      '-- MIGRATE UP\nCREATE TABLE b (i bigint);\n-- MIGRATE DOWN\nDROP TABLE b;\n',
    )
    await writeFile(path('4_module.ts'), 'export async function upgrade() {} // now\n')
    const gone = await readFile(path('3_gone.sql'), 'utf8')
    await rm(path('3_gone.sql'))
    await rm(path('5_lost.ts'))
    const shown = await run('repair --dry-run')
    const quietly = await run('repair')
    const some = await run('repair', {
      terminal: { stdin: true, stderr: true },
      input: 'yes\nno\n\n1\n',
    })
    const left = await run('status')
    const all = await run('repair --yes')
    const after = await run('status')
    const reverted = await run('downgrade 2 --yes')

    assert.equal(shown.status, 3)
    assert.match(
      shown.stdout,
      /^changed {2}1 layout {2}migration\/1_layout\.sql: only layout and comments differ\n {2}--- journal\n/m,
    )
    assert.match(
      shown.stdout,
      /^changed {2}2 meaning .*: it means something else now\n[^]*\n {2}-CREATE TABLE b \(i int\);\n {2}\+CREATE TABLE b \(i bigint\);\n/m,
    )
    assert.match(shown.stdout, /^changed {2}4 module .*: the journal has no text to compare with$/m)
    assert.match(
      shown.stdout,
      /^missing {2}3 gone {2}migration\/3_gone\.sql: as the journal has it\n/m,
    )
    assert.match(
      shown.stdout,
      /^missing {2}5 lost .*: the journal does not have its text; restore it from version control$/m,
    )
    assert.match(shown.stdout, /\n0 scripts repaired, 5 left/)
    assert.equal(quietly.stdout, shown.stdout)
    assert.match(some.stdout, /\n2 scripts repaired, 3 left/)
    assert.match(left.stdout, /2 changed/)
    assert.match(all.stdout, /\n2 scripts repaired, 1 left/)
    assert.equal(all.status, 3)
    assert.match(after.stdout, /1 missing/)
    assert.equal(await readFile(path('3_gone.sql'), 'utf8'), gone)
    assert.doesNotMatch(after.stdout, /changed/)
    assert.equal(reverted.status, 1)
    const [row] = await database.query(
      'SELECT upgrade_text FROM migration_journal WHERE revision = 2',
    )
    assert.equal(row?.['upgrade_text'], 'CREATE TABLE b (i bigint);\n')
  })
})

test('repair writes SQL into the folder of the scripts only, whatever the journal says, and names who may have written that', async () => {
  const files = {
    'migration/1_a.sql': 'SELECT 1;\n',
    'migration/2_b.sql': 'SELECT 2;\n',
    'migration/3_c.sql': 'SELECT 3;\n',
  }
  await withApplication(files, async ({ cwd, database, run }) => {
    await run('upgrade')
    const folder = join(cwd, 'migration')
    for (const name of await readdir(folder)) await rm(join(folder, name))
    await writeFile(join(folder, '9_z.sql'), 'SELECT 9;\n')
    await database.query(
      `UPDATE migration_journal SET file = CASE revision WHEN 1 THEN '1_a/../../1_out.sql' WHEN 2 THEN '2_b.js' END,
         title = CASE revision WHEN 3 THEN E'../../c\\x1b[2J' ELSE title END;
       GRANT UPDATE ON migration_journal TO PUBLIC`,
    )
    const repaired = await run('repair --yes')

    assert.equal(repaired.status, 0, repaired.stderr)
    assert.match(repaired.stderr, /others than its owner may write it: PUBLIC \(UPDATE\)/)
    const names = ['1_a.sql', '2_b.sql', '3_c_2j.sql', '9_z.sql']
    assert.deepEqual((await readdir(folder)).toSorted(), names)
    assert.deepEqual((await readdir(cwd)).toSorted(), ['development.ini', 'migration'])
  })
})

test('the parser decides whether two SQL texts mean the same', async () => {
  const same: readonly (readonly [string, string, string])[] = [
    ['SELECT 1', 'SELECT 1', 'same'],
    ['SELECT 1\r\n', 'SELECT 1\n', 'same'],
    ['SELECT a FROM t', '/* x */ select  A\nfrom T; -- y', 'layout'],
    ['CREATE TABLE t (i int)', 'CREATE TABLE t (i integer)', 'layout'],
    ['SELECT 1; SELECT 2', 'SELECT 1;\n\nSELECT 2;', 'layout'],
    ['SELECT 1', 'SELECT 2', 'meaning'],
    ["SELECT 'a  b'", "SELECT 'a b'", 'meaning'],
    ['SELECT "A" FROM t', 'SELECT a FROM t', 'meaning'],
    ['SELECT 1', 'SELCT 1', 'meaning'],
    ['DO $$ BEGIN END $$', 'DO $$ BEGIN  END $$', 'meaning'],
    ['-- migrate: lock_timeout = 1s\nSELECT 1', 'SELECT 1', 'meaning'],
    ['COPY t FROM stdin;\n1\n\\.\n', 'COPY  t FROM stdin;\n2\n\\.\n', 'meaning'],
  ]
  for (const [one, other, expected] of same)
    assert.equal(await compareSql(one, other), expected, `${one} / ${other}`)
})

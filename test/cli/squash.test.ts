import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { cp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { readSettings } from '../../src/settings/read-settings'
import { squashScripts } from '../../src/upkeep/squash/squash'
import { repositoryIn } from '../support/repository'
import { withProject } from './project'

const users = {
  'migration/2_mail.sql':
    '-- MIGRATE UP\nALTER TABLE users ADD mail text\n-- MIGRATE DOWN\nALTER TABLE users DROP mail',
  'migration/3_rows.sql':
    "-- migrate: lock_timeout = 2s\n-- MIGRATE UP\nINSERT INTO users VALUES (1, 'ann', 'a;b') -- one\n-- MIGRATE DOWN\nDELETE FROM users;",
  'migration/4_late.sql':
    '-- MIGRATE UP\nCREATE TABLE late (i int);\n-- MIGRATE DOWN\nDROP TABLE late;',
}

test('a squashed script of SQL comes into the folder when it is proven', async () => {
  await withProject(users, async ({ cwd }) => {
    const settings = await readSettings({ cwd, env: {} })
    const seen = new Set<string>()
    const progress = () => readdirSync(join(cwd, 'migration')).forEach((name) => seen.add(name))
    const { signal } = new AbortController()
    await squashScripts(settings, '3', '4', { output: 'late', signal, progress })
    const after = await readdir(join(cwd, 'migration'))

    assert.ok(seen.has('4_late.sql') && after.includes('5_late.sql'))
    assert.ok(!seen.has('5_late.sql'))
  })
})

test('squash writes one proven script; who has all of the originals has it, who has none runs it, who has half is refused', async () => {
  await withProject(users, async ({ cwd, run, git, database }) => {
    const names = async () => (await readdir(join(cwd, 'migration'))).toSorted()
    const tight = await run('squash 2 3 mail')
    await run('touch 4')
    const shown = await run('squash 3 2 mail and rows --dry-run')
    const before = await names()
    const made = await run('squash 3 2 users --remove')
    const after = await names()
    const text = await readFile(join(cwd, 'migration/4_users.sql'), 'utf8')
    const status = await git('status', '--porcelain')
    const fresh = await run('upgrade')
    const rows = await database.query('SELECT * FROM users')
    const down = await run('downgrade 1')
    assert.equal(made.status, 0, made.stderr)
    assert.match(
      tight.stderr,
      /^error: the squashed script needs a number after 3 and before 4\nhint: /,
    )
    assert.match(shown.stderr, /takes one output/)
    assert.ok(before.includes('2_mail.sql'))
    assert.deepEqual(after.map((name) => name.replace(/^2\d{13}/, 'N')).toSorted(), [
      '1_first.sql',
      '4_users.sql',
      'N_late.sql',
    ])
    assert.match(
      made.stdout,
      /^migration\/4_users\.sql\nreplaces 2 scripts, which are removed:\n {2}2_mail\n {2}3_rows\n$/,
    )
    assert.match(
      text,
      /^-- migrate: squashes 2 3\n-- Squashed from:\n-- {3}2_mail\n-- {3}3_rows\n\n-- MIGRATE UP\n-- 2_mail\nALTER TABLE users ADD mail text\n;\n/,
    )
    assert.match(
      text,
      /\n-- MIGRATE DOWN\n-- 3_rows\n[^]*DELETE FROM users;\n[^]*-- 2_mail\nALTER TABLE users DROP mail\n;\n$/,
    )
    assert.match(status, /^D {2}migration\/2_mail\.sql$/m)
    assert.equal(fresh.status, 0, fresh.stderr)
    assert.deepEqual(rows, [{ id: 1, name: 'ann', mail: 'a;b' }])
    assert.equal(down.status, 0, down.stderr)

    // a database that has both of them
    await git('checkout', 'HEAD', '--', 'migration')
    await rm(join(cwd, 'migration/4_users.sql'))
    await rm(join(cwd, 'migration/4_late.sql'))
    await run('upgrade 2')
    await writeFile(join(cwd, 'migration/4_users.sql'), text)
    await rm(join(cwd, 'migration/2_mail.sql'))
    await rm(join(cwd, 'migration/3_rows.sql'))
    const half = await run('upgrade')
    assert.equal(half.status, 1)
    assert.match(
      half.stderr,
      /^error: this database has 1 of the 2 scripts that 4_users replaces\n/m,
    )
    assert.match(
      half.stderr,
      /^hint: Restore their files from version control and run upgrade; 4_users then counts as applied\.$/m,
    )
    await git('checkout', 'HEAD', '--', 'migration/3_rows.sql')
    assert.equal((await run('upgrade')).status, 0)
    await rm(join(cwd, 'migration/3_rows.sql'))
    const whole = await run('status --check')
    assert.match(whole.stdout, /up to date: /)
    assert.equal(whole.status, 0, whole.stdout)
  })
})

test('a downgrade that would stop working, a range of one and a schema in the middle are refused', async () => {
  const files = { ...users, 'migration/3_rows.sql': "INSERT INTO users VALUES (1, 'ann')" }
  await withProject(files, async ({ cwd, run }) => {
    const lost = await run('squash 2 4')
    const forced = await run('squash 2 4 --force --json')
    const one = await run('squash 2 2')
    const middle = await run('squash 2 3 --from-schema')
    const absent = await run('squash 2 9')
    const reverting = await run('squash 1 4 --from-schema')
    await rm(join(cwd, 'migration/5_squashed.sql'))
    const filled = await run('squash 1 4 --from-schema --force')
    await rm(join(cwd, 'migration/3_rows.sql'))
    const schema = await run('squash 1 4 schema --from-schema --force --json --dry-run')
    const written = await run('squash 1 4 schema --from-schema --force')
    await writeFile(
      join(cwd, 'migration/6_wrong.sql'),
      'CREATE TABLE w AS SELECT pg_backend_pid() AS pid;',
    )
    await writeFile(join(cwd, 'migration/7_more.sql'), 'SELECT 1;')
    const unequal = await run('squash 6 7 wrong')

    assert.match(
      lost.stderr,
      /^error: the squashed script could not be reverted, and 2 of the scripts can\n {2}Without a downgrade: 3_rows\.\nhint: Squash the scripts before and after it apart/,
    )
    assert.equal(lost.status, 1)
    assert.equal((JSON.parse(forced.stdout) as { reversible: boolean }).reversible, false)
    assert.match(one.stderr, /^error: squash takes two scripts, found one\n/)
    assert.match(
      middle.stderr,
      /^error: --from-schema needs the first scripts\nhint: Begin with 1: /,
    )
    assert.match(absent.stderr, /^error: no script 9 in the folder\n/)
    assert.match(
      reverting.stderr,
      /^error: a schema has no downgrade, and scripts of the range have\n/,
    )
    assert.match(
      filled.stderr,
      /^error: the scripts insert rows, which a schema does not hold\n {2}Rows in: users\.\n/,
    )
    const { text } = JSON.parse(schema.stdout) as { text: string }
    assert.match(text, /^-- migrate: squashes 1 2 4\n[^]*CREATE TABLE users \(/)
    assert.equal(written.status, 0, written.stderr)
    assert.match(
      unequal.stderr,
      /^error: the squashed script does not do what the scripts did\n {2}The upgrade leaves a difference:\n {2}other rows in w\n/,
    )
    assert.ok(!(await readdir(join(cwd, 'migration'))).some((name) => name.startsWith('8')))
  })
})

test('squash of the whole history of example-app, in SQL and TypeScript, builds its schema', async () => {
  await withProject({}, async ({ cwd, run }) => {
    await rm(join(cwd, 'migration'), { recursive: true })
    const example = join(__dirname, '../../../example-app')
    for (const part of ['migration', 'entity', 'schema.sql'])
      await cp(join(example, part), join(cwd, part), { recursive: true })
    const { git } = repositoryIn(cwd)
    await git('add', '--all')
    await git('commit', '--quiet', '--message=example')
    await symlink(join(__dirname, '../../../node_modules'), join(cwd, 'node_modules'))
    const names = (await readdir(join(cwd, 'migration'))).toSorted()
    const ends = `${names[0]?.split(/[_-]/)[0]} ${names.at(-1)?.split(/[_-]/)[0]}`
    const refused = await run(`squash ${ends}`)
    const made = await run(`squash ${ends} everything --force --remove`)
    const same = await run('dump_schema --check')

    assert.match(refused.stderr, /could not be reverted, and \d+ of the scripts can/)
    assert.equal(made.status, 0, made.stderr)
    assert.deepEqual(
      (await readdir(join(cwd, 'migration'))).map((name) => name.replace(/^\d+/, 'N')),
      ['N_everything.ts'],
    )
    assert.equal(same.status, 0, same.stdout + same.stderr)
  })
})

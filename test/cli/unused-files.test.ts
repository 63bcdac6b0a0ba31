import assert from 'node:assert/strict'
import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { migrate } from '../support/cli'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'

type Run = (...argv: string[]) => Promise<{ status: number; stdout: string; stderr: string }>

interface Work {
  cwd: string
  run: Run
  query(sql: string): Promise<Record<string, unknown>[]>
}

/** An ini with `more` in it, scripts, and a database. */
async function withScripts(
  files: Readonly<Record<string, string>>,
  work: (given: Work) => Promise<void>,
  more = '',
): Promise<void> {
  await withDatabase(async (database) => {
    const ini = `[migration]\ntypeorm.url = ${database.url.replaceAll('%', '%%')}\nvcs = none\n${more}`
    await withFolder({ 'development.ini': ini, ...files }, (cwd) =>
      work({ cwd, run: (...argv) => migrate(argv, { cwd }), query: database.query }),
    )
  })
}

const first = { 'migration/1_a.sql': 'CREATE TABLE a ();' }

test('status --check does not say up to date over a file that looks like a script', () =>
  withScripts(first, async ({ cwd, run }) => {
    await run('upgrade')
    assert.equal((await run('status', '--check')).status, 0)
    await writeFile(join(cwd, 'migration/add_users.sql'), 'CREATE TABLE users ();')
    const { status, stdout, stderr } = await run('status', '--check')

    assert.deepEqual([status, stdout], [2, ''])
    assert.match(stderr, /^error: a \.sql file without a number, which no command would run\n/)
    assert.match(stderr, /at migration\/add_users\.sql\n/)
    for (const command of ['upgrade', 'plan', 'setup', 'downgrade'])
      assert.equal((await run(command)).status, 2, command)
  }))

test('ignore in the ini names what is no script', () =>
  withScripts(
    { ...first, 'migration/seed.sql': 'x', 'migration/old/1_b.sql': 'x' },
    async ({ run }) => {
      assert.equal((await run('upgrade')).status, 0)
      assert.match((await run('environ')).stdout, /^ignore +seed\.\* old +\(development\.ini:4\)$/m)
    },
    'ignore =\n  seed.*\n  old\n',
  ))

test('a key that is nearly ignore is an error with the nearest name', () =>
  withScripts(
    first,
    async ({ run }) => {
      const { status, stderr } = await run('status')
      assert.equal(status, 2)
      assert.match(stderr, /unknown key "ignor" in \[migration\]/)
      assert.match(stderr, /Did you mean ignore\?/)
    },
    'ignor = x\n',
  ))

test('the canonical schema beside the scripts is set up from, dumped and never run', () =>
  withScripts(
    { ...first, 'migration/schema.sql': 'CREATE TABLE a ();' },
    async ({ run, query }) => {
      assert.equal((await run('setup')).status, 0)
      assert.match((await run('status', '--check')).stdout, /up to date: 1 applied/)
      assert.deepEqual(await query('SELECT revision::int FROM migration_journal ORDER BY 1'), [
        { revision: 0 },
        { revision: 1 },
      ])
    },
    'schema = migration/schema.sql\n',
  ))

test('a spec file with digits is not run as a script', () =>
  withScripts({ ...first, 'migration/2_b.spec.ts': 'throw new Error()' }, async ({ run }) => {
    assert.match((await run('upgrade')).stdout, /1 script applied/)
  }))

const goose = '-- +goose Up\nALTER TABLE a ADD b int;\n-- +goose Down\nALTER TABLE a DROP b;\n'

test("another tool's section that reverts never runs as part of the upgrade", () =>
  withScripts({ ...first, 'migration/2_b.sql': goose }, async ({ cwd, run, query }) => {
    for (const command of ['status', 'plan', 'upgrade', 'mark', 'setup']) {
      const { status, stderr } = await run(command, ...(command === 'mark' ? ['--yes'] : []))
      assert.equal(status, 2, command)
      assert.match(stderr, /a section of goose that reverts the script would run/, command)
      assert.match(stderr, /at migration\/2_b\.sql:3:1\n/, command)
    }
    assert.deepEqual(await query(`SELECT FROM pg_class WHERE relname = 'a'`), [])
    const ours = goose.replace('+goose Up', 'MIGRATE UP').replace('+goose Down', 'MIGRATE DOWN')
    await writeFile(join(cwd, 'migration/2_b.sql'), ours)
    assert.equal((await run('upgrade')).status, 0)
    assert.deepEqual(await query(`SELECT attname FROM pg_attribute WHERE attname = 'b'`), [
      { attname: 'b' },
    ])
  }))

test('a file that reverts by its name is renamed as the hint says, and reverts', () =>
  withScripts(
    { ...first, 'migration/1_a_downgrade.sql': 'DROP TABLE a;' },
    async ({ cwd, run, query }) => {
      const { status, stderr } = await run('upgrade')
      assert.equal(status, 2)
      assert.match(stderr, /hint: Rename 1_a_downgrade\.sql to 1_a\.down\.sql\.\n/)
      await rename(join(cwd, 'migration/1_a_downgrade.sql'), join(cwd, 'migration/1_a.down.sql'))
      assert.equal((await run('upgrade')).status, 0)
      assert.equal((await run('downgrade')).status, 0)
      assert.deepEqual(await query(`SELECT FROM pg_class WHERE relname = 'a'`), [])
    },
  ))

async function generated({ cwd, run }: Work, ...options: string[]): Promise<string> {
  assert.equal((await run(...options)).status, 0)
  const names = (await readdir(join(cwd, 'migration'))).filter((name) => /^\d{14}_/.test(name))
  return join(cwd, 'migration', names.toSorted().at(-1)!)
}

const templates: readonly [words: string, argv: readonly string[]][] = [
  ['generate', ['generate', 'more']],
  ['generate --ts', ['generate', 'more', '--ts']],
  ['add_script --from none', ['add_script', 'more', '--from', 'none']],
  ['add_script --from none --ts', ['add_script', 'more', '--from', 'none', '--ts']],
  ['add_script --from none --pair', ['add_script', 'more', '--from', 'none', '--pair']],
]

for (const [words, argv] of templates)
  test(`an untouched template of ${words} is refused by name and never applied`, () =>
    withScripts(first, async (given) => {
      const { run, query } = given
      await run('upgrade')
      await generated(given, ...argv)
      for (const command of ['upgrade', 'plan', 'status']) {
        const { status, stderr } = await run(command)
        assert.equal(status, 2, command)
        assert.match(stderr, /^error: the script is still an empty template\n/m, command)
        assert.match(stderr, /at migration\/\d{14}_\w+\.(sql|ts):\d+:\d+\n/, command)
      }
      assert.deepEqual(await query('SELECT count(*)::int FROM migration_journal'), [{ count: 1 }])
    }))

test('a template can be skipped, since a person says so', () =>
  withScripts(first, async (given) => {
    await given.run('upgrade')
    await generated(given, 'generate', 'more')
    assert.equal((await given.run('skip', '--yes')).status, 0)
    assert.match((await given.run('status')).stdout, /up to date: 2 applied/)
  }))

test('set-up marks no template', () =>
  withScripts(
    { ...first, 'schema.sql': 'CREATE TABLE a ();' },
    async (given) => {
      await generated(given, 'generate', 'more')
      const { status, stderr } = await given.run('setup')
      assert.equal(status, 2)
      assert.match(stderr, /still an empty template/)
    },
    'schema = schema.sql\n',
  ))

test('a template with an upgrade runs, and is irreversible until its downgrade is written', () =>
  withScripts(first, async (given) => {
    const { run, query } = given
    const path = await generated(given, 'generate', 'more')
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace('-- MIGRATE DOWN', 'CREATE TABLE b ();\n\n-- MIGRATE DOWN'))
    assert.equal((await run('upgrade')).status, 0)
    const refused = await run('downgrade')
    assert.match(refused.stderr, /^error: script \d{14} has no downgrade\n/m)
    await writeFile(path, `${await readFile(path, 'utf8')}DROP TABLE b;\n`)
    assert.equal((await run('downgrade')).status, 0)
    assert.deepEqual(await query(`SELECT FROM pg_class WHERE relname = 'b'`), [])
  }))

test('a template in TypeScript runs once both functions are written or one is removed', () =>
  withScripts(first, async (given) => {
    const path = await generated(given, 'generate', 'more', '--ts')
    const text = await readFile(path, 'utf8')
    const upgrade = text.replace('-- Write the upgrade here, in place of this line.', 'SELECT 1')
    await writeFile(path, upgrade)
    assert.match(
      (await given.run('upgrade')).stderr,
      /hint: Write what undoes it, or remove the function, in place of this line;/,
    )
    await writeFile(path, upgrade.slice(0, upgrade.indexOf('export async function downgrade')))
    assert.equal((await given.run('upgrade')).status, 0)
  }))

test('a script of comments alone is a script', () =>
  withScripts({ ...first, 'migration/2_b.sql': '-- nothing on PostgreSQL\n' }, async ({ run }) => {
    assert.match((await run('upgrade')).stdout, /2 scripts applied/)
  }))

import assert from 'node:assert/strict'
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startMigrateAs } from '../support/program'
import { withProject, type Project } from './project'

const note = `const note = (queryRunner, what) => queryRunner.query('INSERT INTO calls VALUES ($1)', [what])`

/** One module of each form, each of which writes down what is called. */
const forms = {
  'migration/1_first.sql': 'CREATE TABLE calls (what text);',
  'note.js': `${note.replace('const note', 'exports.note')}\n`,
  'migration/1700000000002_a.ts': `import type { QueryRunner } from 'typeorm'
const note = (queryRunner: QueryRunner, what: string) => queryRunner.query('INSERT INTO calls VALUES ($1)', [what])
class Migration {
  uuid = '9f0c2f8e-5d3b-4a57-8f0a-0c3f6f2f7a11'
  async run(queryRunner: QueryRunner) { await note(queryRunner, 'a run') }
  async runPartial(queryRunner: QueryRunner) { await note(queryRunner, 'a partial') }
  async runSkip(queryRunner: QueryRunner) { await note(queryRunner, 'a skip') }
  async rollback(queryRunner: QueryRunner, { force }: { force: boolean }) { await note(queryRunner, 'a rollback ' + force) }
  async cleanup(queryRunner: QueryRunner) { await note(queryRunner, 'a cleanup') }
}
export const migration = new Migration()
`,
  'migration/1700000000003_b.js': `const { note } = require('../note')
exports.B1700000000003 = class B1700000000003 {
  async up(queryRunner) { await note(queryRunner, 'b up') }
  async down(queryRunner) { await note(queryRunner, 'b down') }
}
`,
  'migration/1700000000004_c.js': `${note}
module.exports = class {
  async upgrade(queryRunner) { await note(queryRunner, 'c up') }
  async downgrade(queryRunner) { await note(queryRunner, 'c down') }
  async cleanup(queryRunner) { await note(queryRunner, 'c cleanup') }
}
`,
  'migration/1700000000005_d.ts': `import type { QueryRunner } from 'typeorm'
class D1700000000005 {
  async up(queryRunner: QueryRunner) { await queryRunner.query("INSERT INTO calls VALUES ('d up')") }
  async down(queryRunner: QueryRunner) { await queryRunner.query("INSERT INTO calls VALUES ('d down')") }
}
export { D1700000000005 as D }
`,
  'migration/1700000000006_e.ts': `${note}
export default {
  async upgrade(queryRunner) { await note(queryRunner, 'e up') },
  async downgrade(queryRunner) { await note(queryRunner, 'e down') },
  async run_skip(queryRunner) { await note(queryRunner, 'e skip') },
}
`,
  'migration/1700000000007_f.sql':
    "-- MIGRATE UP\nINSERT INTO calls VALUES ('f up');\n-- MIGRATE DOWN\nINSERT INTO calls VALUES ('f down');",
}

async function called({ database }: Project): Promise<string[]> {
  const rows = await database.query<{ what: string }>('SELECT what FROM calls')
  await database.query('TRUNCATE calls')
  return rows.map(({ what }) => what)
}

test('squash takes modules of every form, and their hooks: the whole has the functions that they had', async () => {
  await withProject(forms, async (project) => {
    const { cwd, run, git } = project
    await symlink(join(__dirname, '../../../node_modules'), join(cwd, 'node_modules'))
    const made = await run('squash 1700000000002 1700000000007 all --remove')
    assert.equal(made.status, 0, made.stderr)
    assert.match(made.stderr, /It is added to version control, and not committed/)
    const status = await git('status', '--porcelain', '--no-renames', 'migration')
    assert.match(status, /^A {2}migration\/1700000000008_all\.ts$/m)
    const ups = ['a run', 'b up', 'c up', 'd up', 'e up', 'f up']
    const downs = ['f down', 'e down', 'd down', 'c down', 'b down', 'a rollback true']
    const ends = ['a cleanup', 'c cleanup']
    const expected = {
      upgrade: [...ups, ...ends],
      'rebuild 1700000000008': ['a partial', ...ends],
      'downgrade 1': [...downs, ...ends],
      skip: ['a skip', 'e skip', ...ends],
    }
    const found: Record<string, string[]> = {}
    for (const line of Object.keys(expected)) {
      const { status: exit, stderr } = await run(line)
      assert.equal(exit, 0, `${line}: ${stderr}`)
      found[line] = await called(project)
    }
    assert.deepEqual(found, expected)
  })
})

test('a squashed script that fails recovers what had begun, and rebuild runs what was not applied', async () => {
  const failing = `${note}
export const transaction = false
export async function upgrade(queryRunner) {
  await note(queryRunner, 'b up')
  if (process.env.SQUASH_FAILS) throw new Error('no')
}
export async function downgrade(queryRunner) { await note(queryRunner, 'b down') }
export async function rollback(queryRunner, { force }) { await note(queryRunner, 'b rollback ' + force) }
`
  const files = {
    'migration/1_first.sql': forms['migration/1_first.sql'],
    'migration/2_a.ts': forms['migration/1700000000002_a.ts'],
    'migration/3_b.ts': failing,
    'migration/4_c.ts': failing.replaceAll("'b ", "'c "),
  }
  await withProject(files, async (project) => {
    const { cwd, run, database } = project
    const made = await run('squash 2 4 all --remove')
    assert.equal(made.status, 0, made.stderr)
    process.env['SQUASH_FAILS'] = '1'
    const failed = await run('upgrade', { env: { SAFE: '0' } })
    const recovered = await called(project)
    await run('upgrade')
    delete process.env['SQUASH_FAILS']
    const safe = await called(project)
    const rebuilt = await run('rebuild 5')
    const after = await called(project)

    assert.equal(failed.status, 1)
    assert.deepEqual(recovered, [
      'a run',
      'b up',
      'b rollback false',
      'a rollback false',
      'a cleanup',
    ])
    assert.deepEqual(safe, ['a run', 'b up', 'a cleanup'])
    assert.equal(rebuilt.status, 0, rebuilt.stderr)
    assert.deepEqual(after, ['a partial', 'b up', 'c up', 'a cleanup'])
    assert.deepEqual(
      await database.query('SELECT uuid FROM migration_journal WHERE revision = 5 LIMIT 1'),
      [{ uuid: null }],
    )
    assert.ok((await readdir(join(cwd, 'migration'))).includes('5_all.ts'))
  })
})

test('a squash of modules that is killed leaves nothing that a command would run', async () => {
  const body = 'export async function upgrade() {}\nexport async function downgrade() {}\n'
  const files = {
    'migration/2_a.ts': body,
    'migration/3_b.ts': `if (process.env.KILLED && __filename.endsWith('all.ts')) process.kill(process.pid, 'SIGKILL')\n${body}`,
  }
  await withProject(files, async ({ cwd, run }) => {
    const env = { ...process.env, KILLED: '1' }
    const names = async () => (await readdir(join(cwd, 'migration'))).toSorted()
    const program = startMigrateAs({ env }, cwd, 'squash', '2', '3', 'all')
    const { status } = await program.ended
    assert.equal(status, null)
    assert.deepEqual(await names(), ['.4_all.ts', '1_first.sql', '2_a.ts', '3_b.ts'])
    const upgraded = await run('upgrade')
    const made = await run('squash 2 3 all')

    assert.match(upgraded.stdout, /3 scripts applied/)
    assert.equal(made.status, 0, made.stderr)
    assert.deepEqual(await names(), ['1_first.sql', '2_a.ts', '3_b.ts', '4_all.ts'])
  })
})

test('what a squashed module cannot have is refused with the file: exports from elsewhere, a rollback beside what has none', async () => {
  const files = {
    'migration/2_a.ts': `export { upgrade } from '../other'\n`,
    'other.js': 'exports.upgrade = async () => {}\n',
    'migration/3_b.sql': 'SELECT 1;',
    'migration/4_c.ts': 'export async function run() {}\nexport async function rollback() {}\n',
  }
  await withProject(files, async ({ cwd, run }) => {
    const elsewhere = await run('squash 2 4 --force')
    const rollback = await run('squash 3 4 --force')
    const ini = await readFile(join(cwd, 'development.ini'), 'utf8')
    await writeFile(join(cwd, 'development.ini'), `${ini}vcs = none\n`)
    const none = await run('squash 3 4 --remove')

    assert.match(
      elsewhere.stderr,
      /^error: 2_a\.ts has "export \{ upgrade \} from '\.\.\/other'", which cannot be squashed\n/m,
    )
    assert.match(
      rollback.stderr,
      /^error: 4_c\.ts has a rollback, and another script has no downgrade\n/m,
    )
    assert.match(none.stderr, /^error: vcs = none, so that removed files could not be had back\n/m)
    assert.equal(none.status, 2)
  })
})

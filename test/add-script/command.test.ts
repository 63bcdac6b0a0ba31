import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { processesIn } from '../../src/database/embedded/place/process'
import { runDiffCommand } from '../../src/add-script/source/diff-command'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'
import { withRepository } from '../support/repository'
import { until } from '../support/until'

const run = (command: string, here: string) =>
  runDiffCommand(command, here, new AbortController().signal)

test('what a command prints is taken as SQL, in the folder of the settings and in a shell', async () => {
  await withFolder({ 'a.sql': 'ALTER TABLE a\n' }, async (folder) => {
    const result = await run('cat a.sql && echo "  ADD b int;"', folder)

    assert.deepEqual(result, { is: 'sql', sql: 'ALTER TABLE a\n  ADD b int;\n' })
  })
})

test('nothing printed means that nothing differs', async () => {
  await withFolder({}, async (folder) => {
    assert.deepEqual(await run('true', folder), { is: 'nothing' })
    assert.deepEqual(await run('echo', folder), { is: 'nothing' })
  })
})

test('git diff becomes the two versions of the file, from any folder and in colour', async () => {
  const old = 'CREATE TABLE a ();\nCREATE TABLE b ();\n'
  await withRepository({ 'src/models/schema.sql': old, 'src/x': '' }, async ({ folder, git }) => {
    const file = join(folder, 'src/models/schema.sql')
    const now = `${old}CREATE TABLE c ();\n`
    await writeFile(file, now)
    await git('config', 'color.ui', 'always')

    for (const here of [folder, join(folder, 'src')]) {
      const result = await run(`git diff ${file}`, here)
      assert.equal(result.is, 'versions')
      assert.deepEqual(result.is === 'versions' && [result.file, result.before, result.after], [
        file,
        old,
        now,
      ])
    }
    await git('add', '--all')
    const staged = await run('git diff --cached', folder)
    assert.equal(staged.is === 'versions' && staged.before, old)
  })
})

test('a file that is new to git has nothing as its old version', async () => {
  await withRepository({}, async ({ folder, git }) => {
    await writeFile(join(folder, 'schema.sql'), 'CREATE TABLE a ();\n')
    await git('add', 'schema.sql')

    const result = await run('git diff HEAD', folder)

    assert.deepEqual(result.is === 'versions' && [result.before, result.after], [
      '',
      'CREATE TABLE a ();\n',
    ])
  })
})

test('diff -u may end with 1, and name two files', async () => {
  await withFolder({ 'schema.sql': 'a\n', 'new.sql': 'a\nb\n' }, async (folder) => {
    const result = await run('diff -u schema.sql new.sql', folder)

    assert.deepEqual(result.is === 'versions' && [result.before, result.after], ['a\n', 'a\nb\n'])
  })
})

const failures: readonly [command: string, message: RegExp, detail: RegExp][] = [
  ['echo broken >&2; exit 3', /^schema_diff_cmd ended with 3$/, /^broken$/],
  ['echo "ALTER TABLE a"; exit 1', /^schema_diff_cmd ended with 1$/, /^$/],
  ['no-such-program-here', /^schema_diff_cmd ended with 127$/, /not found/],
  ['cat two.diff', /cannot be used$/, /of several files: x, y/],
  ['cat gone.diff', /cannot be used$/, /gone\.sql is not there/],
  ['cat other.diff', /cannot be used$/, /other\.sql is neither of its versions/],
  ['head -n 4 other.diff', /cannot be used$/, /a hunk lacks lines/],
]

for (const [command, message, detail] of failures) {
  test(`"${command}" is refused`, async () => {
    const hunk = (name: string) => `--- a/${name}\n+++ b/${name}\n@@ -1 +1 @@\n-one\n+two\n`
    const files = {
      'two.diff': hunk('x') + hunk('y'),
      'gone.diff': hunk('gone.sql'),
      'other.diff': hunk('other.sql'),
      'other.sql': 'three\n',
    }
    await withFolder(files, async (folder) => {
      const error = await failureOf(run(command, folder))

      assert.equal(error.code, 'DIFF_COMMAND_FAILED')
      assert.match(error.message, message)
      assert.match(error.detail ?? '', detail)
    })
  })
}

test('a command that is stopped ends with all that it started', async () => {
  await withFolder({}, async (folder) => {
    const controller = new AbortController()
    const running = runDiffCommand('sleep 3600 | cat; true', folder, controller.signal)
    const ended = assert.rejects(running, { name: 'AbortError' })
    // the shell and both programs; elsewhere nothing shows them
    const all = process.platform === 'linux' ? 3 : 0
    await until(async () => (await processesIn(folder)).length >= all)
    controller.abort()
    await ended

    assert.deepEqual(await processesIn(folder), [])
  })
})

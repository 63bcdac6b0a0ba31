import assert from 'node:assert/strict'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { refuseOverwriting } from '../../src/dump-schema/overwriting'
import { isDumped, schemaText } from '../../src/dump-schema/schema-text'
import { settingsFor } from '../../src/settings/library'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'
import { withRepository } from '../support/repository'

const dumped = schemaText([], { folder: 'migration', remarks: ['a '.repeat(90)] })
const files = { 'development.ini': '[migration]\ntypeorm.url = postgres://nowhere/app\n' }

async function overwriting(folder: string, ask?: (question: string) => Promise<boolean>) {
  const settings = await settingsFor(join(folder, 'development.ini'))
  const file = join(folder, 'schema.sql')
  return refuseOverwriting({ file, present: await readFile(file, 'utf8'), settings, ask })
}

test('a file that git has as it is may be replaced, one with changes after a yes', async () => {
  await withRepository({ ...files, 'schema.sql': dumped }, async ({ folder, git }) => {
    await overwriting(folder)
    await appendFile(join(folder, 'schema.sql'), '-- a thought\n')
    const changed = await failureOf(overwriting(folder))
    const declined = await failureOf(overwriting(folder, () => Promise.resolve(false)))
    const questions: string[] = []
    await overwriting(folder, (question) => Promise.resolve(questions.push(question) === 1))
    await git('commit', '--quiet', '--all', '--message=thought')
    await overwriting(folder)
    await git('rm', '--quiet', '--cached', 'schema.sql')
    const untracked = await failureOf(overwriting(folder))

    const says = 'nothing was written, since schema.sql has changes that are not committed'
    for (const { code, message } of [changed, declined, untracked]) {
      assert.deepEqual([code, message], ['DECLINED', says])
    }
    assert.deepEqual(questions, ['schema.sql has changes that are not committed. Overwrite it?'])
  })
})

test('without a repository, and with vcs = none, only its head says where a file comes from', async () => {
  await withFolder({ ...files, 'schema.sql': dumped }, async (folder) => {
    await overwriting(folder)
    await writeFile(join(folder, 'schema.sql'), 'CREATE TABLE mine ();\n')
    const error = await failureOf(overwriting(folder))

    assert.match(error.message, /^nothing was written, since schema\.sql was not written by/)
  })
  const none = { 'setup.cfg': '[migration]\nvcs = none\n' }
  await withRepository({ ...files, ...none, 'schema.sql': dumped }, async ({ folder }) => {
    await appendFile(join(folder, 'schema.sql'), '-- a thought\n')
    await overwriting(folder)
  })
})

test('where git does not answer, a person has to', async () => {
  const broken = { ...files, 'schema.sql': dumped, '.git': 'no gitfile' }
  await withFolder(broken, async (folder) => {
    const { code, message } = await failureOf(overwriting(folder))

    assert.equal(code, 'DECLINED')
    assert.match(message, /may have changes that are not committed: .*gitfile/)
  })
})

test('the head is known whatever its line ends are, and a later mention is none', () => {
  assert.ok(isDumped(dumped))
  assert.ok(isDumped(dumped.replaceAll('\n', '\r\n')))
  assert.ok(!isDumped(`CREATE TABLE a ();\n\n${dumped}`))
  assert.ok(!isDumped(''))
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Command } from 'commander'
import { createMigrateCommand } from '../../src/cli/migrate-command'
import { withFolder } from '../support/folder'

/** Runs `shop ARGUMENTS` in a folder that has two ini files, and says what came out. */
async function shop(words: string, config?: string): Promise<{ out: string; status: unknown }> {
  let result = { out: '', status: undefined as unknown }
  const ini = (name: string) =>
    `[migration]\ntypeorm.url = postgres://localhost/${name}\npackage = migration\n`
  const files = { 'shop.ini': ini('shop'), 'other.ini': ini('other') }
  await withFolder(files, async (cwd) => {
    let out = ''
    const write = (text: string) => void (out += text)
    const terminal = { stdin: false, stdout: false, stderr: false }
    const io = { stdout: write, stderr: write, env: {}, cwd, terminal }
    const rest = { onSignal: () => () => undefined, exit: () => undefined }
    const program = new Command('shop').enablePositionalOptions().option('--json')
    const options = { io: { ...io, ...rest }, ...(config !== undefined && { config }) }
    program.addCommand(createMigrateCommand(options))
    const before = process.exitCode
    await program.parseAsync(['migrate', ...words.split(' ')], { from: 'user' })
    result = { out, status: process.exitCode }
    process.exitCode = before
  })
  return result
}

test('a program of one’s own has the whole command line as a command', async () => {
  const { out, status } = await shop('url', 'shop.ini')
  assert.match(out, /^postgres:.*\/shop\n$/)
  assert.equal(status, 0)
  assert.match((await shop('other.ini url', 'shop.ini')).out, /^postgres:.*\/other\n$/)
  assert.match((await shop('version --json', 'shop.ini')).out, /"typetrek"/)
  assert.match((await shop('upgrade --help', 'shop.ini')).out, /^Usage: migrate .*upgrade/)
  const wrong = await shop('upgrad --lock-wait 5s', 'shop.ini')
  assert.equal(wrong.status, 2)
  assert.match(wrong.out, /Did you mean upgrade\?/)
})

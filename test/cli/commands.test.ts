import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asWords } from '../../src/cli/arguments/parse-arguments'
import { commandTable, type Command } from '../../src/cli/commands'
import { answer, type Handler } from '../../src/cli/context/command-context'
import { migrate } from '../support/cli'

const greet: Handler = (context) => {
  answer(context, { greeted: context.call.words })
  context.output.result(`hello ${context.call.words.join(' ')}`)
  return Promise.resolve(0)
}

const commands: Readonly<Record<string, Command>> = {
  ...commandTable,
  greet: {
    summary: 'greets who is named',
    arguments: ['<title>'],
    options: ['json', 'help'],
    otherWords: ['salute'],
    parse: asWords,
    load: () => greet,
  },
}

test('one entry makes a command: it runs, answers in JSON, and is in help and completion', async () => {
  const run = (...argv: string[]) => migrate(argv, { cwd: '/', program: { commands } })

  assert.equal((await run('greet', 'old', 'friend')).stdout, 'hello old friend\n')
  assert.deepEqual(
    (JSON.parse((await run('greet', 'you', '--json')).stdout) as { greeted: unknown }).greeted,
    ['you'],
  )
  assert.match((await run('help')).stdout, /^ {2}greet <title> +greets who is named$/m)
  assert.match((await run('help', 'greet')).stdout, /^Greets who is named\.$/m)
  assert.match((await run('completion', 'bash')).stdout, /greet\) options='--json --help'/)
  assert.match((await run('salute')).stderr, /Did you mean greet\?/)
  assert.match((await run('greet', 'you', '--yes')).stderr, /greet has no option --yes/)
})

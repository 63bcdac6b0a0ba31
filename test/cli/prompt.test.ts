import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Question } from '../../src/change/model/answers'
import { questionText, readAnswer } from '../../src/cli/context/prompt'
import { commandLine } from '../../src/cli/context/command-line'

const offer = (answer: string, effect: string) => ({ answer, effect, flag: `--flag ${answer}` })

const rename: Question = {
  about: 'rename',
  number: 2,
  of: 9,
  text: 'column users.first (text) is gone. Which one is it now?',
  facts: [],
  offers: [offer('first_name', 'it keeps its values'), offer('gone', 'it is dropped')],
  choices: ['first_name', 'gone'],
  flag: '--rename users.first:first_name',
}

const backfill: Question = {
  ...rename,
  about: 'backfill',
  offers: [offer('', 'there are none'), offer('0', 'its default')],
  suggestion: '',
}
delete (backfill as { choices?: unknown }).choices

test('a question says its place, the old type, and what each answer does to the rows', () => {
  assert.equal(
    questionText(rename),
    `
2 of 9  column users.first (text) is gone. Which one is it now?
  1  first_name  it keeps its values
  2  gone        it is dropped
`,
  )
})

const answer = (text: string) => ({ is: 'answer', answer: text })

for (const [line, question, read] of [
  ['1', rename, answer('first_name')],
  ['gone', rename, answer('gone')],
  ['back', rename, { is: 'back' }],
  ['', backfill, answer('')],
  ['2', backfill, answer('0')],
  ['= 1', backfill, answer('1')],
  ['empty', backfill, answer('')],
  ["lower(name) || '?'", backfill, answer("lower(name) || '?'")],
] as const)
  test(`"${line}" to ${question.about} is understood`, () => {
    assert.deepEqual(readAnswer(line, question), read)
  })

for (const [line, says] of [
  ['', /^Enter alone chooses nothing here/],
  ['3', /none of the choices/],
  ['empty', /Empty is no answer here/],
] as const)
  test(`"${line}" answers no choice`, () => {
    const read = readAnswer(line, rename)
    assert.match(read.is === 'unread' ? read.why : '', says)
  })

test('the command line that repeats a call has its options and the answers, each once', () => {
  const call = {
    config: 'my app.ini',
    command: 'add_script',
    words: ['new', 'names;'],
    options: { from: 'schema', commit: false, yes: true, rename: ['a:b'] },
  }
  assert.equal(
    commandLine(call, ['--yes', '--using t.a="a || \'x\'"']),
    `migrate "my app.ini" add_script new "names;" --from schema --no-commit --yes --rename a:b --using t.a="a || 'x'"`,
  )
})

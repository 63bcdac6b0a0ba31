import assert from 'node:assert/strict'
import { test } from 'node:test'
import { documentText } from '../../src/cli/render/json'
import { progressText } from '../../src/cli/render/progress'
import { renderDoneBefore, renderError } from '../../src/cli/render/render-error'
import { plain } from '../../src/cli/text/style'
import { alignColumns } from '../../src/cli/text/table'
import { cellWidth, counted, elapsed } from '../../src/cli/text/text'
import { MigrationError } from '../../src/errors'
import type { StepResult } from '../../src/errors'
import { redactor } from '../../src/settings/value/redact'

const view = { style: plain, cwd: '/app', verbose: false }

const durations: readonly [milliseconds: number, text: string][] = [
  [0, '0 ms'],
  [12.4, '12 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [59_940, '59.9 s'],
  [59_960, '1 min 0 s'],
  [123_000, '2 min 3 s'],
  [3_599_600, '1 h 0 min'],
  [3_720_000, '1 h 2 min'],
]

for (const [milliseconds, text] of durations) {
  test(`${milliseconds} milliseconds are ${text}`, () => assert.equal(elapsed(milliseconds), text))
}

test('a count takes the plural unless it is one', () => {
  assert.deepEqual(
    [0, 1, 2].map((count) => counted(count, 'entry', 'entries')),
    ['0 entries', '1 entry', '2 entries'],
  )
})

test('columns are aligned by the cells that a terminal gives to their characters', () => {
  const rows = [
    ['名前', 'a'],
    ['e\u0301', '🚀', ''],
    ['plain', '', 'end'],
  ]

  assert.deepEqual(alignColumns(rows), ['名前   a', 'e\u0301      🚀', 'plain      end'])
  assert.deepEqual(['名前', 'e\u0301', '🚀'].map(cellWidth), [4, 1, 2])
})

test('no text of a table moves the cursor or paints', () => {
  assert.deepEqual(alignColumns([['a\u001b[31mb\nc']]), ['a [31mb c'])
})

test('the moving line never wraps', () => {
  const step = { revision: '20260103120000', title: 'add_a_title_that_is_long' }

  assert.equal(
    progressText({ done: 1, total: 12, step, elapsedMs: 1234 }, 80),
    '[2/12] 20260103120000 add a title that is long  1.2 s',
  )
  for (const columns of [12, 20, 40]) {
    const text = progressText({ done: 1, total: 12, step, elapsedMs: 1234 }, columns)
    assert.ok(cellWidth(text) < columns, text)
  }
  assert.equal(progressText({ done: 0, total: 0, elapsedMs: 500 }, 80), '[waiting]  500 ms')
})

test('an error shows its place from the working folder, the excerpt, detail and hint', () => {
  const error = new MigrationError('SCRIPT_FAILED', 'script 1_x: no', {
    file: '/app/migration/1_x.sql',
    line: 3,
    column: 8,
    excerpt: 'select no\n       ^',
    detail: 'first\nsecond',
    sqlstate: '42703',
    hint: 'Do it.',
  })

  assert.equal(
    renderError(error, view),
    `error: script 1_x: no
  at migration/1_x.sql:3:8
    select no
           ^
  first
  second
  SQLSTATE 42703
hint: Do it.`,
  )
})

test('what is no expected failure is a bug and shows its stack', () => {
  const text = renderError(new TypeError('x is not a function'), view)

  assert.match(text, /^error: TypeError: x is not a function\n {4}at /)
  assert.match(text, /\nhint: This is a bug in typetrek/)
})

test('causes are shown when they are asked for', () => {
  const error = new MigrationError('CONNECTION_FAILED', 'a fact', {
    cause: new Error('inner', { cause: 'deeper' }),
  })

  assert.equal(renderError(error, view), 'error: a fact')
  assert.match(
    renderError(error, { ...view, verbose: true }),
    /^error: a fact\ncaused by: Error: inner\n {4}at [^]*\ncaused by: deeper$/,
  )
})

test('after a failure it is said what had been done', () => {
  const step = (members: Partial<StepResult>): StepResult => ({
    revision: '1',
    title: '',
    kind: 'sql',
    direction: 'up',
    operation: 'run',
    outcome: 'success',
    durationMs: 1,
    ...members,
  })
  const failed = step({ outcome: 'error' })
  const down = step({ direction: 'down', operation: 'rollback' })

  assert.equal(renderDoneBefore([failed], false), undefined)
  assert.equal(
    renderDoneBefore([step({}), failed], false),
    '1 script was applied before and stays so.',
  )
  assert.equal(
    renderDoneBefore([down, down, step({}), failed], false),
    '2 scripts were reverted before, 1 script was applied before and stay so.',
  )
  assert.equal(
    renderDoneBefore([step({}), failed], true),
    'Nothing was changed: the run was one transaction.',
  )
})

test('a password cannot break a JSON document, nor hide its keys', () => {
  const redact = redactor(['": "', 'code'])

  const text = documentText({ code: 'a": "b', message: 'the code' }, redact)

  assert.deepEqual(JSON.parse(text), { code: 'a***b', message: 'the ***' })
})

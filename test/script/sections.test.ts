import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MigrationError } from '../../src/errors'
import { readSections, readSqlPart, writeSqlPart } from '../../src/script/sections/sections'
import { fc } from '../support/property'

function refusal(text: string): string {
  try {
    readSections(text, '/f.sql', 'f.sql')
  } catch (error) {
    assert.ok(error instanceof MigrationError)
    assert.equal(error.code, 'SCRIPT_INVALID')
    assert.equal(error.file, 'f.sql')
    return `${error.line}:${error.column} ${error.message}`
  }
  return 'accepted'
}

function texts(text: string): readonly (string | undefined)[] {
  const { upgrade, downgrade } = readSections(text, 'f.sql')
  return downgrade ? [upgrade.text, downgrade.text] : [upgrade.text]
}

const cuts: readonly [rule: string, text: string, expected: readonly string[]][] = [
  ['without markers the whole text is the upgrade', 'a;\nb;', ['a;\nb;']],
  ['an empty text is an empty upgrade', '', ['']],
  ['two sections', '-- MIGRATE UP\na;\n-- MIGRATE DOWN\nb;\n', ['a;\n', 'b;\n']],
  ['DOWN may come first', '-- MIGRATE DOWN\nb;\n-- MIGRATE UP\na;', ['a;', 'b;\n']],
  ['UP alone', '-- head\n\n-- MIGRATE UP\na;', ['a;']],
  ['empty sections', '-- MIGRATE UP\n-- MIGRATE DOWN', ['', '']],
  ['CRLF', '-- MIGRATE UP\r\na;\r\n-- MIGRATE DOWN\r\nb;', ['a;\r\n', 'b;']],
  ['any comment sign', '# MIGRATE UP\na;\n// MIGRATE DOWN\nb;', ['a;\n', 'b;']],
  ['block comments', '/* MIGRATE UP */\na;\n/*MIGRATE DOWN*/\nb;', ['a;\n', 'b;']],
  [
    'ornaments and a remark',
    '--- === MIGRATE UP ===\na;\n  -- MIGRATE DOWN: drop it\nb;',
    ['a;\n', 'b;'],
  ],
  ['a longer word is no marker', '-- MIGRATE UPWARDS\na;', ['-- MIGRATE UPWARDS\na;']],
  ['a word before it makes it no marker', '-- see MIGRATE UP\na;', ['-- see MIGRATE UP\na;']],
  ['without a comment sign it is SQL', 'MIGRATE UP\na;', ['MIGRATE UP\na;']],
  ['a comment behind SQL is no marker', 'a; -- MIGRATE UP', ['a; -- MIGRATE UP']],
  ['markers in a string', "a '\n-- MIGRATE UP\n';", ["a '\n-- MIGRATE UP\n';"]],
  ['markers in a dollar quote', 'a $x$\n-- MIGRATE UP\n$x$', ['a $x$\n-- MIGRATE UP\n$x$']],
  ['markers in a block comment', '/*\n-- MIGRATE UP\n*/a', ['/*\n-- MIGRATE UP\n*/a']],
  [
    'markers in COPY data',
    'COPY t FROM stdin;\n-- MIGRATE UP\n\\.\n',
    ['COPY t FROM stdin;\n-- MIGRATE UP\n\\.\n'],
  ],
  [
    'a quoted marker beside real ones',
    '-- MIGRATE UP\na $$\n-- MIGRATE DOWN\n$$;\n-- MIGRATE DOWN\nb;',
    ['a $$\n-- MIGRATE DOWN\n$$;\n', 'b;'],
  ],
]

for (const [rule, text, expected] of cuts)
  test(`sections: ${rule}`, () => assert.deepEqual(texts(text), expected))

const refusals: readonly [text: string, place: string][] = [
  [
    '-- MIGRATE UP\na;\n  -- MIGRATE UP\n',
    '3:1 a second MIGRATE UP marker; the first is on line 1',
  ],
  [
    '-- MIGRATE UP\n-- MIGRATE DOWN\n-- MIGRATE DOWN\n',
    '3:1 a second MIGRATE DOWN marker; the first is on line 2',
  ],
  ['\n-- MIGRATE DOWN\na;', '2:1 a MIGRATE DOWN marker without MIGRATE UP'],
  ['-- x\n select 1;\n-- MIGRATE UP\n', '2:2 a statement before the first marker'],
  ['-- migrate up\na;', '1:1 this comment is nearly a MIGRATE UP marker'],
  ['-- MIGRATE DOWN drops the table', '1:1 this comment is nearly a MIGRATE DOWN marker'],
  ['-- migrate:up\na;', '1:1 this comment is nearly a MIGRATE UP marker'],
  ['-- x\n-- migrate: no-transactions\na;', '2:4 unknown directive "no-transactions"'],
  ['-- migrate: lock_timeout 2s', '1:4 unknown directive "lock_timeout 2s"'],
  ['-- migrate: transaction = none', '1:4 unknown directive "transaction = none"'],
  ['-- migrate:', '1:4 an empty `migrate:` comment'],
  ['a;\n-- migrate: no-transaction', '2:4 a `-- migrate:` line after a statement'],
  [
    '-- MIGRATE UP\na;\n-- MIGRATE DOWN\nb;\n-- migrate: no-transaction',
    '5:4 a `-- migrate:` line after a statement',
  ],
]

for (const [text, place] of refusals)
  test(`sections: ${JSON.stringify(text)} is refused`, () => assert.equal(refusal(text), place))

test('sections: the hint of an unknown directive names the nearest one', () => {
  const table = {
    'no-transactoin': 'Did you mean `-- migrate: no-transaction`?',
    'transaction = off': 'Did you mean `-- migrate: no-transaction`?',
    'lock_timout 2s': 'Did you mean `-- migrate: lock_timeout = …`?',
    downgrade: 'Sections begin with `-- MIGRATE UP` and `-- MIGRATE DOWN`.',
    banana: 'Known are `no-transaction` and `<setting> = <value>`.',
  }

  for (const [words, start] of Object.entries(table))
    assert.throws(
      () => readSections(`-- migrate: ${words}`, 'f'),
      ({ hint }: MigrationError) => hint!.startsWith(start),
    )
})

test('sections: header comments above the markers count for both, others for their own', () => {
  const { upgrade, downgrade } = readSections(
    "-- migrate: lock_timeout = 2s\n-- MIGRATE UP\n-- x\n-- migrate: app.user TO 'o''k' ;\na;\n" +
      '-- MIGRATE DOWN\n/* migrate: no-transaction */\nb;',
    'f',
  )

  assert.deepEqual(upgrade.options, {
    transaction: true,
    settings: [
      ['lock_timeout', '2s'],
      ['app.user', "o'k"],
    ],
  })
  assert.deepEqual(downgrade!.options, { transaction: false, settings: [['lock_timeout', '2s']] })
})

test('sections: a directive in quotes is none', () => {
  const { upgrade } = readSections('do $$\n-- migrate: no-transaction\n$$', 'f')

  assert.equal(upgrade.options.transaction, true)
})

test('sections: each part knows the line on which it starts', () => {
  const { upgrade, downgrade } = readSections(
    '-- a\n\n-- MIGRATE UP\nb\nc\n-- MIGRATE DOWN\nd',
    'f',
  )

  assert.deepEqual([upgrade.line, downgrade!.line], [4, 7])
})

const lines = fc.array(fc.constantFrom('', 'select 1;', "select ';'", '-- x', '\tb;'), {
  maxLength: 6,
})

test('sections: what is written under markers is read back, with its line', () => {
  fc.assert(
    fc.property(lines, lines, fc.constantFrom('\n', '\r\n'), (up, down, end) => {
      const head = ['-- head', '', '-- MIGRATE UP']
      const text = [...head, ...up, '-- MIGRATE DOWN', ...down].join(end)
      const { upgrade, downgrade } = readSections(text, 'f')
      assert.equal(upgrade.text, up.map((line) => line + end).join(''))
      assert.equal(downgrade!.text, down.join(end))
      assert.equal(upgrade.line, 4)
      if (down.length > 0) assert.equal(downgrade!.line, 5 + up.length)
    }),
  )
})

test('sections: any text is read or refused with its place', () => {
  const pieces = fc.constantFrom(
    '-- MIGRATE UP',
    '-- MIGRATE DOWN',
    '-- migrate: a = 1',
    "'",
    '$$',
    'a;',
    '\n',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const verdict = refusal(parts.join('\n'))
      assert.match(verdict, /^accepted$|^\d+:\d+ ./)
    }),
  )
})

test('sections: a part that the journal keeps has its options again', () => {
  const text =
    "-- migrate: no-transaction\n-- migrate: a.b = 'it''s'\n-- MIGRATE UP\na;\n-- MIGRATE DOWN\n-- migrate: c = 1\nb;"
  const { downgrade } = readSections(text, 'f')
  const again = readSqlPart(writeSqlPart(downgrade!), 'f')

  assert.deepEqual(again.options, downgrade!.options)
  assert.ok(again.text.endsWith(downgrade!.text))
})

test('sections: a text of one direction has no markers', () => {
  assert.throws(() => readSqlPart('a;\n-- MIGRATE UP\n', 'f'), { code: 'SCRIPT_INVALID', line: 2 })
})

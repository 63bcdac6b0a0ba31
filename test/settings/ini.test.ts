import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseIni } from '../../src/settings/ini/ini'
import { fc } from '../support/property'

/** Every section as `{ name: { key: 'line value' } }`, `[DEFAULT]` included. */
function read(text: string): Record<string, Record<string, string>> {
  const { sections, defaults } = parseIni(text)
  const all = [...sections].map(([name, { entries }]) => [name, entries] as const)
  if (defaults.size > 0) all.unshift(['DEFAULT', defaults])
  return Object.fromEntries(
    all.map(([name, entries]) => [
      name,
      Object.fromEntries([...entries].map(([key, { value, line }]) => [key, `${line} ${value}`])),
    ]),
  )
}

function problems(text: string): string[] {
  return parseIni(text).problems.map(({ line, message }) => `${line}: ${message}`)
}

const rows: [rule: string, text: string, expected: Record<string, Record<string, string>>][] = [
  ['a # in a value stays', '[a]\nu = egg:busy#main', { a: { u: '2 egg:busy#main' } }],
  ['a ; in a value stays', '[a]\np = x;y ;z', { a: { p: '2 x;y ;z' } }],
  [
    'a dotted section is one name',
    '[a.b]\nk=1\n[a]\nb=2',
    { 'a.b': { k: '2 1' }, a: { b: '4 2' } },
  ],
  [
    'true, null and 007 stay text',
    '[a]\nx=true\ny=null\nz=007',
    { a: { x: '2 true', y: '3 null', z: '4 007' } },
  ],
  ['quotes stay', `[a]\nx="1"\ny='2'\nz="`, { a: { x: '2 "1"', y: `3 '2'`, z: '4 "' } }],
  ['a backslash stays', '[a\\.b]\nx=c:\\new\\;', { 'a\\.b': { x: '2 c:\\new\\;' } }],
  ['a colon delimits', '[a]\nkey: v=1\nother : 2', { a: { key: '2 v=1', other: '3 2' } }],
  ['the first delimiter counts', '[a]\nu = postgres://x', { a: { u: '2 postgres://x' } }],
  ['keys keep their case', '[a]\nKey=1\nkey=2', { a: { Key: '2 1', key: '3 2' } }],
  ['a key[] is no list', '[a]\nk[]=1', { a: { 'k[]': '2 1' } }],
  ['an empty value is empty', '[a]\nk =', { a: { k: '2 ' } }],
  ['comments begin a line', '# c\n; d\n[a]\n  # e\nk=1 # f', { a: { k: '5 1 # f' } }],
  ['an indented line goes on', '[a]\nk = 1\n  2\n\t3\nl=4', { a: { k: '2 1\n2\n3', l: '5 4' } }],
  ['a value may begin below its key', '[a]\nk =\n  1\n  2', { a: { k: '2 \n1\n2' } }],
  ['a comment within is read over', '[a]\nk = 1\n  # no\n  2', { a: { k: '2 1\n2' } }],
  ['an empty line within stays, at the end not', '[a]\nk = 1\n\n  2\n\n', { a: { k: '2 1\n\n2' } }],
  [
    'a key may be indented itself',
    '[a]\n  k = 1\n  l = 2\n    3',
    { a: { k: '2 1', l: '3 2\n3' } },
  ],
  ['BOM and CRLF are fine', '\uFEFF[a]\r\nk = 1\r\n  2\r\n', { a: { k: '2 1\n2' } }],
  ['a comment may follow a header', '[a] # [b]\nk=1', { a: { k: '2 1' } }],
  ['spaces round a section name are none', '[ a ]\nk=1', { a: { k: '2 1' } }],
  [
    '[DEFAULT] is kept apart',
    '[DEFAULT]\nk=1\n[a]\nl=2',
    { DEFAULT: { k: '2 1' }, a: { l: '4 2' } },
  ],
  [
    'a line separator of Unicode is text',
    '[a]\nk=1\u20282\u0085',
    { a: { k: '2 1\u20282\u0085' } },
  ],
]

for (const [rule, text, expected] of rows) {
  test(`in an ini, ${rule}`, () => {
    assert.deepEqual(read(text), expected)
    assert.deepEqual(problems(text), [])
  })
}

test('a name that means something to JavaScript is a name like others', () => {
  const { sections } = parseIni(
    '[__proto__]\n__proto__=1\nconstructor=2\n[toString]\nhasOwnProperty=3',
  )
  assert.deepEqual([...sections.keys()], ['__proto__', 'toString'])
  assert.equal(sections.get('__proto__')?.entries.get('__proto__')?.value, '1')
  assert.equal(sections.get('__proto__')?.entries.get('constructor')?.value, '2')
  assert.equal(sections.get('toString')?.entries.get('hasOwnProperty')?.value, '3')
})

test('every problem of an ini is found, with its line', () => {
  const text = [
    'early = 1',
    '[a]',
    'no delimiter',
    '  nor here, but it goes on with the bad line',
    '= nothing',
    'k = 1',
    'k = 2',
    '[a]',
    'l = 3',
    '[open',
    'm = 4',
    '[b] trailing',
    '[]',
  ].join('\n')
  assert.deepEqual(problems(text), [
    '1: key "early" stands before the first [section]',
    '3: line has no "=" or ":"',
    '5: line has no key before its delimiter',
    '7: key "k" stands twice in [a], first on line 6',
    '8: section [a] stands twice, first on line 2',
    '10: section header is not of the form [name]',
    '12: section header is not of the form [name]',
    '13: section header is not of the form [name]',
  ])
})

test('no problem of an ini quotes a value', () => {
  assert.doesNotMatch(problems('[a]\nhunter2\nk=hunter2\nk=hunter2').join('\n'), /hunter2/)
})

const anyText = fc
  .string({ unit: 'binary', maxLength: 20 })
  .map((text) => text.replace(/[\r\n]/g, ' ').trim())
const anyName = anyText.filter((text) => text !== '' && !/[[\]]/.test(text) && text !== 'DEFAULT')
const anyKey = anyText.filter((text) => text !== '' && !/[=:]/.test(text) && !/^[#;[]/.test(text))
const anyFurther = anyText.filter((text) => text !== '' && !/^[#;]/.test(text))
const anyValue = fc
  .tuple(anyText, fc.array(anyFurther, { maxLength: 2 }))
  .map((lines) => lines.flat().join('\n'))
const anyFile = fc.dictionary(anyName, fc.dictionary(anyKey, anyValue))

test('values that are written are read back', () => {
  fc.assert(
    fc.property(anyFile, fc.constantFrom('=', ' = ', ':', ': '), (sections, delimiter) => {
      const lines = Object.entries(sections).flatMap(([section, values]) =>
        [`[${section}]`].concat(
          Object.entries(values).map(([k, v]) => k + delimiter + v.replaceAll('\n', '\n  ')),
        ),
      )
      const ini = parseIni(lines.join('\n'))
      assert.deepEqual(ini.problems, [])
      const found = [...ini.sections.values()].map(({ name, entries }) => [
        name,
        [...entries].map(([key, { value }]) => [key, value]),
      ])
      const written = Object.entries(sections).map(([name, values]) => [
        name,
        Object.entries(values).map(([key, value]) => [key, value.trimEnd()]),
      ])
      assert.deepEqual(found, written)
    }),
  )
})

test('no text makes the ini reader throw', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('[a]', '[a', 'k=1', ' k', '=', ']', '\r'),
  )
  fc.assert(fc.property(fc.array(line), (lines) => void parseIni(lines.join('\n'))))
})

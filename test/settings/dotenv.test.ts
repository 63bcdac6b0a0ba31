import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDotenv } from '../../src/settings/ini/dotenv'
import { fc } from '../support/property'

test('a .env is read by its own rules', () => {
  const text = [
    '\uFEFF# comment',
    'A=1',
    '  export B = two words # and no comment ',
    "C='single # quoted'",
    'D="double" # a comment',
    'E=',
    'F="',
    'several',
    'lines"',
    'G="half',
    "H=it's",
    'A=again',
    'I="say "hi" now"',
    'J=p#w;d=x',
  ].join('\r\n')
  const entries = [...parseDotenv(text.replace('G="half', 'G=half"')).entries]
  assert.deepEqual(
    entries.map(([name, { value, line }]) => `${line} ${name} ${value}`),
    [
      '12 A again',
      '3 B two words # and no comment',
      '4 C single # quoted',
      '5 D double',
      '6 E ',
      '7 F \nseveral\nlines',
      '10 G half"',
      "11 H it's",
      '13 I say "hi" now',
      '14 J p#w;d=x',
    ],
  )
})

test('a line of a .env that is none is a problem that quotes no value', () => {
  const { entries, problems } = parseDotenv('hunter2\nA=1\n9=hunter2\nB="hunter2\nC=3')
  assert.deepEqual([...entries.keys()], ['A', 'C'])
  assert.deepEqual(problems, [
    { line: 1, message: 'line is not of the form NAME=VALUE' },
    { line: 3, message: 'line is not of the form NAME=VALUE' },
    { line: 4, message: 'quote that begins the value of B is not closed' },
  ])
})

test('no text makes the .env reader throw, and a quoted value is read back', () => {
  const anyValue = fc.string({ unit: 'binary' }).filter((text) => !/["\r\n]/.test(text))
  fc.assert(
    fc.property(anyValue, fc.string({ unit: 'binary' }), (value, before) => {
      parseDotenv(before)
      assert.equal(parseDotenv(`A="${value}"\nB=1`).entries.get('A')?.value, value)
    }),
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expandKey } from '../../src/settings/ini/expand'
import { parseIni } from '../../src/settings/ini/ini'
import { fc } from '../support/property'

const env: Record<string, string> = {
  NAME: 'value',
  EMPTY: '',
  ODD: '%(here)s ${NAME} %',
  HERE: '/env',
}

/** The value of `k` in section `[a]`, or `problem | hint`. */
function expand(lines: string): string | undefined {
  const ini = parseIni(lines.includes('[') ? lines : `[a]\nk = ${lines}`)
  const variables = { here: '/50%/app', __file__: '/50%/app/x.ini' }
  const result = expandKey({ ini, section: 'a', variables, env: (name) => env[name] }, 'k')
  if (!result) return undefined
  return 'value' in result ? result.value : `${result.problem} | ${result.hint ?? ''}`
}

const rows: [text: string, expected: string][] = [
  ['embedded:%(here)s/.postgres', 'embedded:/50%/app/.postgres'],
  ['%(__file__)s', '/50%/app/x.ini'],
  ['[a]\nk = %(b)s!\nb = <%(c)s>\nc = 1', '<1>!'],
  ['[DEFAULT]\nb = 1\n[a]\nk = %(b)s', '1'],
  ['[DEFAULT]\nb = 1\n[a]\nk = %(b)s\nb = 2', '2'],
  ['[DEFAULT]\nk = %(b)s\n[a]\nb = 2', '2'],
  ['[a]\nk = %(b)s\nb = 1\n  2', '1\n2'],
  ['100%%', '100%'],
  ['%%(here)s', '%(here)s'],
  ['p%%23w', 'p%23w'],
  ['${NAME}/x', 'value/x'],
  ['${EMPTY}', ''],
  ['${EMPTY:-other}', 'other'],
  ['${NONE:-}', ''],
  ['${NONE:-embedded:%(here)s/db}', 'embedded:/50%/app/db'],
  ['${NONE:-${NAME}}', 'value'],
  ['${NONE:-${OTHER:-x}}y', 'xy'],
  ['${ODD}', '%(here)s ${NAME} %'],
  ['$${NAME}', '${NAME}'],
  ['a$b$$c$', 'a$b$$c$'],
  ['pass}word', 'pass}word'],
  [
    'p%23w',
    'value has a lone "%" | Write %% for each % that is meant as such, also in the %XX of a URL-encoded password.',
  ],
  [
    '100%',
    'value has a lone "%" | Write %% for each % that is meant as such, also in the %XX of a URL-encoded password.',
  ],
  ['%(hre)s', '%(hre)s names no key of [a] or [DEFAULT] | Did you mean %(here)s?'],
  ['%(zzz)s', '%(zzz)s names no key of [a] or [DEFAULT] | '],
  ['[a]\nk = %(b)s\nb = %(k)s', '%(k)s goes round in a circle: k → b → k | '],
  ['%(k)s', '%(k)s goes round in a circle: k → k | '],
  ['${NONE}', 'environment variable NONE is not set | Set NONE, or write ${NONE:-default}.'],
  [
    '${not closed',
    'value has "${" that begins no ${NAME} or ${NAME:-default} | Write $${ for a ${ that is meant as such.',
  ],
  [
    '${1}',
    'value has "${" that begins no ${NAME} or ${NAME:-default} | Write $${ for a ${ that is meant as such.',
  ],
]

for (const [text, expected] of rows) {
  test(`${JSON.stringify(text)} is expanded to ${JSON.stringify(expected)}`, () => {
    assert.equal(expand(text), expected)
  })
}

test('a key that the section does not have is undefined', () => {
  assert.equal(expand('[a]\nl = 1'), undefined)
})

const piece = fc
  .array(fc.oneof(fc.string(), fc.constantFrom('%', '${', '}', '$', '%(k)s')))
  .map((pieces) =>
    pieces
      .join('')
      .replace(/[\r\n]/g, '')
      .trim(),
  )

test('a text whose % and ${ are doubled comes back as it was', () => {
  fc.assert(
    fc.property(piece, (text) => {
      const written = text.replaceAll('%', '%%').replaceAll('${', () => '$${')
      if (/\$\$\$\{/.test(written)) return // `$${` in the text itself reads as an escape
      assert.equal(expand(`[a]\nk = ${written}`), text)
    }),
  )
})

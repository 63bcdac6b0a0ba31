import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readName } from '../../src/script/layout/script-name'
import { times } from './mode'
import { fc } from '../support/property'

const extensions = ['sql', 'ts', 'js', 'mts', 'cts', 'mjs', 'cjs']
const digits = fc.oneof(
  fc.bigInt({ min: 1n, max: 10n ** 40n }).map(String),
  fc.tuple(fc.constantFrom('0', '000'), fc.nat(99)).map(([zeros, n]) => `${zeros}${n}`),
  fc.constantFrom('0', '1', '20260101120000', '9'.repeat(200)),
)
const piece = fc.constantFrom(
  ...['a', 'B', '1', '-', '_', '.', ' ', '"', "'", ';', '--', '😀', 'é', '\n', '\\', '%', '$', '*'],
  ...['up', 'down', 'upgrade', 'downgrade', 'sql', '.sql', '.d', 'T', '-01', '2026', '\u202e'],
)
const title = fc.oneof(
  fc.array(piece, { maxLength: 6 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 300 }).map((text) => text.replace(/[/\0]/g, '')),
)

/** What a name of the plain form says, without one look at the reader's own patterns. */
function model(number: string, words: string | undefined, extension: string): string {
  const revision = number.replace(/^0*(?=.)/, '')
  const text = words ?? ''
  if (extension !== 'sql') return `${revision} script ${text}`
  if (text === 'upgrade' || text === 'downgrade') return `${revision} ${text} `
  if (text.endsWith('.up')) return `${revision} upgrade ${text.slice(0, -3)}`
  if (text.endsWith('.down')) return `${revision} downgrade ${text.slice(0, -5)}`
  // run as an upgrade, it would do the opposite of what its name says
  if (/\.(?:down|downgrade|undo|rollback|revert)$/i.test(text)) return 'invalid'
  return `${revision} script ${text}`
}

function said(name: string): string {
  const reading = readName(name)
  return reading.is === 'script'
    ? `${reading.revision} ${reading.role} ${reading.title}`
    : reading.is
}

test('every name of the form <digits>_<title>.<extension> says what a model of the form says', () => {
  fc.assert(
    fc.property(digits, fc.option(title), fc.constantFrom(...extensions), (number, words, ext) => {
      const name = `${number}${words === null ? '' : `_${words}`}.${ext}`
      const expected = /\.d\.[mc]?ts$/i.test(name) ? 'ignored' : model(number, words ?? '', ext)
      assert.equal(said(name), expected)
    }),
    { numRuns: times(500, 50_000) },
  )
})

const anyName = fc.oneof(
  fc
    .array(fc.oneof(piece, digits, fc.constantFrom('.ts', '.SQL', '.d.ts', '.sql~')), {
      minLength: 1,
      maxLength: 7,
    })
    .map((parts) => parts.join('')),
  fc.tuple(title, fc.constantFrom(...extensions)).map((parts) => parts.join('.')),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
)

test('a name that starts with a digit and ends like a script is never passed over in silence', () => {
  fc.assert(
    fc.property(anyName, (name) => {
      const reading = readName(name)
      const looks =
        /^\s*\d[^]*\.(?:sql|[mc]?[tj]s)\s*$/i.test(name) && !/\.d\.[mc]?ts\s*$/i.test(name)
      assert.equal(reading.is !== 'ignored', looks, JSON.stringify(name))
      // 0 is settled in the folder, where it becomes 1 or a problem
      if (reading.is === 'script') assert.match(reading.revision, /^(?:0|[1-9]\d*)$/)
    }),
    { numRuns: times(500, 50_000) },
  )
})

test('whoever renames a file as told has a script', () => {
  let told = 0
  fc.assert(
    fc.property(
      fc.oneof(
        anyName,
        fc.tuple(digits, anyName).map((parts) => parts.join('')),
      ),
      (name) => {
        const reading = readName(name)
        const advice =
          reading.is === 'invalid' && /^Rename it to ([^]*), or move/.exec(reading.hint)?.[1]
        if (advice === false || advice === undefined) return
        told++
        const again = readName(advice)
        const zero = again.is === 'invalid' && again.problem.startsWith('revision 0')
        assert.ok(again.is === 'script' || zero, JSON.stringify({ name, advice, again }))
      },
    ),
    { numRuns: times(500, 50_000) },
  )
  assert.ok(told > 20, `${told} names refused`)
})

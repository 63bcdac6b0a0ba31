import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDuration, longestDuration, parseDuration } from '../../src/settings/value/duration'
import { fc } from '../support/property'

const rows: [text: string, milliseconds: number | undefined][] = [
  ['5s', 5000],
  ['500ms', 500],
  ['2min', 120_000],
  ['1h', 3_600_000],
  ['1d', 86_400_000],
  ['1.5s', 1500],
  [' 5 s ', 5000],
  ['250', 250],
  ['0', 0],
  ['0s', 0],
  ['', undefined],
  ['5m', undefined],
  ['5 seconds', undefined],
  ['-1s', undefined],
  ['1e3', undefined],
  ['s', undefined],
  ['30d', undefined],
]

for (const [text, milliseconds] of rows) {
  test(`"${text}" is ${milliseconds === undefined ? 'no duration' : `${milliseconds} ms`}`, () => {
    assert.equal(parseDuration(text), milliseconds)
  })
}

test('a duration is written in the largest unit that says it exactly', () => {
  const written = [0, 1, 1500, 5000, 90_000, 120_000, 7_200_000, 86_400_000].map(formatDuration)
  assert.deepEqual(written, ['0', '1ms', '1500ms', '5s', '90s', '2min', '2h', '1d'])
})

test('every duration that is written is read back', () => {
  fc.assert(
    fc.property(fc.nat(longestDuration), (milliseconds) => {
      assert.equal(parseDuration(formatDuration(milliseconds)), milliseconds)
    }),
  )
})

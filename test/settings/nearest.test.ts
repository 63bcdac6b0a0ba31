import assert from 'node:assert/strict'
import { test } from 'node:test'
import { distance, nearest } from '../../src/settings/value/nearest'
import { fc } from '../support/property'

const rows: [word: string, candidates: string, meant: string | undefined][] = [
  ['upgrad', 'upgrade downgrade setup', 'upgrade'],
  ['UPGRADE', 'upgrade downgrade', 'upgrade'],
  ['vsc', 'app vcs', 'vcs'],
  ['pakage', 'package schema', 'package'],
  ['lock-wait', 'lock_wait lock_timeout', 'lock_wait'],
  ['late', 'late_scripts strict', 'late_scripts'],
  ['lock', 'lock_wait lock_timeout', undefined],
  ['xyz', 'app vcs', undefined],
  ['ap', 'app wait', 'app'],
  ['', 'app', undefined],
]

for (const [word, candidates, meant] of rows) {
  test(`the nearest of ${candidates} to "${word}" is ${meant ?? 'none'}`, () => {
    assert.equal(nearest(word, candidates.split(' ')), meant)
  })
}

test('a distance is 0 only between equals, symmetric, and a swap of neighbours counts one', () => {
  assert.equal(distance('vcs', 'vsc'), 1)
  assert.equal(distance('kitten', 'sitting'), 3)
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      assert.equal(distance(a, b), distance(b, a))
      assert.equal(distance(a, b) === 0, a === b)
      assert.ok(distance(a, b) <= Math.max(a.length, b.length))
    }),
  )
})

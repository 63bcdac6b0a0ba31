import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { seed } from '../faults/mode'
import { fc } from './property'

test('a property sees the same inputs every time, and a failure says from which seed', () => {
  const seen: number[][] = [[], []]
  for (const list of seen) fc.assert(fc.property(fc.nat(), (one) => void list.push(one)))
  assert.deepEqual(seen[0], seen[1])
  assert.deepEqual(fc.sample(fc.string(), 9), fc.sample(fc.string(), 9))
  assert.throws(() => fc.assert(fc.property(fc.nat(), () => false)), new RegExp(`seed: ${seed},`))
})

test('no test takes fast-check without that seed', () => {
  const tests = join(__dirname, '../../../test')
  const others = readdirSync(tests, { recursive: true, encoding: 'utf8' }).filter((name) => {
    if (!name.endsWith('.ts') || name === join('support', 'property.ts')) return false
    return /^import .* from 'fast-check'/m.test(readFileSync(join(tests, name), 'utf8'))
  })
  assert.deepEqual(others, [])
})

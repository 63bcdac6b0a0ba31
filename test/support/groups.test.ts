import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupsOf } from './groups'

const named = (folder: string, count: number) =>
  Array.from({ length: count }, (_, at) => `/dist/test/${folder}/${at + 1}.test.js`)

test('every test file is in one group, with files of its own folder', () => {
  const files = [...named('plan', 7), ...named('run', 12), ...named('git', 1)]

  const groups = groupsOf(files)

  assert.deepEqual(groups.flat().toSorted(), files.toSorted())
  assert.deepEqual(
    groups.map((group) => group.length),
    [4, 3, 4, 4, 4, 1],
  )
  assert.ok(groups.every((group) => new Set(group.map((file) => file.split('/')[3])).size === 1))
})

test('what injures its process has one of its own', () => {
  assert.equal(groupsOf(named('faults', 3)).length, 3)
})

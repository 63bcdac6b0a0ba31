import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldEntries } from '../../src/journal/model/applied-state'
import { entryOf, historyOf } from './history'

const rows: [rule: string, history: string, applied: string, unfinished: string, claims: string][] =
  [
    ['an empty journal has nothing applied', '', '', '', ''],
    ['what ran is applied', '1 2', '1 2', '', '1:1 2:1'],
    ['what was marked is applied', '=1 2', '1 2', '', '1:1 2:1'],
    [
      'applied revisions stand in the order of application',
      '1 10 9 2',
      '1 10 9 2',
      '',
      '1:1 10:1 9:1 2:1',
    ],
    ['what was reverted is not applied', '1 2 -2', '1', '', '1:1 2:2'],
    ['what ran again after a rollback stands where it ran last', '1 2 -1 1', '2 1', '', '1:3 2:1'],
    [
      'a failure that left nothing is not applied, not unfinished, no claim',
      '1 2x',
      '1',
      '',
      '1:1',
    ],
    ['a failure after some statements is unfinished and no claim', '1 2x3', '1', '2', '1:1'],
    ['what runs is unfinished and a claim', '1 2…', '1', '2', '1:1 2:1'],
    ['a later failure that left nothing hides no earlier one', '2x3 2x', '', '2', ''],
    ['success ends what was unfinished', '2x3 2', '2', '', '2:1'],
    [
      'a rollback that is cut off leaves its revision applied and unfinished',
      '1 -1…1',
      '1',
      '1',
      '1:2',
    ],
    ['a rollback that failed half-way does too', '1 -1x1', '1', '1', '1:1'],
    ['set-up itself is no applied revision, but a claim', '0 =1', '1', '', '0:1 1:1'],
    ['a set-up that is cut off is no unfinished script', '0…', '', '', '0:1'],
  ]

for (const [rule, history, applied, unfinished, claims] of rows) {
  test(rule, () => {
    const state = foldEntries(historyOf(history))

    assert.equal(state.applied.map(({ revision }) => revision).join(' '), applied)
    assert.equal([...state.unfinished.keys()].join(' '), unfinished)
    const found = [...state.ordinals].map(([revision, ordinal]) => `${revision}:${ordinal}`)
    assert.equal(found.join(' '), claims)
  })
}

test('the order of application is by the value of the id', () => {
  const entries = [entryOf({ id: '9', revision: '2' }), entryOf({ id: '10', revision: '1' })]

  const { applied } = foldEntries(entries)

  assert.deepEqual(
    applied.map(({ revision }) => revision),
    ['2', '1'],
  )
})

test('the entry of a set-up is found, finished or not, unless it failed', () => {
  assert.equal(foldEntries(historyOf('0…')).setUp?.outcome, 'running')
  assert.equal(foldEntries(historyOf('0')).setUp?.outcome, 'success')
  assert.equal(foldEntries(historyOf('0x')).setUp, undefined)
})

test('what is unfinished is told by its newest entry that did something', () => {
  const { unfinished } = foldEntries(historyOf('2x1 2x3 2x'))

  assert.equal(unfinished.get('2')?.statementsDone, 3)
})

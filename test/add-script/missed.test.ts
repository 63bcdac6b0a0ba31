import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Inventory } from '../../src/inventory/missed'
import { missed } from '../../src/inventory/missed'

function inventory(...entries: readonly (readonly [kind: string, name: string, text: string])[]) {
  const items = entries.map(([kind, name, text]) => {
    const [schema = '', table = ''] = name.split('.')
    return [`${kind} ${name}`, { kind, name, schema, table, text }] as const
  })
  return new Map(items) satisfies Inventory
}

const column = ['column', 'public.t.a', 'integer'] as const
const policy = ['policy', 'public.t.p', '* t PUBLIC true'] as const

test('two databases that hold the same miss nothing', () => {
  assert.deepEqual(missed(inventory(column, policy), inventory(policy, column), 'drop'), [])
})

test('what differs is named, with what it is and what it should be', () => {
  const want = inventory(
    ['column', 'public.t.a', 'bigint'],
    ['index', 'public.i', 'CREATE INDEX i'],
  )

  assert.deepEqual(missed(inventory(column, policy), want, 'drop'), [
    'column public.t.a is integer, not bigint',
    'index public.i is missing: CREATE INDEX i',
    'policy public.t.p is too much: * t PUBLIC true',
  ])
})

test('what entities cannot say is left alone', () => {
  const want = inventory(column, ['options', 'public.t', 'fillfactor=70'])

  assert.deepEqual(missed(inventory(column, policy), want, 'keep'), [])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findNamePairs, inVain } from '../../src/align/name-pairs'
import type { NamedObject } from '../../src/align/named-objects'
import { orderRenames } from '../../src/align/order-renames'
import type { Rename } from '../../src/change/model/answers'

/** `index a = x`: the index a of the table t, defined as x. */
function object(text: string): NamedObject {
  const [, what = '', name = '', likeness = ''] = /^(\w+) (\S+) = (.*)$/.exec(text) ?? []
  const key = what === 'key'
  const kind = key ? 'constraint' : (what as NamedObject['what'])
  const table = kind === 'type' || kind === 'sequence' ? {} : { table: 't' }
  const isUnused = likeness === 'unused'
  return { what: kind, schema: 's', ...table, name, likeness, isUnused, hasIndex: key }
}

interface NameCase {
  from: string[]
  to: string[]
  given?: Rename[]
  /** `a > b`; of names that change places one goes through a third name. */
  renames: string[]
  alike?: string[]
}

const cases: Record<string, NameCase> = {
  'one of its kind gets the other name': {
    from: ['index a = x', 'type b = x'],
    to: ['index c = x', 'type b = x'],
    renames: ['a > c'],
  },
  'another definition is no other name': {
    from: ['index a = x'],
    to: ['index b = y'],
    renames: [],
  },
  'what has its name on both sides keeps it, whatever is like it': {
    from: ['index a = x', 'index b = x'],
    to: ['index a = x', 'index c = x'],
    renames: ['b > c'],
  },
  'of several that are alike none is guessed': {
    from: ['index a = x', 'index b = x'],
    to: ['index c = x', 'index d = x'],
    renames: [],
    alike: ['a b > c d'],
  },
  'one new name for two is no answer': {
    from: ['index a = x', 'index b = x'],
    to: ['index c = x'],
    renames: [],
    alike: ['a b > c'],
  },
  'what is given settles one, and so the other': {
    from: ['index a = x', 'index b = x'],
    to: ['index c = x', 'index d = x'],
    given: [{ from: 't.a', to: 'd' }],
    renames: ['a > d', 'b > c'],
  },
  'a sequence that nothing uses is known by nothing': {
    from: ['sequence a = unused'],
    to: ['sequence b = unused'],
    renames: [],
    alike: ['a > b'],
  },
  'two change places through a third name, which nothing has': {
    from: ['index a = x', 'index b = y', 'index a_swap = z'],
    to: ['index b = x', 'index a = y', 'index a_swap = z'],
    renames: ['a > a_swap2', 'b > a', 'a_swap2 > b'],
  },
  'three in a circle need one third name': {
    from: ['index a = x', 'index b = y', 'index c = z'],
    to: ['index b = x', 'index c = y', 'index a = z'],
    renames: ['a > a_swap', 'c > a', 'b > c', 'a_swap > b'],
  },
  'a name is free before another takes it': {
    from: ['index a = x', 'sequence b = y', 'key c = z'],
    to: ['index b = x', 'sequence c = y', 'key d = z'],
    renames: ['c > d', 'b > c', 'a > b'],
  },
  'types and checks have names of their own': {
    from: ['index a = x', 'type b = y', 'constraint c = z'],
    to: ['index b = x', 'type c = y', 'constraint a = z'],
    renames: ['a > b', 'b > c', 'c > a'],
  },
}

for (const [name, { from, to, given, renames, alike = [] }] of Object.entries(cases))
  test(name, () => {
    const objects = from.map(object)
    const found = findNamePairs(objects, to.map(object), given)
    const taken = new Set([...objects, ...to.map(object)].map((one) => one.name))
    const steps = orderRenames(found.pairs, taken).flatMap((batch) => batch.steps)
    assert.deepEqual(
      steps.map((step) => `${step.object.name} > ${step.to}`),
      renames,
    )
    assert.deepEqual(
      found.alike.map(
        (one) => `${one.objects.map((each) => each.name).join(' ')} > ${one.to.join(' ')}`,
      ),
      alike,
    )
  })

test('a third name fits into 63 bytes', () => {
  const long = 'é'.repeat(31)
  const pairs = [
    { object: object(`index ${long} = x`), to: 'b' },
    { object: object('index b = y'), to: long },
  ]
  const [batch] = orderRenames(pairs, new Set())
  assert.equal(batch?.steps[0]?.to, `${'é'.repeat(29)}_swap`)
})

test('a rename that is given in vain is found', () => {
  const pairs = [{ object: object('index a = x'), to: 'b' }]
  assert.deepEqual(inVain([{ from: 's.a', to: 'b' }], pairs), [])
  assert.equal(inVain([{ from: 'a', to: 'c' }], pairs).length, 1)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RevisionGraph } from '../../src/plan/scheme/revision-graph'
import type { RevisionEdge } from '../../src/script/script'
import { fc } from '../support/property'

const up = (from: string, to: string): RevisionEdge => ({ from, to, direction: 'up' })
const down = (from: string, to: string): RevisionEdge => ({ from, to, direction: 'down' })
const names = (path: readonly RevisionEdge[] | undefined) => path?.map(({ to }) => to).join(' ')

test('the shortest way is taken, and of two of one length the first', () => {
  const graph = new RevisionGraph([
    up('initial', '1'),
    up('1', '2'),
    up('2', '3'),
    up('1', '3'),
    up('initial', 'x'),
    up('x', '3'),
  ])

  assert.equal(names(graph.path('initial', '3', 'up')), '1 3')
  assert.equal(names(graph.path('initial', 'initial', 'up')), '')
  assert.deepEqual(graph.heads('initial'), ['3'])
})

test('only edges of the direction lead, and what nothing leads to is not found', () => {
  const graph = new RevisionGraph([up('initial', 'a'), down('b', 'a'), up('a', 'b')])

  assert.equal(names(graph.path('b', 'a', 'down')), 'a')
  assert.equal(graph.path('b', 'initial', 'down'), undefined)
  assert.equal(graph.path('initial', 'nowhere', 'up'), undefined)
})

test('a cycle ends, also where nothing leads to the target', () => {
  const graph = new RevisionGraph([up('initial', 'a'), up('a', 'b'), up('b', 'a')])

  assert.equal(graph.path('initial', 'c', 'up'), undefined)
  assert.equal(names(graph.path('initial', 'b', 'up')), 'a b')
  assert.deepEqual(graph.heads('initial'), [])
})

test('of ten thousand revisions in a row the way is found', () => {
  const edges = Array.from({ length: 10_000 }, (_, at) =>
    up(at ? `r${at}` : 'initial', `r${at + 1}`),
  )
  const started = process.cpuUsage()
  const path = new RevisionGraph(edges).path('initial', 'r10000', 'up')
  const { user } = process.cpuUsage(started)

  assert.equal(path?.length, 10_000)
  assert.ok(user < 1_000_000, `${user} µs`)
})

const revision: fc.Arbitrary<string> = fc.constantFrom('initial', 'a', 'b', 'c', 'd', 'e')
const edge = fc.record({ from: revision, to: revision, direction: fc.constantFrom('up', 'down') })

test('a way is one: it starts and ends where it should, and none is shorter', () => {
  fc.assert(
    fc.property(fc.array(edge), revision, revision, (some, from, to) => {
      const edges = some as RevisionEdge[]
      const path = new RevisionGraph(edges).path(from, to, 'up')
      assert.equal(path?.length, shortest(edges, from, to))
      let at = from
      for (const step of path ?? []) {
        assert.equal(step.from, at)
        assert.equal(step.direction, 'up')
        at = step.to
      }
      if (path) assert.equal(at, to)
    }),
  )
})

/** By trying all: in n rounds everything that n edges reach is reached. */
function shortest(edges: readonly RevisionEdge[], from: string, to: string): number | undefined {
  let reached = new Set([from])
  for (let length = 0; length <= 6; length++) {
    if (reached.has(to)) return length
    const next = edges.filter((one) => one.direction === 'up' && reached.has(one.from))
    reached = new Set([...reached, ...next.map((one) => one.to)])
  }
  return undefined
}

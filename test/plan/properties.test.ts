import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '../../src/journal/model/entry'
import { foldEntries } from '../../src/journal/model/applied-state'
import type { Plan, Request, Step } from '../../src/plan/plan'
import { planSteps } from '../../src/plan/planner'
import { compareDigits } from '../../src/script/revision'
import type { Script } from '../../src/script/script'
import { entryOf } from '../journal/history'
import { scriptOf, usual } from './situation'
import { fc } from '../support/property'

/** Some scripts, in any order, and a journal with any of them applied in any order; a few files are gone. */
interface Situation {
  scripts: readonly Script[]
  entries: readonly Entry[]
}

const revision = fc
  .oneof(fc.integer({ min: 1, max: 40 }), fc.bigInt({ min: 1n, max: 10n ** 30n }))
  .map(String)

const situation: fc.Arbitrary<Situation> = fc
  .uniqueArray(revision, { minLength: 1, maxLength: 10 })
  .chain((revisions) =>
    fc.record({
      order: fc.shuffledSubarray(revisions),
      present: fc.shuffledSubarray(revisions, { minLength: Math.max(0, revisions.length - 2) }),
      all: fc.constant(revisions),
      reverted: fc.subarray(revisions),
    }),
  )
  .map(({ order, present, all, reverted }) => ({
    // What was never applied has its file; else nobody would know of it.
    scripts: all
      .filter((one) => present.includes(one) || !order.includes(one))
      .toSorted((a, b) => present.indexOf(a) - present.indexOf(b))
      .map((one) => scriptOf(one)),
    entries: recordAll(
      [],
      [
        ...order.map((one) => run(one)),
        ...order.filter((one) => reverted.includes(one)).map((one) => rollback(one)),
        ...order.filter((one) => reverted.includes(one)).map((one) => run(one)),
      ],
    ),
  }))

const run = (revision: string) => ({ revision, operation: 'run' as const })
const rollback = (revision: string) => ({ revision, operation: 'rollback' as const })

/** What the journal holds after these operations. */
function recordAll(
  entries: readonly Entry[],
  steps: readonly Pick<Step, 'revision' | 'operation'>[],
): Entry[] {
  return steps.reduce<Entry[]>(
    (before, { revision, operation }) => {
      const ordinal = 1 + before.filter((entry) => entry.revision === revision).length
      const id = String(before.length + 1)
      const checksum = `checksum of ${revision}`
      return [...before, entryOf({ id, revision, operation, ordinal, checksum })]
    },
    [...entries],
  )
}

/** Plans on a situation and records what the plan says; a claim that differs from the journal's own count fails. */
function carriedOut(at: Situation, request: Request): { plan: Plan; after: Situation } {
  const plan = planSteps(at.scripts, foldEntries(at.entries), request, usual)
  const entries = recordAll(at.entries, plan.steps)
  assert.deepEqual(
    plan.steps.map(({ ordinal }) => ordinal),
    entries.slice(at.entries.length).map(({ ordinal }) => ordinal),
  )
  return { plan, after: { ...at, entries } }
}

function applied({ entries }: Situation): string[] {
  return foldEntries(entries).applied.map(({ revision }) => revision)
}

const sorted = (revisions: readonly string[]) => revisions.toSorted(compareDigits)

function holds(rule: string, check: (at: Situation) => void): void {
  test(rule, () => {
    fc.assert(fc.property(situation, check), { numRuns: 200 })
  })
}

holds('an upgrade goes up in order of revision and ends with every script applied', (at) => {
  const { plan, after } = carriedOut(at, { command: 'upgrade' })

  const revisions = plan.steps.map((step) => step.revision)
  assert.deepEqual(revisions, sorted(revisions))
  const everything = new Set([...applied(at), ...at.scripts.map((script) => script.revision)])
  assert.deepEqual(sorted(applied(after)), sorted([...everything]))
})

holds('what an upgrade did is undone, in reverse, by a downgrade of as many', (at) => {
  const { plan, after } = carriedOut(at, { command: 'upgrade' })
  const count = plan.steps.length

  const down = carriedOut(after, { command: 'downgrade', count })

  assert.deepEqual(
    down.plan.steps.map((step) => step.revision),
    plan.steps.map((step) => step.revision).toReversed(),
  )
  assert.deepEqual(applied(down.after), applied(at))
})

holds('up and then down to 0 ends with nothing applied, and up again with the same', (at) => {
  const up = carriedOut(at, { command: 'upgrade' }).after
  const down = carriedOut(up, { command: 'downgrade', target: '0' }).after
  const again = carriedOut(down, { command: 'upgrade' }).after

  assert.deepEqual(applied(down), [])
  assert.deepEqual(applied(again), sorted(at.scripts.map((script) => script.revision)))
})

holds('planning twice gives the same plan and changes neither scripts nor journal', (at) => {
  const before = structuredClone(at)
  const state = foldEntries(at.entries)

  const first = planSteps(at.scripts, state, { command: 'upgrade' }, usual)
  const second = planSteps(at.scripts, state, { command: 'upgrade' }, usual)

  assert.deepEqual(first, second)
  assert.deepEqual(at, before)
})

holds('what was carried out leaves nothing to do', (at) => {
  for (const request of requestsOf(at)) {
    const { after } = carriedOut(at, request)
    assert.deepEqual(carriedOut(after, request).plan.steps, [], JSON.stringify(request))
  }
})

holds('no plan has a revision twice', (at) => {
  for (const request of requestsOf(at)) {
    const revisions = carriedOut(at, request).plan.steps.map((step) => step.revision)
    assert.equal(new Set(revisions).size, revisions.length, JSON.stringify(request))
  }
})

holds('to a version ends with exactly the revisions up to it', (at) => {
  for (const target of known(at)) {
    const { after } = carriedOut(at, { command: 'to', target })
    const expected = known(at).filter((one) => compareDigits(one, target) <= 0)
    assert.deepEqual(sorted(applied(after)), sorted(expected))
  }
})

holds('a downgrade reverts the newest application first', (at) => {
  for (const target of ['0', ...known(at)]) {
    const { plan } = carriedOut(at, { command: 'downgrade', target })
    const reverted = plan.steps.map((step) => step.revision)
    const inOrder = applied(at).filter((one) => reverted.includes(one))
    assert.deepEqual(reverted, inOrder.toReversed())
  }
})

holds('the order of the files does not matter', (at) => {
  const turned = { ...at, scripts: at.scripts.toReversed() }
  for (const request of requestsOf(at)) {
    assert.deepEqual(carriedOut(at, request).plan, carriedOut(turned, request).plan)
  }
})

/** Every revision that scripts or journal know. */
function known(at: Situation): string[] {
  return [...new Set([...applied(at), ...at.scripts.map((script) => script.revision)])]
}

/** Requests that name where to arrive, so that asking again asks for nothing more. */
function requestsOf(at: Situation): Request[] {
  return known(at).flatMap((target): Request[] => [
    { command: 'upgrade', target },
    { command: 'downgrade', target },
    { command: 'to', target },
    { command: 'mark', target },
    { command: 'mark', only: target },
  ])
}

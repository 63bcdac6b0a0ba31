import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { withMigrator } from '../support/migrator'
import { full, seed, times } from './mode'
import { isOutside, kinds, Model, type Wish } from './model'
import { record } from './report'
import { type Cut, expected, World } from './world'
import { fc } from '../support/property'

type Action =
  | { do: 'write'; revision: string; version: number; reversible: boolean }
  | { do: 'remove'; revision: string }
  | { do: 'run'; wish: Wish }
  | { do: 'cut'; wish: Wish; after: number; which: Cut }
  | { do: 'kill'; target: string | undefined; after: number }

const revisions = Object.keys(kinds)
const revision = fc.constantFrom(...revisions)
const seldom = fc.integer({ min: 0, max: 9 }).map((n) => n === 9)

const wish: fc.Arbitrary<Wish> = fc
  .record({
    command: fc.constantFrom('upgrade', 'upgrade', 'downgrade', 'to', 'mark', 'only'),
    target: fc.option(
      fc.oneof(
        { weight: 8, arbitrary: revision },
        { weight: 1, arbitrary: fc.constantFrom('0', '77') },
      ),
      { nil: undefined },
    ),
    count: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined, freq: 4 }),
    strict: seldom,
    refuseLate: seldom,
    all: seldom,
    fate: fc.option(fc.record({ revision, what: fc.constantFrom('fail', 'crash') }), {
      nil: undefined,
    }),
  })
  .map(({ command, target, count, ...rest }) => {
    const needed = command === 'to' || command === 'only' ? (target ?? '4') : target
    const some =
      command === 'upgrade' || command === 'downgrade' || command === 'mark' ? count : undefined
    return {
      command,
      ...(needed !== undefined && { target: needed }),
      ...(some !== undefined && { count: some }),
      ...rest,
    }
  })

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      revision,
      version: fc.integer({ min: 0, max: 1 }),
      reversible: seldom.map((never) => !never),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('remove' as const), revision }) },
  { weight: 16, arbitrary: fc.record({ do: fc.constant('run' as const), wish }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('cut' as const),
      wish,
      after: fc.integer({ min: 0, max: 40 }),
      which: fc.constantFrom<Cut>('lock', 'work', 'both'),
    }),
  },
  {
    weight: full ? 1 : 0,
    arbitrary: fc.record({
      do: fc.constant('kill' as const),
      target: fc.option(revision, { nil: undefined }),
      after: fc.integer({ min: 200, max: 900 }),
    }),
  },
)

/** A module is loaded once a process, so its text stays; one of the two has no downgrade. */
function writtenOf({ revision: number, version, reversible }: Action & { do: 'write' }) {
  if (kinds[number] === 'ts') return { version: 0, reversible: number === '2' }
  return { version, reversible }
}

let steps = 0
const counts = new Map<string, number>()

function count(what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1)
}

async function live(actions: readonly Action[]): Promise<void> {
  await withMigrator({ '1_r.sql': '' }, async (fixture) => {
    const world = new World(fixture)
    await world.prepare()
    let model = new Model()
    for (const number of ['1', '2', '3', '5', '10']) {
      const first: Action = { do: 'write', revision: number, version: 0, reversible: true }
      model = await take(first, world, model)
    }
    for (const one of actions) {
      model = await take(one, world, model)
      steps++
    }
  })
}

/** Aims at what is there: a target that somebody knows, a fate for a script that would run. */
function aimed(wanted: Wish, model: Model): Wish {
  const { target, fate } = wanted
  const known = [...new Set([...model.folder.keys(), ...model.applied])]
  const strange = target !== undefined && target in kinds && !known.includes(target)
  const better = strange
    ? { ...wanted, target: known[revisions.indexOf(target) % known.length]! }
    : wanted
  const steps = model.run({ ...better, fate: undefined }).outcome.done
  const struck = fate && steps[revisions.indexOf(fate.revision) % steps.length]?.split(' ')[0]
  return struck === undefined ? better : { ...better, fate: { ...fate!, revision: struck } }
}

async function take(one: Action, world: World, model: Model): Promise<Model> {
  switch (one.do) {
    case 'write':
      model.folder.set(one.revision, writtenOf(one))
      await world.write(one.revision, writtenOf(one))
      return model
    case 'remove':
      if (model.folder.size > 1 && model.folder.delete(one.revision))
        await world.remove(one.revision)
      return model
    case 'run':
      return run(aimed(one.wish, model), world, model)
    case 'cut': {
      const whole = { ...aimed(one.wish, model), fate: undefined }
      if (!mayEndAnywhere(whole, model)) return run(whole, world, model)
      const code = await world.cut(whole, one.after, one.which)
      count(`cut: ${code ?? 'too late'}`)
      assert.ok(cutCodes.includes(code), code)
      return endedSomewhere(whole, world, model)
    }
    case 'kill': {
      const { target } = one
      const up: Wish = { command: 'upgrade', ...(target !== undefined && { target }), ...careless }
      if (!mayEndAnywhere(up, model)) return model
      await world.kill(up, one.after)
      count('killed')
      return endedSomewhere(up, world, model)
    }
  }
}

const careless = { strict: false, refuseLate: false, all: false, fate: undefined }
const cutCodes = [undefined, 'CONNECTION_LOST', 'LOCK_LOST', 'CONNECTION_FAILED']

async function run(wanted: Wish, world: World, model: Model): Promise<Model> {
  const { outcome, after } = model.run(wanted)
  count(outcome.code ?? 'success')
  const { code, done } = await world.run(wanted)
  // who lost the connection cannot know how much of the message was done
  const seen = code === 'CONNECTION_LOST' ? outcome.done.slice(0, done.length) : outcome.done
  assert.deepEqual({ code, done }, { code: outcome.code, done: seen })
  assert.deepEqual(await world.look(), expected(after))
  return after
}

/** Only a transaction is there or not there, whenever it is cut. */
function mayEndAnywhere(wanted: Wish, model: Model): boolean {
  const { outcome } = model.run(wanted)
  if (outcome.code !== undefined || outcome.done.length === 0) return false
  return !outcome.done.some((step) => isOutside(step.split(' ')[0]!))
}

/** The database is where the first steps of the plan, none or all of them, bring it. */
async function endedSomewhere(wanted: Wish, world: World, model: Model): Promise<Model> {
  const { length } = model.run(wanted).outcome.done
  const limits =
    wanted.all || wanted.command === 'mark'
      ? [0, length]
      : Array.from({ length: length + 1 }, (_, n) => n)
  const ends = limits.map((limit) => model.run(wanted, limit).after)
  const seen = await world.look()
  const end = ends.find((one) => isDeepStrictEqual(expected(one), seen))
  assert.ok(end, `${JSON.stringify(seen)} is no prefix of ${JSON.stringify(wanted)}`)
  return end
}

test(`random histories end as a small model of the journal says (seed ${seed})`, async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 15, maxLength: 60, size: 'max' }), live),
    {
      seed,
      numRuns: times(4, 50),
      // a moment that was chosen by chance does not come again, so shrinking is only for the patient
      endOnFailure: process.env.TYPETREK_FAULTS_SHRINK === undefined,
    },
  )
  t.diagnostic(`${steps} steps; ${JSON.stringify(Object.fromEntries(counts))}`)
  record({ fault: 'random histories (steps)', injected: steps, lost: 0, twice: 0, differ: 0 })
})

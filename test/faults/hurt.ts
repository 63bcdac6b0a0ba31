import assert from 'node:assert/strict'
import { Random } from '../support/history-random'
import { seed } from './mode'
import { injuryAt, pickPoint, type Fault, type Point } from './injury'
import { record } from './report'
import { endingOf, withStage, type Ending, type StageOptions } from './stage'
import type { Scenario } from './scenario'

/** What an undisturbed run came to, and how many exchanges each of its connections had. */
export interface Reference {
  ending: Ending
  exchanges: readonly number[]
}

/** What one injury came to; `output` is of the hurt run and the plain one. */
export interface Harm {
  struck: boolean
  lost: number
  twice: number
  differ: number
  output: string
}

/** Runs a scenario undisturbed. */
export async function referenceOf(
  scenario: Scenario,
  options: StageOptions = {},
): Promise<Reference> {
  const exchanges: number[] = []
  let ending: Ending | undefined
  await withStage(
    scenario,
    ({ connection, exchange }) => {
      exchanges[connection.number] = Math.max(exchanges[connection.number] ?? 0, exchange + 1)
      return 'pass'
    },
    async (stage) => {
      const { status, output } = await stage.start().ended
      assert.equal(status, 0, output)
      ending = await endingOf(stage.database, scenario)
    },
    options,
  )
  assert.deepEqual(ending?.ledger, scenario.ledger.toSorted(), scenario.name)
  assert.deepEqual(ending?.journal, scenario.journal.toSorted(), scenario.name)
  return { ending: ending!, exchanges }
}

/** Runs a scenario, hurts it, runs it again plainly, and compares with the undisturbed run. */
export async function hurt(
  scenario: Scenario,
  { ending }: Reference,
  point: Point,
  fault: Fault,
  options: StageOptions = {},
): Promise<Harm> {
  const injury = injuryAt(point, fault)
  const harm: Harm = { struck: false, lost: 0, twice: 0, differ: 0, output: '' }
  const run = async (stage: Parameters<Parameters<typeof withStage>[2]>[0]) => {
    const { struck, output, afterwards } = await injury.run(stage)
    harm.struck = struck
    const opening = afterwards()
    harm.output = `${output}\n-- plainly --\n`
    harm.output += await stage.plainly().catch((error: Error) => error.message)
    await opening
    Object.assign(harm, compare(ending, await endingOf(stage.database, scenario)))
  }
  await withStage(scenario, injury.guard, run, options)
  return harm
}

/** A script is lost when its row or its entry is missing, and ran twice when there are two. */
export function compare(wanted: Ending, is: Ending): Pick<Harm, 'lost' | 'twice' | 'differ'> {
  const lost = missing(wanted.ledger, is.ledger) + missing(wanted.journal, is.journal)
  const twice = missing(is.ledger, wanted.ledger) + missing(is.journal, wanted.journal)
  const same = JSON.stringify(is.catalog) === JSON.stringify(wanted.catalog)
  return { lost, twice, differ: same ? 0 : 1 }
}

/** How many lines of `from`, counted with their repetitions, are not in `list`. */
function missing(from: readonly string[], list: readonly string[]): number {
  const left = [...list]
  return from.filter((line) => {
    const at = left.indexOf(line)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  }).length
}

/** Hurts a scenario `count` times at seeded points with the faults given, and fails when anything shows. */
export async function hurtOften(
  scenario: Scenario,
  faults: readonly Fault[],
  count: number,
  options: StageOptions = {},
): Promise<void> {
  const reference = await referenceOf(scenario, options)
  const random = new Random(seed + hashOf(scenario.name + faults.join()))
  const plans = Array.from({ length: count }, () => ({
    point: pickPoint(random, reference.exchanges, scenario.gates),
    fault: random.pick(faults),
  }))
  await inParallel(3, plans, async ({ point, fault }) => {
    const harm = await hurt(scenario, reference, point, fault, options)
    const { struck, lost, twice, differ, output } = harm
    record({ fault, injected: struck ? 1 : 0, lost, twice, differ })
    const where = `${fault} in ${scenario.name} at ${JSON.stringify(point)}, seed ${seed}\n${output}`
    assert.deepEqual({ lost, twice, differ }, { lost: 0, twice: 0, differ: 0 }, where)
    assert.ok(struck, `never reached: ${where}`)
  })
}

function hashOf(text: string): number {
  return Array.from(text).reduce((hash, one) => (hash * 31 + one.charCodeAt(0)) | 0, 7)
}

/** Does every one, some at a time, and then throws the first failure. */
export async function inParallel<Item>(
  limit: number,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items]
  const failures: unknown[] = []
  const one = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      await work(item).catch((error: unknown) => failures.push(error))
    }
  }
  await Promise.all(Array.from({ length: limit }, one))
  if (failures.length > 0) throw failures[0]
}

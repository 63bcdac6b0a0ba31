import assert from 'node:assert/strict'
import { Random } from '../support/history-random'
import { full, seed } from './mode'
import { injuryAt, pickMessage, pickPoint, type Point } from './injury'
import { record } from './report'
import { endingOf, withStage, type Ending, type Stage, type StageOptions } from './stage'
import type { Scenario } from './scenario'
import { isHeld, type Fault } from './strike'

/** What an undisturbed run came to, and how many exchanges each of its connections had. */
export interface Reference {
  ending: Ending
  exchanges: readonly number[]
  /** The exchanges of the connection that works whose message holds a COMMIT. */
  commits: readonly number[]
}

/** What one injury came to; `output` is of the hurt run and the plain one. */
export interface Harm {
  struck: boolean
  lost: number
  twice: number
  differ: number
  output: string
  /** What the rerun wrote. */
  plain: string
}

const noEnding: Ending = { ledger: [], journal: [], catalog: [], dump: undefined }

/** Runs a scenario undisturbed. */
export async function referenceOf(
  scenario: Scenario,
  options: StageOptions = {},
): Promise<Reference> {
  const exchanges: number[] = []
  const commits: number[] = []
  let ending = noEnding
  await withStage(
    scenario,
    ({ connection, exchange, from, type, bytes }) => {
      if (from === 'server' || !/[QS]/.test(type)) return 'pass'
      exchanges[connection.number] = exchange + 1
      if (connection.number === 1 && bytes.includes('COMMIT')) commits.push(exchange)
      return 'pass'
    },
    async (stage) => {
      await stage.plainly(scenario.command, 'hurt.ini')
      ending = await endingOf(stage.database, scenario, full)
    },
    options,
  )
  assert.deepEqual(ending.ledger, scenario.ledger.toSorted(), scenario.name)
  assert.deepEqual(ending.journal, scenario.journal.toSorted(), scenario.name)
  return { ending, exchanges, commits }
}

/** Runs a scenario, hurts it, runs it again plainly, and compares with the undisturbed run. */
export async function hurt(
  scenario: Scenario,
  { ending }: Reference,
  point: Point,
  fault: Fault,
  { dumped = false, ...options }: StageOptions & { dumped?: boolean } = {},
): Promise<Harm> {
  const injury = injuryAt(point, fault)
  const harm: Harm = { struck: false, lost: 0, twice: 0, differ: 0, output: '', plain: '' }
  const run = async (stage: Stage) => {
    const wounded = await injury.run(stage)
    harm.struck = wounded.struck
    const meanwhile = wounded.during()
    harm.plain = await stage.plainly().catch((error: Error) => error.message)
    await meanwhile
    harm.output = `${await wounded.after()}\n-- plainly --\n${harm.plain}`
    Object.assign(harm, compare(ending, await endingOf(stage.database, scenario, dumped)))
  }
  await withStage(scenario, injury.guard, run, options)
  return harm
}

/** A script is lost when its row or its entry is missing, and ran twice when there are two. */
export function compare(wanted: Ending, is: Ending): Pick<Harm, 'lost' | 'twice' | 'differ'> {
  const lost = missing(wanted.ledger, is.ledger) + missing(wanted.journal, is.journal)
  const twice = missing(is.ledger, wanted.ledger) + missing(is.journal, wanted.journal)
  const same =
    JSON.stringify(is.catalog) === JSON.stringify(wanted.catalog) &&
    (is.dump === undefined || is.dump === wanted.dump)
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
  reference: Reference,
  faults: readonly Fault[],
  count: number,
  options: StageOptions = {},
): Promise<void> {
  const from = seed + hashOf(scenario.name + faults.join())
  const numbers = Array.from({ length: count }, (_, number) => number)
  await inParallel(options.server ? 1 : 3, numbers, async (number) => {
    const random = new Random(from + 7919 * number)
    const fault = faults[number % faults.length] ?? random.pick(faults)
    // a migrator that is quicker than the undisturbed one may never come to its last question
    for (let attempt = 0; attempt < 5; attempt++) {
      const point = isHeld(fault)
        ? pickMessage(random, reference.exchanges)
        : pickPoint(random, reference.exchanges, scenario.gates)
      const dumped = full && number % 4 === 0
      const harm = await hurt(scenario, reference, point, fault, { ...options, dumped })
      const where = `${fault} in ${scenario.name} at ${JSON.stringify(point)}, seed ${seed}`
      judge(harm, fault, where)
      if (harm.struck) return
      assert.ok(!('gate' in point), `never came to the gate: ${where}\n${harm.output}`)
    }
    assert.fail(`no point was reached: ${fault} in ${scenario.name}, seed ${seed}`)
  })
}

/** Adds what came of one injury to the report, and fails when it did harm. */
export function judge(harm: Harm, fault: string, where: string): void {
  const { struck, lost, twice, differ, output } = harm
  record({ fault, injected: struck ? 1 : 0, lost, twice, differ })
  const none = { lost: 0, twice: 0, differ: 0 }
  assert.deepEqual({ lost, twice, differ }, none, `${where}\n${output}`)
  assert.doesNotMatch(output, /This is a bug/, where)
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

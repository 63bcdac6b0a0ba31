import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hurt, hurtOften, inParallel, judge, referenceOf } from './hurt'
import { full, only, seed, times } from './mode'
import { scenarios } from './scenario'
import { kills, overtakings, pooledOvertakings, sleeps } from './strike'

/** In the quick selection each of these is done to one scenario, and every scenario is killed once. */
const kinds = ['answer lost', 'asleep', 'overtaken', 'overtaken behind a pooler']

for (const [index, scenario] of scenarios.entries()) {
  const { name } = scenario
  if (!name.includes(only)) continue
  let known: ReturnType<typeof referenceOf> | undefined
  const reference = () => (known ??= referenceOf(scenario))
  const has = (kind: string) => full || kinds[index] === kind

  test(`${name}: whatever is killed and wherever, a plain rerun ends as if nothing had been (seed ${seed})`, async () => {
    await hurtOften(scenario, await reference(), kills, times(1, 30))
  })

  if (has('answer lost')) {
    test(`${name}: where the server commits and its answer is lost, the rerun knows what is done`, async () => {
      const undisturbed = await reference()
      const commits = undisturbed.commits.toReversed().slice(0, times(1, 10))
      await inParallel(3, commits, async (exchange) => {
        const point = { exchange: [1, exchange], when: 'answered' } as const
        const harm = await hurt(scenario, undisturbed, point, 'socket cut')
        judge(harm, 'acknowledgement lost', `${name} at exchange ${exchange}`)
        assert.ok(harm.struck, harm.output)
        if (exchange === commits[0]) assert.match(harm.plain, /nothing to do|set up/)
      })
    })
  }

  if (has('asleep')) {
    test(`${name}: a migrator that sleeps and wakes after another took over does no harm (seed ${seed})`, async () => {
      await hurtOften(scenario, await reference(), sleeps, times(1, 6))
    })
  }

  if (has('overtaken')) {
    test(`${name}: a migrator whose message was on its way when another took over does no harm (seed ${seed})`, async () => {
      await hurtOften(scenario, await reference(), overtakings, times(1, 6))
    })
  }

  if (has('overtaken behind a pooler')) {
    test(`${name}: the same behind a pooler, where only the claims guard (seed ${seed})`, async () => {
      await hurtOften(scenario, await reference(), pooledOvertakings, times(1, 6))
    })
  }
}

import { test } from 'node:test'
import { hurtOften } from './hurt'
import { faults } from './injury'
import { seed, times } from './mode'
import { scenarios } from './scenario'

for (const scenario of scenarios) {
  test(`${scenario.name}: whatever is killed and wherever, a plain rerun ends as if nothing had been (seed ${seed})`, async () => {
    await hurtOften(scenario, faults, times(2, 40))
  })
}

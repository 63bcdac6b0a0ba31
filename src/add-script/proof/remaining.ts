import { catalogOf } from '../../catalog/catalog'
import { remaining } from '../../change/operations/from-engine'
import { loadEngine } from '../../catalog/engine'
import { keepExtra } from '../difference/keep-unmanaged'
import { unconcerned } from '../difference/select'
import { withOwnersOf } from '../../catalog/owners'
import { readNow, type Readings } from '../../catalog/readings'
import type { ScratchDatabase } from '../../scratch/scratch'
import type { Answers } from '../../change/model/answers'
import type { Ignored } from '../../scratch/ignored-tables'

/** What is compared, and how. */
export interface Comparing {
  extra: Answers['extra']
  ignored: readonly Ignored[]
  readings: Readings
  /** The database whose owners count, where the wanted schema says nothing of them. */
  ownersOf?: ScratchDatabase | undefined
}

/**
 * What would still lead from a database to a wanted schema, which stays as it is, as statements; none:
 * they are equal.
 */
export async function leftover(
  database: ScratchDatabase,
  wanted: ScratchDatabase,
  { extra, ignored, readings, ownersOf }: Comparing,
): Promise<string[]> {
  const engine = await loadEngine()
  const [have, want, known] = await Promise.all([
    readNow(database),
    readings.of(wanted),
    ownersOf && readings.of(ownersOf),
  ])
  const left = unconcerned(have, want)
  const from = catalogOf(engine, have, ignored, left)
  const to = catalogOf(engine, want, ignored, left)
  const whole = extra === 'keep' ? keepExtra(engine, from, to).catalog : to
  const owners = known && [known.details.objects, have.details.objects]
  return remaining(engine, from, owners ? withOwnersOf(whole, ...owners) : whole)
}

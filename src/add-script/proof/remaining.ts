import { catalogOf } from '../../catalog/catalog'
import { remaining } from '../../change/operations/from-engine'
import { loadEngine } from '../../catalog/engine'
import { keepExtra } from '../difference/keep-unmanaged'
import { unconcerned } from '../difference/select'
import { readNow, type Readings } from '../../catalog/readings'
import type { ScratchDatabase } from '../../scratch/scratch'
import type { Answers } from '../../change/model/answers'
import type { Ignored } from '../../scratch/ignored-tables'

/** What is compared, and how. */
export interface Comparing {
  extra: Answers['extra']
  ignored: readonly Ignored[]
  readings: Readings
}

/**
 * What would still lead from a database to a wanted schema, which stays as it is, as statements; none:
 * they are equal.
 */
export async function leftover(
  database: ScratchDatabase,
  wanted: ScratchDatabase,
  { extra, ignored, readings }: Comparing,
): Promise<string[]> {
  const engine = await loadEngine()
  const [have, want] = await Promise.all([readNow(database), readings.of(wanted)])
  const left = unconcerned(have, want)
  const from = catalogOf(engine, have, ignored, left)
  const to = catalogOf(engine, want, ignored, left)
  return remaining(engine, from, extra === 'keep' ? keepExtra(engine, from, to).catalog : to)
}

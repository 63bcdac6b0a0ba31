import { MigrationError } from '../../errors'
import { catalogOf } from '../../catalog/catalog'
import { remaining } from '../../change/trial/trial'
import { loadEngine } from '../../catalog/engine'
import { keepExtra } from '../difference/keep-unmanaged'
import { unconcerned } from '../difference/select'
import { withOwnersOf } from '../../catalog/owners'
import { isPlain, readNow, type Readings } from '../../catalog/readings'
import { compareInventory, inventoryOf, readInventory } from '../../inventory/inventory'
import { missed } from '../../inventory/missed'
import type { ScratchDatabase } from '../../scratch/scratch'
import type { Answers } from '../../change/model/answers'
import type { Ignored } from '../../scratch/ignored-tables'

/** What is compared, and how. */
export interface Comparing {
  extra: Answers['extra']
  ignored: readonly Ignored[]
  readings: Readings
  /** The database whose owners count, where the target schema says nothing of them. */
  ownersOf?: ScratchDatabase | undefined
}

/**
 * What would still lead from a database to the target schema, which stays as it is, as statements; none:
 * they are equal.
 */
export async function leftover(
  database: ScratchDatabase,
  target: ScratchDatabase,
  { extra, ignored, readings, ownersOf }: Comparing,
): Promise<string[]> {
  const engine = await loadEngine()
  const [have, want, known] = await Promise.all([
    readNow(database),
    readings.of(target),
    ownersOf && readings.of(ownersOf),
  ])
  const left = unconcerned(have, want)
  const from = catalogOf(engine, have, ignored, left)
  const to = catalogOf(engine, want, ignored, left)
  const whole = extra === 'keep' ? keepExtra(engine, from, to).catalog : to
  const owners = known && [known.details.objects, have.details.objects]
  return remaining(engine, from, owners ? withOwnersOf(whole, ...owners) : whole)
}

/**
 * True where a database is what another one is, which stays as it is, so that pg-delta has nothing to add:
 * both hold only what is read as completely without it.
 */
export async function isSame(
  database: ScratchDatabase,
  target: ScratchDatabase,
  { ignored, readings, ownersOf }: Comparing,
): Promise<boolean> {
  const known = await Promise.all([target, ownersOf ?? target].map((one) => readings.of(one)))
  return known.every(isPlain) && compareInventory(database, target, { ignored, ownersOf })
}

/** What is missed although no statement is known for it: read by other means than those that plan. */
export async function missedIn(
  database: ScratchDatabase,
  target: ScratchDatabase,
  { extra, ignored }: Pick<Comparing, 'extra' | 'ignored'>,
): Promise<string[]> {
  const [have, want] = await Promise.all([
    readInventory(await database.pool(), ignored),
    inventoryOf(target, ignored),
  ])
  return missed(have, want, extra)
}

/**
 * Makes sure that nothing differs where no statement was found.
 * @throws {MigrationError} DIFFERENCE_REFUSED with what does
 */
export async function refuseMissed(
  database: ScratchDatabase,
  target: ScratchDatabase,
  extra: Answers['extra'],
  ignored: readonly Ignored[],
): Promise<void> {
  const facts = await missedIn(database, target, { extra, ignored })
  if (facts.length === 0) return
  throw new MigrationError(
    'DIFFERENCE_REFUSED',
    'a difference is of a kind that add_script cannot write',
    {
      detail: facts.join('\n'),
      hint: 'Write a script for it by hand: add_script --from none makes an empty one.',
    },
  )
}

import type { Reading } from '../../catalog/catalog'
import { prepareInventory, readItemsOf } from '../../inventory/inventory'
import { fillCopy, type FilledCopy } from '../../sample-rows/filled-copy'
import { Readings } from '../../catalog/readings'
import { readTables } from '../../sample-rows/tables/tables'
import type { Scratch, ScratchDatabase } from '../../scratch/scratch'

/** The copies of the scripts' schema, which are made while the target schema is still being built. */
export class Prefetched {
  readonly readings = new Readings()
  private trial: Promise<ScratchDatabase> | undefined
  private filled: Promise<FilledCopy> | undefined
  private items: Promise<void> | undefined

  constructor(private readonly scratch: Scratch) {}

  /** Starts making them. A failure is thrown where what failed is taken. */
  begin(before: ScratchDatabase, { proof }: { proof: boolean }): void {
    const trial = this.scratch.copy(before)
    this.trial = trial
    const read = this.readings.of(before, trial)
    if (proof) this.items = readItemsOf(before, trial)
    if (proof) this.filled = fillCopy(this.scratch, before)
    void this.filled?.then(warmUp, () => undefined)
    for (const one of [trial, read, this.items, this.filled]) one?.catch(() => undefined)
  }

  /** A copy to try steps on, and what it and the target schema hold. */
  async takeTrial(
    before: ScratchDatabase,
    after: ScratchDatabase,
  ): Promise<{ trial: ScratchDatabase; readings: readonly [Reading, Reading] }> {
    const trial = this.trial ?? this.scratch.copy(before)
    trial.catch(() => undefined)
    this.trial = undefined
    const readings = Promise.all([this.readings.of(before, trial), this.readings.of(after)])
    for (const one of [readings, readItemsOf(after)]) one.catch(() => undefined) // thrown where they are needed
    await this.items // what is tried would change them
    return { readings: await readings, trial: await trial }
  }

  /** A copy with rows, for the first who asks. */
  takeFilled(): Promise<FilledCopy> | undefined {
    const { filled } = this
    this.filled = undefined
    return filled
  }
}

/** What a new connection asks first takes PostgreSQL four times as long as the next time. */
async function warmUp({ database }: FilledCopy): Promise<void> {
  const tables = database.pool().then(readTables)
  await Promise.all([prepareInventory(database), tables.catch(() => undefined)])
}

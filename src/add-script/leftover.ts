import { readCatalog, type Catalog } from './catalog'
import { remaining } from './draft'
import { loadEngine } from './engine'
import { keepExtra } from './keep'
import type { ScratchDatabase } from './scratch'
import type { Answers, Ignored } from './types'

/** Compares databases with schemas that stay as they are, each of which is read once. */
export class Leftover {
  private readonly wanted = new Map<ScratchDatabase, Promise<Catalog>>()

  constructor(private readonly ignored: readonly Ignored[]) {}

  /** Begins to read a wanted schema while something else goes on. */
  prepare(wanted: ScratchDatabase): void {
    this.catalogOf(wanted).catch(() => undefined) // the comparison throws it again
  }

  /** Waits for what was begun, whatever became of it. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.wanted.values())
  }

  /** What would still lead from a database to a wanted schema, as statements; none: they are equal. */
  async between(
    database: ScratchDatabase,
    wanted: ScratchDatabase,
    extra: Answers['extra'],
  ): Promise<string[]> {
    const engine = await loadEngine()
    const [have, want] = await Promise.all([this.read(database), this.catalogOf(wanted)])
    const to = extra === 'keep' ? keepExtra(engine, have, want).catalog : want
    return remaining(engine, have, to)
  }

  private catalogOf(wanted: ScratchDatabase): Promise<Catalog> {
    const known = this.wanted.get(wanted) ?? this.read(wanted)
    this.wanted.set(wanted, known)
    return known
  }

  private async read(database: ScratchDatabase): Promise<Catalog> {
    return readCatalog(await loadEngine(), await database.pool(), this.ignored)
  }
}

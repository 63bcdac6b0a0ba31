import { readServer, type Reading } from './catalog'
import { loadEngine } from './engine'
import type { ScratchDatabase } from '../scratch/scratch'

/** What databases that stay as they are hold; each is read once, however often it is compared. */
export class Readings {
  private readonly known = new Map<ScratchDatabase, Promise<Reading>>()

  /** @param at the database that is read in its place: a copy of it */
  of(database: ScratchDatabase, at?: Promise<ScratchDatabase>): Promise<Reading> {
    const reading = this.known.get(database) ?? (at ? at.then(readNow) : readNow(database))
    this.known.set(database, reading)
    return reading
  }
}

/** Reads a database that may change. */
export async function readNow(database: ScratchDatabase): Promise<Reading> {
  return readServer(await loadEngine(), await database.pool())
}

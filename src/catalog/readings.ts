import { readServer, type Reading } from './catalog'
import { loadEngine } from './engine'
import type { Fact, Id } from './facts'
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

/** What the inventory reads as completely as pg-delta does. */
const plain = new Set<Id['kind']>([
  ...(['role', 'membership', 'schema', 'table', 'column', 'default', 'constraint'] as const),
  ...(['index', 'sequence', 'view', 'materializedView', 'function', 'procedure'] as const),
  ...(['trigger', 'rule', 'policy', 'type', 'domain', 'comment', 'acl'] as const),
])

/**
 * True where a database holds only what two independent readings know alike: no inherited columns, casts,
 * collations, foreign servers, publications, default privileges and the like. Pure.
 */
export function isPlain({ facts, details }: Reading): boolean {
  const { unwritten, given, settings } = details
  if (unwritten.size > 0 || given.size > 0) return false
  if (settings.some(({ key }) => key.startsWith('DEFAULT PRIVILEGES'))) return false
  return facts.facts().every(isPlainFact)
}

function isPlainFact({ id, payload }: Fact): boolean {
  if (id.kind === 'comment' || id.kind === 'acl') return plain.has(id.target.kind)
  if (id.kind === 'type') return payload['values'] !== undefined
  return plain.has(id.kind)
}

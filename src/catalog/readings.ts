import { readServer, type Reading, rolesOf } from './catalog'
import { loadEngine } from './engine'
import type { Edge, Fact, Id } from './facts'
import type { ScratchDatabase } from '../scratch/scratch'
import { answeredTogether, getReady, queriesOf } from './early-queries'

/** What databases that stay as they are hold; each is read once, however often it is compared. */
export class Readings {
  private readonly known = new Map<ScratchDatabase, Promise<Reading>>()

  /**
   * @param at the database that is read in its place: a copy of it
   * @param idle when this process has time to make what an earlier command has read
   */
  of(
    database: ScratchDatabase,
    at?: Promise<ScratchDatabase>,
    idle?: Promise<unknown>,
  ): Promise<Reading> {
    const reading = this.known.get(database) ?? recalled(database, at, idle)
    this.known.set(database, reading)
    reading.catch(() => undefined) // thrown to the caller that takes it
    return reading
  }
}

/** A reading as plain data. */
interface PlainReading extends Omit<Reading, 'facts'> {
  facts: Fact[]
  edges: Edge[]
}

/** By an earlier command, where one has read it. */
async function recalled(
  database: ScratchDatabase,
  at: Promise<ScratchDatabase> | undefined,
  idle: Promise<unknown> | undefined,
): Promise<Reading> {
  const stored = (await database.known?.recall('reading', idle)) as PlainReading | undefined
  if (stored) {
    const { edges, facts, ...rest } = stored
    const { build } = await loadEngine()
    return {
      ...rest,
      facts: build(facts, edges),
      roles: await rolesOf(await (await (at ?? database)).pool()),
    }
  }
  const reading = await readNow(await (at ?? database))
  const { facts, ...rest } = reading
  const plain: PlainReading = { ...rest, facts: facts.facts(), edges: [...facts.edges] }
  void database.known?.remember('reading', plain)
  return reading
}

/** Reads a database that may change. */
export async function readNow(database: ScratchDatabase): Promise<Reading> {
  const [engine, ...pools] = await Promise.all([
    loadEngine(),
    ...uses.map((use) => database.reader(use)),
  ])
  const [one, other] = pools
  const beside = prepared.has(database) ? await database.reader('beside') : undefined
  return readServer(engine, answeredTogether(one!, beside), answeredTogether(other!))
}

const uses = ['engine', 'details'] as const

/** What a reading asks, by use. */
export type ReadingQueries = Readonly<Record<(typeof uses)[number], readonly string[]>>

/** What the readings of a database have asked. */
export async function queriesAsked(database: ScratchDatabase): Promise<ReadingQueries> {
  const [engine, details] = await Promise.all(uses.map((use) => database.reader(use)))
  return { engine: queriesOf(engine!), details: queriesOf(details!) }
}

/** Databases for whose reading the server is ready, on one connection more. */
const prepared = new WeakSet<ScratchDatabase>()

/**
 * Has the server run what a reading will ask of a database, which is still empty and stays as it is once it is
 * read; see `getReady`.
 */
export async function prepareReading(
  database: ScratchDatabase,
  queries: ReadingQueries,
): Promise<void> {
  const readers = (['engine', 'beside', 'details'] as const).map((use) => database.reader(use))
  const [engine, beside, details] = await Promise.all(readers)
  const [one, other] = halves(queries.engine)
  prepared.add(database)
  const ready = [getReady(engine!, one), getReady(beside!, other), getReady(details!, queries.details)] // oxfmt-ignore
  await Promise.all(ready)
}

/** Two lists that take PostgreSQL about as long: to plan a query takes longer than to run it. Pure. */
export function halves(texts: readonly string[]): [string[], string[]] {
  const lists: [string[], string[]] = [[], []]
  const lengths = [0, 0]
  for (const text of texts.toSorted((a, b) => b.length - a.length)) {
    const at = lengths[0]! <= lengths[1]! ? 0 : 1
    lists[at].push(text)
    lengths[at]! += text.length
  }
  return lists
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
  const { given, settings } = details
  if (given.size > 0 || settings.some(({ table }) => table === '')) return false
  return facts.facts().every(isPlainFact)
}

function isPlainFact({ id, payload }: Fact): boolean {
  if (id.kind === 'comment' || id.kind === 'acl') return plain.has(id.target.kind)
  if (id.kind === 'type') return payload['values'] !== undefined
  return plain.has(id.kind)
}

import type { Pool } from 'pg'
import { ownedObjects } from '../catalog/properties/owned-objects'
import { answeredTogether, getReady } from '../catalog/early-queries'
import { underCatalogPath } from '../catalog/properties/catalog-path'
import { settledText } from '../catalog/expressions'
import type { Ignored } from '../scratch/ignored-tables'
import type { ScratchDatabase } from '../scratch/scratch'
import type { Item } from './item'
import { type Inventory, missed } from './missed'
import { objectItems } from './object-items'
import { relationItems } from './relation-items'

const owner = 'owner'
const owners = `SELECT '${owner}', o.key, o.schema::text, o."table"::text, coalesce(o.owner::text, '') FROM (${ownedObjects}) AS o`
const query = [...relationItems, ...objectItems, owners].join(' UNION ALL ')

/** Texts that their author wrote. */
const verbatim = new Set(['routine', 'comment'])

/** Reads the catalogs without pg-delta, in one snapshot; writes nothing. */
export async function readInventory(pool: Pool, ignored: readonly Ignored[]): Promise<Inventory> {
  return inventoryFrom(await readItems(pool), ignored)
}

async function readItems(pool: Pool): Promise<readonly Item[]> {
  const rows = await underCatalogPath(
    pool,
    async (client) => (await client.query<Item>(query)).rows,
  )
  return rows.filter((item) => item.text !== '' || !quiet.has(item.kind))
}

function inventoryFrom(items: readonly Item[], ignored: readonly Ignored[]): Inventory {
  return new Map(
    items
      .filter((item) => item.kind !== owner && !isIgnored(item, ignored))
      .map((item) => [`${item.kind} ${item.name}`, settled(item)]),
  )
}

/** Owners by object, but of what is ignored. */
function ownersFrom(items: readonly Item[], ignored: readonly Ignored[]): Map<string, string> {
  const own = items.filter((item) => item.kind === owner && !isIgnored(item, ignored))
  return new Map(own.map(({ name, text }) => [name, text]))
}

/** Only what is said counts. */
const quiet = new Set(['options', 'column options', 'privileges'])

function settled(item: Item): Item {
  return verbatim.has(item.kind) ? item : { ...item, text: settledText(item.text) }
}

function isIgnored({ kind, name, schema, table }: Item, ignored: readonly Ignored[]): boolean {
  return ignored.some((one) => {
    if (one.schema !== schema) return false
    if (one.index !== undefined) return kind === 'index' && name.includes(one.index)
    // a schema that only the journal needs is nobody's
    return one.table === table || (kind === 'schema' && schema !== 'public')
  })
}

const known = new WeakMap<ScratchDatabase, Promise<readonly Item[]>>()

/**
 * Reads what a database that stays as it is holds, which is done once.
 * @param at the database that is read in its place: a copy of it
 * @param idle when this process has time to make what an earlier command has read
 */
export async function readItemsOf(
  database: ScratchDatabase,
  at?: Promise<ScratchDatabase>,
  idle?: Promise<unknown>,
): Promise<void> {
  const items = known.get(database) ?? recalled(database, at, idle)
  known.set(database, items)
  items.catch(() => undefined) // thrown to the next caller, too
  await items
}

/** By an earlier command, where one has read them. */
async function recalled(
  database: ScratchDatabase,
  at: Promise<ScratchDatabase> | undefined,
  idle: Promise<unknown> | undefined,
): Promise<readonly Item[]> {
  const stored = (await database.known?.recall('items', idle)) as readonly Item[] | undefined
  if (stored) return stored
  const items = await readItems(await readerOf(await (at ?? database)))
  void database.known?.remember('items', items)
  return items
}

/** The inventory of a database that stays as it is. */
export async function inventoryOf(
  database: ScratchDatabase,
  ignored: readonly Ignored[],
): Promise<Inventory> {
  return inventoryFrom(await itemsOf(database), ignored)
}

/** How two databases are compared. */
export interface Equality {
  ignored: readonly Ignored[]
  /** Whose owners count, where the target's do not. */
  ownersOf?: ScratchDatabase | undefined
}

/**
 * Has PostgreSQL read the catalogs of a database before somebody waits for that; see `getReady`. Never throws.
 * @param planned true: the database is as large already as it will be
 */
export async function prepareInventory(database: ScratchDatabase, planned: boolean): Promise<void> {
  await getReady(await database.reader('inventory'), [query], planned)
}

async function readerOf(database: ScratchDatabase): Promise<Pool> {
  return answeredTogether(await database.reader('inventory'))
}

/** Whether a database holds, owners included, what another one holds, which stays as it is. */
export async function compareInventory(
  database: ScratchDatabase,
  target: ScratchDatabase,
  { ignored, ownersOf = target }: Equality,
): Promise<boolean> {
  const have = await readItems(await readerOf(database))
  const [want, other] = await Promise.all([itemsOf(target), itemsOf(ownersOf)])
  const [one, two] = [have, want].map((items) => inventoryFrom(items, ignored)) as [Inventory, Inventory] // oxfmt-ignore
  if (missed(one, two, 'drop').length > 0) return false
  const known = ownersFrom(other, ignored)
  const isKept = ([name, role]: [string, string]) =>
    known.get(name) === role || (ownersOf !== target && !known.has(name))
  return [...ownersFrom(have, ignored)].every(isKept)
}

async function itemsOf(database: ScratchDatabase): Promise<readonly Item[]> {
  await readItemsOf(database)
  return known.get(database)!
}

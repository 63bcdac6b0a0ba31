import type { Pool } from 'pg'
import { underCatalogPath } from '../catalog/catalog-path'
import { settledText } from '../catalog/expressions'
import type { Ignored } from '../scratch/ignored-tables'
import type { ScratchDatabase } from '../scratch/scratch'
import type { Item } from './item'
import { objectItems } from './object-items'
import { relationItems } from './relation-items'

/** All that a database holds but rows and owners: what is equal here, `pg_dump -s` writes alike. */
export type Inventory = ReadonlyMap<string, Item>

const query = [...relationItems, ...objectItems].join(' UNION ALL ')

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
      .filter((item) => !isIgnored(item, ignored))
      .map((item) => [`${item.kind} ${item.name}`, settled(item)]),
  )
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
 */
export async function readItemsOf(database: ScratchDatabase, at = database): Promise<void> {
  const items = known.get(database) ?? at.pool().then(readItems)
  known.set(database, items)
  await items
}

/** The inventory of a database that stays as it is. */
export async function inventoryOf(
  database: ScratchDatabase,
  ignored: readonly Ignored[],
): Promise<Inventory> {
  await readItemsOf(database)
  return inventoryFrom(await known.get(database)!, ignored)
}

import type { Catalog } from './catalog'
import type { OwnedObject } from './properties/owned-objects'

/** Owners by object. */
export type Owners = ReadonlyMap<string, OwnedObject>

/**
 * The catalog with the owners that objects have elsewhere, for a schema that does not say who owns what: what
 * is there keeps its owner, and what is new has that of whoever makes it. Pure.
 * @param elsewhere the first that knows an object counts
 */
export function withOwnersOf(catalog: Catalog, ...elsewhere: readonly Owners[]): Catalog {
  const objects = [...catalog.details.objects.values()].map((one): [string, OwnedObject] => {
    const known = elsewhere.find((owners) => owners.has(one.key))
    return [one.key, { ...one, owner: known?.get(one.key)?.owner ?? null }]
  })
  return { ...catalog, details: { ...catalog.details, objects: new Map(objects) } }
}

/** True where something belongs to another role than the one that made the database. Pure. */
export function hasOtherOwners({ details }: Catalog): boolean {
  return [...details.objects.values()].some(({ owner }) => owner !== null)
}

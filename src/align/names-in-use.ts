import type { Catalog } from '../catalog/catalog'
import { definitionOf } from '../catalog/facts'
import { describe } from '../catalog/object-names'
import { openExisting } from '../database/open'
import { eq } from '../database/sql/operators'
import { quoteLiteral } from '../database/sql/quote'
import { MigrationError } from '../errors'
import type { Settings } from '../settings/value/setting-types'
import type { NamePair } from './name-pairs'
import { nameOfObject, type NamedObject } from './named-objects'

/** Routines whose text has an old name yet, which PostgreSQL does not change. Pure. */
export function routinesNaming({ facts }: Catalog, pairs: readonly NamePair[]): string[] {
  const names = pairs.map(({ object }) => object.name)
  return facts.facts().flatMap((fact) => {
    if (fact.id.kind !== 'function' && fact.id.kind !== 'procedure') return []
    const words = new Set(definitionOf(fact).match(/"(?:[^"]|"")+"|[\p{L}\p{N}_$]+/gu))
    const named = names.filter((name) => words.has(name) || words.has(`"${name}"`))
    if (named.length === 0) return []
    return [`The text of ${describe(fact.id)} has ${named.join(', ')}, which stays: change it too.`]
  })
}

/**
 * What the application's database does not have under its old name, so that the script would fail there.
 * Reads only; a database that is not made, cannot be reached, or has nothing applied says nothing.
 */
export async function missingInDatabase(
  settings: Settings,
  pairs: readonly NamePair[],
): Promise<string[]> {
  try {
    const database = await openExisting(settings)
    if (!database) return []
    try {
      const session = await database.open('read')
      try {
        const rows = await session.query<{ at: number }>(lookFor(pairs.map(({ object }) => object)))
        return rows.flatMap(({ at }) => nameOfObject(pairs[at]!.object))
      } finally {
        await session.close()
      }
    } finally {
      await database.close()
    }
  } catch (error) {
    if (error instanceof MigrationError && error.code === 'CONNECTION_FAILED') return []
    throw error
  }
}

/** The places in the list of those that are not there. */
function lookFor(objects: readonly NamedObject[]): string {
  const rows = objects.map(
    ({ what, schema, table = '', name }, at) =>
      `(${at}, ${[what, schema, table, name].map(quoteLiteral).join(', ')})`,
  )
  return `SELECT o.at FROM (VALUES ${rows.join(', ')}) AS o (at, what, schema, relation, name)
    LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname::pg_catalog.text ${eq} o.schema
    WHERE NOT CASE
      WHEN o.what ${eq} 'type' THEN EXISTS (SELECT FROM pg_catalog.pg_type AS t
        WHERE t.typnamespace ${eq} n.oid AND t.typname::pg_catalog.text ${eq} o.name)
      WHEN o.what ${eq} 'constraint' OR o.what ${eq} 'domain constraint' THEN EXISTS (SELECT FROM pg_catalog.pg_constraint AS k
        LEFT JOIN pg_catalog.pg_class AS c ON c.oid ${eq} k.conrelid
        LEFT JOIN pg_catalog.pg_type AS d ON d.oid ${eq} k.contypid
        WHERE k.connamespace ${eq} n.oid AND k.conname::pg_catalog.text ${eq} o.name
          AND coalesce(c.relname, d.typname)::pg_catalog.text ${eq} o.relation)
      ELSE EXISTS (SELECT FROM pg_catalog.pg_class AS c
        WHERE c.relnamespace ${eq} n.oid AND c.relname::pg_catalog.text ${eq} o.name)
      END
    ORDER BY o.at`
}

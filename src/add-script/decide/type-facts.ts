import type { Pool } from 'pg'
import { ne } from '../../database/sql/operators'
import { quoteIdentifier } from '../../database/sql/quote'
import type { ColumnChange, Difference } from '../../catalog/difference'
import { enumValues, factsOf } from '../../catalog/facts'
import { underCatalogPath } from '../../catalog/properties/catalog-path'
import type { Cast, TypeFacts } from './conversions'

/** Both schemas, and where their types can be looked up. */
export interface Sides extends Difference {
  before: Pool
  after: Pool
  /** Writes names without quotes that they do not need. */
  plain(sql: string): string
}

/** A change of type, with what PostgreSQL knows of both. */
export interface TypePair {
  from: TypeFacts
  to: TypeFacts
  cast: Cast
  /** The server can tell whether a text is a value of a type: PostgreSQL 16 and later. */
  checksInput: boolean
}

const facts = `
SELECT o.i, e.oid <> t.oid AS is_array, b.typcategory AS category,
       b.typtype = 'e' AS is_enum, format_type(b.oid, NULL) AS name,
       to_regproc('pg_input_is_valid') IS NOT NULL AS checks_input
FROM unnest($1::int[], $2::text[]) AS o (i, type)
JOIN pg_type t ON t.oid = to_regtype(o.type)
JOIN pg_type e ON e.oid = CASE
  WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
JOIN pg_type b ON b.oid = CASE WHEN e.typtype = 'd' THEN e.typbasetype ELSE e.oid END`

const casts = `
SELECT o.i, c.castcontext AS context
FROM unnest($1::int[], $2::text[], $3::text[]) AS o (i, source, target)
JOIN pg_cast c ON c.castsource = to_regtype(o.source) AND c.casttarget = to_regtype(o.target)`

/** Reads what is known of these types: the old ones where they are, the new ones where they will be. */
export async function readTypes(
  before: Pool,
  after: Pool,
  pairs: readonly { from: string; to: string }[],
): Promise<TypePair[]> {
  if (pairs.length === 0) return []
  const [old, target] = await Promise.all([
    typeFacts(
      before,
      pairs.map(({ from }) => from),
    ),
    typeFacts(
      after,
      pairs.map(({ to }) => to),
    ),
  ])
  const numbers = pairs.map((_, at) => at)
  const names = [old, target].map((list) => list.map(({ name }) => name))
  const rows = await within<{ i: number; context: Cast }>(before, casts, [numbers, ...names])
  return pairs.map((_, at) => ({
    from: old[at]!,
    to: target[at]!,
    cast: rows.find(({ i }) => i === at)?.context,
    checksInput: old[at]!.checksInput,
  }))
}

interface TypeRow extends TypeFacts {
  checksInput: boolean
}

async function typeFacts(pool: Pool, types: readonly string[]): Promise<TypeRow[]> {
  const values = [types.map((_, at) => at), types]
  const rows = await within<{
    i: number
    is_array: boolean
    is_enum: boolean
    category: string
    name: string
    checks_input: boolean
  }>(pool, facts, values)
  return types.map((type, at) => {
    const row = rows.find(({ i }) => i === at)
    const modifiers = /\((\d+)(?:,\s*(-?\d+))?\)/.exec(type)?.slice(1) ?? []
    return {
      name: row?.name ?? type,
      isArray: row?.is_array ?? false,
      isEnum: row?.is_enum ?? false,
      category: row?.category ?? 'U',
      checksInput: row?.checks_input ?? false,
      modifiers: modifiers.filter((one) => one !== undefined).map(Number),
    }
  })
}

/** With every name qualified, as the facts have them. */
function within<Row extends object>(pool: Pool, sql: string, values: unknown[]): Promise<Row[]> {
  return underCatalogPath(pool, async (client) => (await client.query<Row>(sql, values)).rows)
}

/** Values of a text column, in rows that the scripts make, that the enum does not know. */
export async function unknownValues(
  { to, before }: Sides,
  { change, ...pair }: TypePair & { change: ColumnChange },
): Promise<string[]> {
  if (!pair.to.isEnum || pair.to.isArray || pair.from.isArray || pair.from.category !== 'S')
    return []
  const type = factsOf(to.facts, 'type').find(
    ({ id }) => `${id.schema}.${id.name}` === pair.to.name.replaceAll('"', ''),
  )
  if (!type) return []
  const { schema, table, name } = change.id
  const column = quoteIdentifier(name)
  const { rows } = await before.query<{ value: string }>(
    `SELECT DISTINCT ${column}::pg_catalog.text AS value FROM ${quoteIdentifier(schema, table)}
     WHERE ${column}::pg_catalog.text ${ne} ALL ($1) ORDER BY 1 LIMIT 5`,
    [enumValues(type)],
  )
  return rows.map(({ value }) => `'${value}'`)
}

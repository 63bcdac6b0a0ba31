import { ne } from '../../database/sql/operators'
import { quoteIdentifier } from '../../database/sql/quote'
import type { ColumnChange } from '../../catalog/difference'
import type { Sides } from './upgrade-decisions'
import { factsOf } from '../../catalog/facts'
import type { TypePair } from './type-facts'

/** Values of a text column, in rows that the scripts make, that the enum does not know. */
export async function unknownLabels(
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
    [type.payload['values']],
  )
  return rows.map(({ value }) => `'${value}'`)
}

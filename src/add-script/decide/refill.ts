import type { Pool } from 'pg'
import { quoteLiteral } from '../../database/sql/quote'
import type { Catalog } from '../../catalog/catalog'
import { drawnValues } from '../../sample-rows/values/drawn-values'
import { constraintType, definitionOf, factsOf } from '../../catalog/facts'
import { satisfying } from '../../sample-rows/values/judge'
import { columnKey, type ColumnId } from '../../change/model/operation'
import type { ColumnFacts } from '../../sample-rows/tables/tables'

/**
 * A value for every row of a column that comes back without its values: one that its checks accept.
 * @param filler the simplest value of its type, as SQL
 * @returns undefined where none was found
 */
export async function refill(
  pool: Pool,
  catalog: Catalog,
  id: ColumnId,
  type: string,
  filler: string,
): Promise<string | undefined> {
  const checks = checksOf(catalog, id)
  if (checks.length === 0) return filler
  const column = { ...factsFor(type), name: id.name }
  const simple = /^'((?:[^']|'')*)'$/.exec(filler)?.[1]?.replaceAll("''", "'") ?? filler
  const tuples = [simple, ...drawnValues(column, checks)].map((value) => [value])
  const conditions = checks.map((def) => def.replace(/^CHECK /, '').replace(/ NO INHERIT$/, ''))
  const trial = { relation: id.table, columns: [column], derived: [], conditions, tuples }
  const [[accepted] = []] = await satisfying(pool, [trial])
  const value = accepted?.[0]
  if (value === undefined || value === null) return undefined
  if (value === simple) return filler
  return column.category === 'N' && /^-?\d+(\.\d+)?$/.test(value) ? value : quoteLiteral(value)
}

/** Checks that read this column and no other. */
function checksOf({ facts }: Catalog, id: ColumnId): string[] {
  return factsOf(facts, 'constraint')
    .filter((fact) => constraintType(fact) === 'c')
    .filter(({ id: { schema, table } }) => schema === id.schema && table === id.table)
    .filter(({ id: check }) => {
      const read = facts.outgoingEdges(check).filter(({ to }) => to.kind === 'column')
      return read.length === 1 && columnKey(read[0]!.to as ColumnId) === columnKey(id)
    })
    .map(definitionOf)
}

/** As much of a column as drawing values needs. */
function factsFor(type: string): ColumnFacts {
  const base = type.replace(/\[\]$/, '').replace(/\([\d,]*\)/, '')
  const category = categories.find(([pattern]) => pattern.test(base))?.[1] ?? ''
  const none = { number: 0, name: '', typeOid: '', labels: null, fields: null, notNull: true }
  const plain = { own: false, hasDefault: false, generation: null, defaultSql: null, reads: [] }
  return { ...none, ...plain, type, base, category, array: type.endsWith('[]') }
}

const categories: readonly (readonly [RegExp, string])[] = [
  [/^(?:smallint|integer|bigint|numeric|real|double precision|money|oid)$/, 'N'],
  [/^(?:date|time|timestamp)\b/, 'D'],
  [/^(?:text|character|name|citext|"char")/, 'S'],
  [/range$/, 'R'],
]

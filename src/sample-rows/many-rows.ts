import type { PoolClient } from 'pg'
import { minus, plus } from '../database/sql/operators'
import { quoteIdentifier } from '../database/sql/quote'
import type { ColumnFacts, TableFacts } from './tables/tables'

/**
 * Adds rows to a table that has one, all like that one but for its keys. References of a key that is unique
 * lead nowhere, where the role may leave them unchecked.
 * @param target what the table becomes, whose keys hold as well
 * @returns false: the table refused them
 */
export async function multiplyRows(
  client: PoolClient,
  table: TableFacts,
  count: number,
  target?: TableFacts,
): Promise<boolean> {
  const path = quoteIdentifier(table.schema, table.table)
  const unique = new Set([...table.keys, ...(target?.keys ?? [])].flat())
  const given = table.columns.filter(({ own }) => !own)
  const names = given.map(({ name }) => quoteIdentifier(name)).join(', ')
  const values = given.map((one) => (unique.has(one.name) ? distinct(one, path) : as(one)))
  const source = `(SELECT * FROM ONLY ${path} LIMIT 1) AS s, pg_catalog.generate_series(1, ${count}) AS n`
  const text = `INSERT INTO ${path} (${names}) SELECT ${values.join(', ')} FROM ${source}`
  if (given.length === 0) return false
  return client.query(text).then(
    () => true,
    () => false,
  )
}

/** Leaves references and triggers unchecked in this session, where the role may. */
export async function withoutTriggers(client: PoolClient): Promise<void> {
  await client.query('SET session_replication_role = replica').catch(() => undefined)
}

function as({ name }: ColumnFacts): string {
  return `s.${quoteIdentifier(name)}`
}

/** Beyond the short texts that rows are made of otherwise; digits, which may become a number. */
const sixDigits = 100_000

/** Another value for each row, as far as the type is known. */
function distinct(column: ColumnFacts, path: string): string {
  const { base, category, type, name } = column
  const value = as(column)
  if (base === 'uuid') return 'pg_catalog.gen_random_uuid()'
  if (category === 'N') {
    const highest = `(SELECT pg_catalog.max(${quoteIdentifier(name)}) FROM ${path})`
    return `(${highest} ${plus} n)::${type}`
  }
  if (category === 'S') return `(n ${plus} ${sixDigits})::pg_catalog.text::${type}`
  if (base === 'date') return `(${value} ${minus} n)::${type}`
  if (category === 'D') return `(${value} ${plus} pg_catalog.make_interval(secs => n))::${type}`
  return value
}

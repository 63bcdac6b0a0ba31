import type { Database } from '../database/postgres/database'
import type { Session } from '../database/postgres/session'
import { eq } from '../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../database/sql/quote'

/** A table, by its name and schema. */
export interface TypeormTableName {
  schema: string
  table: string
}

/**
 * Where TypeORM has its table: as the options of the DataSource or the settings say, else `migrations` in
 * the connection's own schema.
 */
export async function typeormTableName(
  session: Session,
  { migrationsTable, migrationsSchema }: Pick<Database, 'migrationsTable' | 'migrationsSchema'>,
  options: Readonly<Record<string, unknown>>,
): Promise<TypeormTableName> {
  const given = migrationsTable ?? options['migrationsTableName']
  const name = typeof given === 'string' && given !== '' ? given : 'migrations'
  const [table = '', own] = name.split('.').toReversed()
  const schema = own ?? migrationsSchema ?? options['schema']
  if (typeof schema === 'string' && schema !== '') return { schema, table }
  const [row] = await session.query<{ schema: string | null }>(
    'SELECT pg_catalog.current_schema()::pg_catalog.text AS schema',
  )
  return { schema: row?.schema ?? 'public', table }
}

/** A migration as TypeORM's table has it. */
export interface TypeormRow {
  name: string
  timestamp: string
}

/** The rows of TypeORM's table; undefined where there is none. Reads only. */
export async function readTypeormRows(
  session: Session,
  { schema, table }: TypeormTableName,
): Promise<TypeormRow[] | undefined> {
  const name = quoteIdentifier(schema, table)
  const [found] = await session.query<{ there: boolean }>(
    'SELECT pg_catalog.to_regclass($1) IS NOT NULL AS there',
    [name],
  )
  if (!found?.there) return undefined
  return session.query<TypeormRow & Record<string, unknown>>(
    `SELECT "name"::pg_catalog.text AS name, "timestamp"::pg_catalog.text AS timestamp FROM ${name} ORDER BY "id"`,
  )
}

/** The table as TypeORM itself makes it. */
export function createTypeormTable({ schema, table }: TypeormTableName): string {
  return `CREATE TABLE IF NOT EXISTS ${quoteIdentifier(schema, table)} ("id" serial PRIMARY KEY, "timestamp" bigint NOT NULL, "name" pg_catalog.varchar NOT NULL)`
}

/** Adds a row, where there is none of that name. */
export function insertTypeormRow({ schema, table }: TypeormTableName, row: TypeormRow): string {
  const name = quoteIdentifier(schema, table)
  const there = `SELECT FROM ${name} WHERE "name"::pg_catalog.text ${eq} ${quoteLiteral(row.name)}`
  return `INSERT INTO ${name} ("timestamp", "name") SELECT ${quoteLiteral(row.timestamp)}::pg_catalog.int8, ${quoteLiteral(row.name)} WHERE NOT EXISTS (${there})`
}

export function deleteTypeormRow(
  { schema, table }: TypeormTableName,
  { name }: TypeormRow,
): string {
  return `DELETE FROM ${quoteIdentifier(schema, table)} WHERE "name"::pg_catalog.text ${eq} ${quoteLiteral(name)}`
}

import type { Session } from '../database/postgres/session'
import { eq } from '../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../database/sql/quote'

/** A table, by its name and schema. */
export interface TableName {
  schema: string
  table: string
}

/** A migration as TypeORM's table has it. */
export interface TypeormRow {
  name: string
  timestamp: string
}

/** The rows of TypeORM's table; undefined where there is none. Reads only. */
export async function readTypeormRows(
  session: Session,
  { schema, table }: TableName,
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
export function createTypeormTable({ schema, table }: TableName): string {
  return `CREATE TABLE IF NOT EXISTS ${quoteIdentifier(schema, table)} ("id" serial PRIMARY KEY, "timestamp" bigint NOT NULL, "name" pg_catalog.varchar NOT NULL)`
}

export function insertTypeormRow({ schema, table }: TableName, row: TypeormRow): string {
  return `INSERT INTO ${quoteIdentifier(schema, table)} ("timestamp", "name") VALUES (${quoteLiteral(row.timestamp)}, ${quoteLiteral(row.name)})`
}

export function deleteTypeormRow({ schema, table }: TableName, { name }: TypeormRow): string {
  return `DELETE FROM ${quoteIdentifier(schema, table)} WHERE "name"::pg_catalog.text ${eq} ${quoteLiteral(name)}`
}

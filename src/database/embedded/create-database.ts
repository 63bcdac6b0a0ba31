import { eq } from '../sql/operators'
import { quoteIdentifier } from '../sql/quote'

interface Connection {
  host: string
  port: number
  user: string
  database: string
}

/**
 * Makes a database that is not there; any number of processes may do so at once.
 * @returns whether it is there in the end
 */
export async function ensureDatabase(connection: Connection, create: boolean): Promise<boolean> {
  if (connection.database === 'postgres') return true
  const { Client } = require('pg') as typeof import('pg')
  const client = new Client({ ...connection, database: 'postgres' })
  await client.connect()
  try {
    const { rows } = await client.query(
      `SELECT FROM pg_catalog.pg_database WHERE datname ${eq} $1`,
      [connection.database],
    )
    if (rows.length > 0 || !create) return rows.length > 0
    await client
      .query(`CREATE DATABASE ${quoteIdentifier(connection.database)} TEMPLATE template0`)
      .catch(unlessMadeMeanwhile)
    return true
  } finally {
    await client.end()
  }
}

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html (duplicate_database, unique_violation) */
function unlessMadeMeanwhile(error: unknown): void {
  const { code = '' } = error as { code?: string }
  if (['42P04', '23505'].includes(code)) return
  throw error
}

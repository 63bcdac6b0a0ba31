import type { Pool, PoolClient } from 'pg'

/**
 * Runs queries on the catalogs in one transaction that only reads. Every name in them is pg_catalog's
 * whatever the scripts have made, so none need be qualified, and PostgreSQL qualifies the names of all
 * other objects in its answers.
 */
export async function underCatalogPath<Result>(
  pool: Pool,
  read: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect()
  try {
    await client.query(
      `BEGIN READ ONLY; SET LOCAL search_path TO pg_catalog, pg_temp; SET LOCAL jit TO off`,
    )
    return await read(client)
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
}

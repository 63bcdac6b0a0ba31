import type { Pool, PoolClient } from 'pg'
import type { SchemaOperation } from '../model/operation'
import { sqlOf } from '../render/operation-sql'

/** Looks at a database while some operations are done in it, and undoes them. @throws what one of them raises */
export async function whileDone<Result>(
  pool: Pool,
  operations: readonly SchemaOperation[],
  look: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    for (const one of operations) await client.query(sqlOf(one))
    return await look(client)
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
}

import { Pool, type PoolConfig } from 'pg'

/**
 * A pool that a test ends before its database is dropped. `pool.end()` does not wait for the sockets, so the
 * server may end a connection that the pool has given up already: nobody is to hear of that.
 */
export function testPool(config: PoolConfig): Pool {
  const pool = new Pool(config)
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

import type { Pool } from 'pg'
import type { ConnectionParts } from '../../settings/value/setting-types'
import { applicationName } from './connect'

/**
 * A pool for the short work of one command, of four connections unless `max` says otherwise. Connections that the server ends are forgotten; whoever
 * uses one hears of it from the query, and not also from an event that would end the process.
 */
export async function openPool(connection: ConnectionParts, max = 4): Promise<Pool> {
  const pg = require('pg') as typeof import('pg')
  const options = { application_name: applicationName(), max, allowExitOnIdle: true }
  const pool = new pg.Pool({ ...options, ...connection })
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/**
 * Ends a pool and waits until its connections are closed, which pg's own `end` does not: the server would
 * refuse, or wait before, a copy or a drop of their database. Waits for whoever has a connection.
 */
export async function endPool(pool: Pool): Promise<void> {
  let open = pool.totalCount
  const closed = new Promise<void>((settle) => {
    if (open === 0) settle()
    pool.on('remove', () => {
      open -= 1
      if (open === 0) settle()
    })
  })
  await pool.end()
  await closed
}

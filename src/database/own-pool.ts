import type { Pool } from 'pg'
import { describeAddress } from '../settings/address/address'
import { clientOptions } from '../settings/typeorm/data-source-options'
import type { ConnectionParts, Settings } from '../settings/value/setting-types'
import { notPostgres } from './open'
import { withPassword } from './postgres/password'
import { openPool } from './postgres/pool'

/**
 * Does work that only reads with a pool on the configured database, past a pooler where one is named.
 * @throws {MigrationError} EMBEDDED_UNAVAILABLE, SETTINGS_INVALID; what the work throws
 */
export async function withOwnPool<Result>(
  settings: Settings,
  work: (pool: Pool) => Promise<Result>,
): Promise<Result> {
  const leased = await connectionOf(settings)
  const pool = await openPool(leased.connection)
  try {
    return await work(pool)
  } finally {
    await pool.end()
    await leased.release()
  }
}

interface Leased {
  connection: ConnectionParts
  release(): Promise<void>
}

async function connectionOf(settings: Settings): Promise<Leased> {
  const { database, typeorm, here, file } = settings
  const release = () => Promise.resolve()
  switch (database.kind) {
    case 'postgres':
      return {
        connection: withPassword(
          clientOptions(database.direct ?? database.connection, typeorm),
          settings.secrets,
        ),
        release,
      }
    case 'embedded': {
      const { acquireEmbedded } = await import('./embedded/client.js')
      const lease = await acquireEmbedded({ ...database, here, ini: file })
      return { connection: lease.connection, release: () => lease.release() }
    }
    case 'data_source': {
      const { loadDataSource } = await import('./application/data-source-module.js')
      const { connectionOfDataSource } = await import('./application/data-source-connection.js')
      return { connection: connectionOfDataSource(await loadDataSource(database.file)), release }
    }
    default:
      throw notPostgres(describeAddress(database))
  }
}

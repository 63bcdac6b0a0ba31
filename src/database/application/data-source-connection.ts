import type { DataSource } from 'typeorm'
import { describeAddress, parseAddress } from '../../settings/address/address'
import type { ConnectionParts } from '../../settings/value/setting-types'

interface Credentials {
  url?: string
  host?: string
  port?: number
  username?: string
  password?: unknown
  database?: string
  ssl?: ConnectionParts['ssl']
}

/**
 * Where a DataSource connects, from its options: what its `url` says, completed by the single options, as
 * TypeORM does; of a replicated one the master, which alone takes writes. A password that is a function
 * is left out.
 */
export function connectionOfDataSource({ options }: Pick<DataSource, 'options'>): ConnectionParts {
  const { replication, ...own } = options as Credentials & { replication?: { master: Credentials } }
  const { url, host, port, username, password, database, ssl } = replication?.master ?? own
  const reading = url === undefined ? undefined : parseAddress(url)
  const fromUrl =
    reading && 'address' in reading && reading.address.kind === 'postgres'
      ? reading.address.connection
      : {}
  return {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(username !== undefined && { user: username }),
    ...(typeof password === 'string' && { password }),
    ...(database !== undefined && { database }),
    ...(ssl !== undefined && { ssl }),
    ...fromUrl,
  }
}

/** `database "app" at db.example:5432`, without secrets. */
export function labelOfDataSource(dataSource: Pick<DataSource, 'options'>): string {
  const connection = connectionOfDataSource(dataSource)
  const { host, database } = connection
  if (host === undefined && database === undefined) return 'the database of the DataSource'
  return describeAddress({ kind: 'postgres', connection })
}

import { describeAddress } from '../../settings/address/address'
import type {
  ConnectionParts,
  DatabaseAddress,
  EngineType,
  Settings,
} from '../../settings/value/setting-types'

/** The database that a command is about, as JSON documents name it; never a secret. */
export interface DatabaseMember {
  /** `data_source`: a module that was not loaded, so that nothing more is known. */
  kind:
    | 'postgres'
    | 'embedded'
    | 'data_source'
    | 'mysql'
    | 'mariadb'
    | 'sqlite'
    | 'runner'
    | 'versions'
  /** Null where the connection is a Unix socket, or is made by the embedded server. */
  host: string | null
  port: number | null
  /** The folder of the Unix socket. */
  socket: string | null
  name: string | null
  user: string | null
  /** The embedded server's folder, the file of SQLite, or the module. */
  path: string | null
}

const nothing = { host: null, port: null, socket: null, name: null, user: null, path: null }

/** An address as fields. Pure. */
export function databaseMember(address: DatabaseAddress): DatabaseMember {
  const { kind } = address
  if (kind === 'data_source' || kind === 'runner' || kind === 'versions')
    return { kind, ...nothing, path: address.file }
  if (kind === 'engine') return engineMember(address)
  if (kind === 'embedded') return { kind, ...nothing, name: address.database, path: address.path }
  const { host = 'localhost', port = 5432, user = null, database = user } = address.connection
  const place = host.startsWith('/') ? { socket: host } : { host }
  return { kind, ...nothing, ...place, port, name: database, user }
}

function engineMember({ engine, connection }: Extract<DatabaseAddress, { kind: 'engine' }>) {
  const { host = 'localhost', port = 3306, database = null, user = null } = connection
  if (engine !== 'mysql' && engine !== 'mariadb')
    return { kind: 'sqlite' as const, ...nothing, path: database }
  return { kind: engine, ...nothing, host, port, name: database, user }
}

/** Of a DataSource that is none of PostgreSQL's. */
function engineAddressOf(options: ConnectionParts, type: string): DatabaseAddress {
  const { host, port, database, username } = options
  const named = { host, port, database, ...(username !== undefined && { user: username }) }
  const connection = Object.fromEntries(
    Object.entries(named).filter(([, value]) => value !== undefined),
  )
  return { kind: 'engine', engine: type as EngineType, connection }
}

/** What a command is about, for people and for programs. */
export interface DatabasePlace {
  label: string
  member: DatabaseMember
}

/** Where settings lead, without loading a module. */
export function placeOf({ database }: Pick<Settings, 'database'>): DatabasePlace {
  return { label: describeAddress(database), member: databaseMember(database) }
}

/**
 * The address that a command connects to: the module of `typeorm.data_source` is loaded for it, since only
 * its DataSource knows.
 * @throws {MigrationError} SETTINGS_INVALID, SCRIPT_NOT_LOADABLE
 */
export async function loadedAddress(settings: Settings): Promise<DatabaseAddress> {
  const { database } = settings
  if (database.kind !== 'data_source') return database
  const { loadDataSource } = await import('../../database/application/data-source-module.js')
  const { connectionOfDataSource } =
    await import('../../database/application/data-source-connection.js')
  const dataSource = await loadDataSource(database.file)
  const { type } = dataSource.options as { type: string }
  if (type !== 'postgres')
    return engineAddressOf(dataSource.options as unknown as ConnectionParts, type)
  const connection = connectionOfDataSource(dataSource)
  return { kind: 'postgres', connection }
}

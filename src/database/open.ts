import { MigrationError } from '../errors'
import { classesOfFiles } from './classes-of-files'
import { describeAddress } from '../settings/address/address'
import { clientOptions, dataSourceOptions } from '../settings/typeorm/data-source-options'
import type { ConnectionParts, Settings } from '../settings/value/setting-types'
import type { Database } from './postgres/database'
import type { EmbeddedLease } from './embedded/client'
import { withPassword } from './postgres/password'
import { PostgresDatabase } from './postgres/postgres'

/**
 * Opens the database that settings name. Connects to nothing yet, but starts an embedded server and
 * loads the module of `typeorm.data_source`.
 * @throws {MigrationError} EMBEDDED_UNAVAILABLE, EMBEDDED_FAILED, SETTINGS_INVALID, CONNECTION_FAILED
 */
export async function openDatabase(settings: Settings): Promise<Database> {
  const { database } = settings
  switch (database.kind) {
    case 'postgres':
      return postgres(settings, database.connection, database.direct)
    case 'embedded': {
      const { acquireEmbedded } = await import('./embedded/client.js')
      return leased(settings, await acquireEmbedded({ ...database, ...placeOf(settings) }))
    }
    case 'data_source':
      return dataSourceOf(settings, database.file)
    default:
      throw notPostgres(describeAddress(database))
  }
}

/** @throws {MigrationError} SETTINGS_INVALID for another database */
export function requirePostgresServer({ database }: Settings): void {
  const { kind } = database
  if (kind !== 'postgres' && kind !== 'embedded' && kind !== 'data_source')
    throw notPostgres(describeAddress(database))
}

/**
 * For what compares catalogs, or writes scripts with numbers.
 * @throws {MigrationError} SETTINGS_INVALID for another database, and for a graph
 */
export function requirePostgres(settings: Settings): void {
  requirePostgresServer(settings)
  const { layout } = settings
  if (layout !== 'graph') return
  throw new MigrationError('SETTINGS_INVALID', `scripts of layout ${layout} are written by hand`, {
    hint: 'Name the file <date>_<from>_<up|down>_<to>.sql.',
  })
}

/** What only PostgreSQL can do was asked of something else. */
export function notPostgres(label: string): MigrationError {
  return new MigrationError('SETTINGS_INVALID', `this works on PostgreSQL only, not on ${label}`, {
    hint: 'Write the next script with generate; upgrade, downgrade, to, setup, status and the journal work everywhere.',
  })
}

/** Opens it for reading: an embedded server or database that was never made is not made for this. */
export async function openExisting(settings: Settings): Promise<Database | undefined> {
  const { database } = settings
  if (database.kind !== 'embedded') return openDatabase(settings)
  const { acquireEmbedded, embeddedExists } = await import('./embedded/client.js')
  if (!(await embeddedExists(database.path, settings.file))) return undefined
  const lease = await acquireEmbedded({ ...database, ...placeOf(settings), create: false })
  if (lease.exists) return leased(settings, lease)
  await lease.release()
  return undefined
}

/** From where an embedded server is named. */
export function placeOf({ here, file }: Settings): { here: string; ini: string | undefined } {
  return { here, ini: file }
}

function leased(settings: Settings, lease: EmbeddedLease): Database {
  return postgres(settings, lease.connection, undefined, () => lease.release())
}

function postgres(
  settings: Settings,
  connection: ConnectionParts,
  direct?: ConnectionParts,
  release?: () => Promise<void>,
): Database {
  const forClient = (parts: ConnectionParts) =>
    withPassword(clientOptions(parts, settings.typeorm), settings.secrets)
  return new PostgresDatabase({
    connection: forClient(connection),
    ...(direct && { direct: forClient(direct) }),
    label: describeAddress(settings.database),
    wait: settings.wait,
    patience: settings.lockWait,
    typeorm: () => typeormOptions(settings, withPassword(connection, settings.secrets)),
    ...(release && { release }),
  })
}

/** Entities may be `.ts` files, so the loader is installed before TypeORM looks at them. */
async function typeormOptions(settings: Settings, connection: ConnectionParts) {
  const { enableTypeScript } = await import('../script/typescript/load-module.js')
  enableTypeScript(settings.file ?? settings.directory)
  return { ...dataSourceOptions(settings, { connection }), ...(await classesOfFiles()) }
}

async function dataSourceOf(settings: Settings, file: string): Promise<Database> {
  const { loadDataSource } = await import('./application/data-source-module.js')
  const { databaseOf } = await import('./application/callers.js')
  return databaseOf(await loadDataSource(file), settings.lockWait, settings.wait)
}

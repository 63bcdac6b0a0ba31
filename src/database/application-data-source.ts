import type { DataSource, DataSourceOptions } from 'typeorm'
import { describeAddress } from '../settings/address/address'
import { dataSourceOptions } from '../settings/typeorm/data-source-options'
import { MigrationError } from '../errors'
import type { ConnectionParts, DatabaseAddress, Settings } from '../settings/value/setting-types'
import { whileRefused } from './postgres/connect'
import { withPassword } from './postgres/password'
import { placeOf } from './open'
import { connectionFailed } from './postgres/connection-failure'
import { notInitialized } from './application/initialize'
import { labelOfDataSource } from './application/data-source-connection'

/**
 * The application's DataSource, initialized, as its own section of the ini says: its `synchronize` and
 * the like are its own business. `destroy()` lets an embedded server go.
 * @throws {MigrationError} CONNECTION_FAILED, SCRIPT_NOT_LOADABLE, EMBEDDED_UNAVAILABLE, EMBEDDED_FAILED
 */
export async function applicationDataSource(settings: Settings): Promise<DataSource> {
  const { database } = settings.application ?? settings
  const { enableTypeScript } = await import('../script/typescript/load-module.js')
  enableTypeScript(settings.file ?? settings.directory)
  if (database.kind === 'data_source') {
    const { loadDataSource } = await import('./application/data-source-module.js')
    return initialized(await loadDataSource(database.file), settings)
  }
  if (database.kind === 'postgres')
    return build(settings, withPassword(database.connection, settings.secrets))
  if (database.kind === 'engine') return build(settings)
  if (database.kind !== 'embedded') throw noDatabase(database)
  const { acquireEmbedded } = await import('./embedded/client.js')
  const lease = await acquireEmbedded({ ...database, ...placeOf(settings) })
  try {
    const dataSource = await build(settings, lease.connection)
    return onDestroy(dataSource, () => lease.release())
  } catch (error) {
    await lease.release()
    throw error
  }
}

function noDatabase(database: DatabaseAddress): MigrationError {
  return new MigrationError('SETTINGS_INVALID', `${describeAddress(database)} has no DataSource`, {
    hint: 'Name a database with typeorm.url.',
  })
}

async function build(settings: Settings, connection?: ConnectionParts): Promise<DataSource> {
  const { DataSource } = require('typeorm') as typeof import('typeorm')
  const options = dataSourceOptions(settings, {
    use: 'application',
    ...(connection && { connection }),
  })
  return initialized(new DataSource(options as unknown as DataSourceOptions), settings)
}

/** Initializes a DataSource that may be so already; a failure names the database and no secret. */
export async function initialized(dataSource: DataSource, settings: Settings): Promise<DataSource> {
  if (dataSource.isInitialized) return dataSource
  const { wait, lockWait: patience } = settings
  try {
    return await whileRefused(() => dataSource.initialize(), { wait, patience })
  } catch (error) {
    if (error instanceof MigrationError) throw error
    const { database } = settings.application ?? settings
    const isOwn = database.kind === 'data_source'
    const label = isOwn ? labelOfDataSource(dataSource) : describeAddress(database)
    if (typeof (error as { code?: unknown }).code === 'string') throw connectionFailed(error, label)
    throw notInitialized(error as Error, label)
  }
}

function onDestroy(dataSource: DataSource, then: () => Promise<void>): DataSource {
  const destroy = dataSource.destroy.bind(dataSource)
  dataSource.destroy = async () => {
    await destroy()
    await then()
  }
  return dataSource
}

import { describeAddress } from '../settings/address'
import { clientOptions, dataSourceOptions } from '../settings/data-source-options'
import type { ConnectionParts, Settings } from '../settings/types'
import type { Database } from './database'
import { PostgresDatabase } from './postgres'

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
      const lease = await acquireEmbedded({ ...database, here: settings.here })
      return postgres(settings, lease.connection, undefined, () => lease.release())
    }
    case 'data_source':
      return dataSourceOf(settings, database.file)
  }
}

/** Opens it for reading: an embedded server that was never made is not made for this; nothing then. */
export async function openExisting(settings: Settings): Promise<Database | undefined> {
  const { database } = settings
  if (database.kind === 'embedded') {
    const { embeddedExists } = await import('./embedded/client.js')
    if (!(await embeddedExists(database.path))) return undefined
  }
  return openDatabase(settings)
}

function postgres(
  settings: Settings,
  connection: ConnectionParts,
  direct?: ConnectionParts,
  release?: () => Promise<void>,
): Database {
  return new PostgresDatabase({
    connection: clientOptions(connection, settings.typeorm),
    ...(direct && { direct: clientOptions(direct, settings.typeorm) }),
    label: describeAddress(settings.database),
    wait: settings.wait,
    patience: settings.lockWait,
    typeorm: () => typeormOptions(settings, connection),
    ...(release && { release }),
  })
}

/** Entities may be `.ts` files, so the loader stands ready before TypeORM looks at them. */
async function typeormOptions(settings: Settings, connection: ConnectionParts) {
  const { enableTypeScript } = await import('../script/load.js')
  enableTypeScript(settings.file ?? settings.directory)
  return dataSourceOptions(settings, { connection })
}

async function dataSourceOf(settings: Settings, file: string): Promise<Database> {
  const { loadDataSource } = await import('./data-source-module.js')
  const { databaseOf } = await import('./callers.js')
  const dataSource = await loadDataSource(file)
  if (dataSource.isInitialized) return databaseOf(dataSource)
  const { initialized } = await import('./application.js')
  const database = databaseOf(await initialized(dataSource, settings))
  return {
    label: database.label,
    single: database.single,
    open: (purpose) => database.open(purpose),
    queryRunner: (session) => database.queryRunner(session),
    close: async () => {
      await database.close()
      await dataSource.destroy()
    },
  }
}

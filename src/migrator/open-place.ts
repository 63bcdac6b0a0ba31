import type { DataSource } from 'typeorm'
import type { ScriptLayout } from '../script/layout/layout'
import type { Settings } from '../settings/value/setting-types'
import type { Place } from '../backends/backend-place'

/**
 * What settings name that is not PostgreSQL; undefined where they name PostgreSQL. Loads the module of
 * `typeorm.data_source`, which alone says what it is.
 * @throws {MigrationError} SETTINGS_INVALID, SCRIPT_NOT_LOADABLE
 */
export async function openPlace(
  settings: Settings,
  layout?: ScriptLayout,
): Promise<Place | undefined> {
  const { database } = settings
  switch (database.kind) {
    case 'engine':
      return enginePlaceOf(settings, undefined, layout)
    case 'runner':
      return (
        require('../backends/version/runner-place') as typeof import('../backends/version/runner-place')
      ).runnerPlace(settings, database)
    case 'versions':
      return (
        require('../backends/version/config-place') as typeof import('../backends/version/config-place')
      ).configPlace(settings, database)
    case 'data_source': {
      const { loadDataSource } = await import('../database/application/data-source-module.js')
      const dataSource = await loadDataSource(database.file)
      return isPostgres(dataSource) ? undefined : enginePlaceOf(settings, dataSource, layout)
    }
    default:
      return undefined
  }
}

/** The place of a DataSource that a caller gives, where it is not PostgreSQL's. */
export function placeOfDataSource(given: object, settings: Settings): Place | undefined {
  if (!('createQueryRunner' in given)) return undefined
  const dataSource = given as DataSource
  return isPostgres(dataSource) ? undefined : enginePlaceOf(settings, dataSource)
}

function enginePlaceOf(
  settings: Settings,
  dataSource: DataSource | undefined,
  layout?: ScriptLayout,
): Place | undefined {
  const { engineOf, enginePlace } =
    require('../backends/sql/engine-place') as typeof import('../backends/sql/engine-place')
  if (dataSource && !engineOf(dataSource.options.type)) return undefined
  return enginePlace(settings, dataSource, layout)
}

function isPostgres({ options }: DataSource): boolean {
  return options?.type === undefined || options.type === 'postgres'
}

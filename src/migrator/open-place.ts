import type { DataSource, QueryRunner } from 'typeorm'
import type { EngineSource } from '../backends/sql/sql-backend'
import { refuseReleased } from '../database/application/refuse-unusable'
import { MigrationError } from '../errors'
import type { OpenBackend } from '../run/context/backend'
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
      return isPostgres(dataSource)
        ? undefined
        : enginePlaceOf(settings, { source: dataSource }, layout)
    }
    default:
      return undefined
  }
}

/** The place of a DataSource or QueryRunner that a caller lends; undefined where it is for no engine that is known. */
export function placeOfLent(lent: object, settings: Settings): Place | undefined {
  if ('createQueryRunner' in lent) return enginePlaceOf(settings, { source: lent as DataSource })
  if (!('startTransaction' in lent)) return undefined
  const runner = lent as QueryRunner
  refuseReleased(runner)
  return enginePlaceOf(settings, { source: runner.connection, runner })
}

/** The place of a backend of the caller's own, with the scripts that the settings name. */
export function placeOfBackend(open: OpenBackend, settings: Settings): Place {
  if (/^class\b/.test(Function.prototype.toString.call(open))) throw classGiven(open.name)
  const { backendPlace } =
    require('../backends/version/runner-place') as typeof import('../backends/version/runner-place')
  return backendPlace(settings, 'a backend of your own', open)
}

function classGiven(name: string): MigrationError {
  return new MigrationError('USAGE', `the class ${name} is given where a backend is to be made`, {
    hint: `Give a function: (context) => new ${name}(context).`,
  })
}

function enginePlaceOf(
  settings: Settings,
  lent: EngineSource | undefined,
  layout?: ScriptLayout,
): Place | undefined {
  const { engineOf, enginePlace } =
    require('../backends/sql/engine-place') as typeof import('../backends/sql/engine-place')
  if (lent && !engineOf(lent.source.options.type)) return undefined
  return enginePlace(settings, lent, layout)
}

function isPostgres({ options }: DataSource): boolean {
  return options?.type === undefined || options.type === 'postgres'
}

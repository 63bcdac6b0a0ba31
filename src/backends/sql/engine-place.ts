import { existsSync } from 'node:fs'
import type { DataSource, DataSourceOptions } from 'typeorm'
import { patiently } from '../../database/postgres/connect'
import { initializeQuietly } from '../../database/application/initialize'
import { withMigrationSources } from '../../database/application/migration-sources'
import { MigrationError } from '../../errors'
import { usualLayout, type ScriptLayout } from '../../script/layout/layout'
import { readScripts } from '../../script/source/read-scripts'
import { layoutNamed } from '../../script/other-layouts/layouts'
import { readOneText } from '../../script/sections/marked-sections'
import { readMarkerSections } from '../../script/named/marker-sections'
import type { Script } from '../../script/script'
import { dataSourceOptions } from '../../settings/typeorm/data-source-options'
import { describeAddress } from '../../settings/address/address'
import type { Settings } from '../../settings/value/setting-types'
import type { ExecutionContext } from '../../run/context/run-context'
import type { Place } from '../backend-place'
import { folderScheme, readByScheme } from '../folder-scheme'
import { refuseOfPostgres } from '../said-in-vain'
import type { SqlEngine } from './sql-engine'
import { mysql } from './mysql'
import { SqlBackend, type EngineSource } from './sql-backend'
import { sqlite } from './sqlite'
import { setUpEngine } from './engine-set-up'

const engines: Readonly<Record<string, SqlEngine>> = {
  mysql,
  mariadb: mysql,
  'better-sqlite3': sqlite,
  sqlite,
}

/** The engine of a DataSource's type, if it is one of these. */
export function engineOf(type: string): SqlEngine | undefined {
  return Object.hasOwn(engines, type) ? engines[type] : undefined
}

/**
 * MySQL, MariaDB or SQLite.
 * @param lent the caller's; absent: a DataSource is made of the settings
 */
export function enginePlace(settings: Settings, lent?: EngineSource, layout?: ScriptLayout): Place {
  const own = engineLayout(settings, layout)
  const made = lent?.source ?? makeDataSource(settings)
  const engine = engineOf(made.options.type)
  if (!engine) throw new Error(`no engine for ${made.options.type}`)
  refuseOfPostgres(settings, engine.name)
  const label = lent ? labelOf(made) : describeAddress(settings.database)
  let reading: Promise<readonly Script[]> | undefined
  let opened: Promise<unknown> | undefined
  const open = async ({ signal }: ExecutionContext) => {
    const waiting = { label, wait: settings.wait, patience: 0, signal }
    const initialize = () => initializeQuietly(made, label)
    if (!made.isInitialized) await (opened ??= patiently(initialize, waiting))
    return lent ?? { source: made }
  }
  return {
    label,
    scheme: folderScheme(settings),
    scripts: () =>
      (reading ??= readByScheme(settings, async () =>
        readScripts(await withMigrationSources(settings), { layout: own }),
      )),
    exists: () => Promise.resolve(made.isInitialized || isThere(made)),
    backend: async (context) => new SqlBackend(context, engine, await open(context)),
    async setUp(context, scripts, request) {
      return setUpEngine(new SqlBackend(context, engine, await open(context)), scripts, request)
    },
    async close() {
      if (opened && made.isInitialized) await made.destroy()
    },
  }
}

/**
 * Files are read whole, or cut at MIGRATE UP and DOWN. Marks and comments of other tools are found by
 * PostgreSQL's rules for quotes: by another engine's, a downgrade might be taken for a part of the upgrade.
 * @throws {MigrationError} SETTINGS_INVALID for a layout that has such marks
 */
function engineLayout({ layout: name }: Settings, given?: ScriptLayout): ScriptLayout {
  const layout = given ?? (name === 'graph' ? usualLayout : layoutNamed(name))
  const isPlain = layout.sections === usualLayout.sections || layout.sections === readOneText
  if (isPlain) return { ...layout, sections: sectionsOf }
  throw new MigrationError(
    'SETTINGS_INVALID',
    `files of layout ${name} are read on PostgreSQL only`,
    {
      hint: 'Mark the two directions with -- MIGRATE UP and -- MIGRATE DOWN, and remove layout.',
    },
  )
}

const sectionsOf: ScriptLayout['sections'] = (text, file, shown = file) =>
  readMarkerSections(text, file, shown, { sql: true })

function makeDataSource(settings: Settings): DataSource {
  const { DataSource: Source } = require('typeorm') as typeof import('typeorm')
  try {
    return new Source(dataSourceOptions(settings) as unknown as DataSourceOptions)
  } catch (cause) {
    throw notLoadable(cause as Error)
  }
}

/** TypeORM loads the driver, which is the application's own. */
function notLoadable(cause: Error): MigrationError {
  const [fact = ''] = cause.message.split('\n')
  return new MigrationError('SETTINGS_INVALID', `TypeORM cannot load the driver: ${fact}`, {
    hint: 'Install it beside typeorm: npm install mysql2, or better-sqlite3.',
    cause,
  })
}

/** To look into a file of SQLite that is not there would make it. */
function isThere({ options }: DataSource): boolean {
  const { database } = options
  if (engineOf(options.type) !== sqlite || typeof database !== 'string') return true
  return existsSync(database)
}

function labelOf({ options }: DataSource): string {
  const { database, host = 'localhost' } = options as { database?: unknown; host?: string }
  const name = typeof database === 'string' ? database : ''
  return engineOf(options.type) === sqlite
    ? `SQLite database ${name}`
    : `database "${name}" at ${host}`
}

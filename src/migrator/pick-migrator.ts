import type { DataSource, QueryRunner } from 'typeorm'
import type { Place } from '../backends/backend-place'
import type { Connectable } from '../database/application/callers'
import type { OpenBackend } from '../run/context/backend'
import type { ScriptLayout } from '../script/layout/layout'
import { settingsFor, type SettingsSource } from '../settings/library'
import type { SettingFlags } from '../settings/read-settings'
import type { Settings } from '../settings/value/setting-types'
import { SettingsMigrator } from './migrator'
import type { StoringMigrator } from './migrator-type'

/** What a library function works on: an address, what the application has open, or a backend of its own. */
export type DatabaseGiven = string | Connectable | OpenBackend

/** Prepares a migrator for settings; connects when its first method needs it. */
export async function openMigrator(
  settings: Settings,
  layout?: ScriptLayout,
): Promise<StoringMigrator> {
  const { kind } = settings.database
  if (kind === 'postgres' || kind === 'embedded')
    return new SettingsMigrator(settings, undefined, layout)
  const { openPlace } = require('./open-place') as typeof import('./open-place')
  const place = await openPlace(settings, layout)
  return place ? onPlace(settings, place) : new SettingsMigrator(settings, undefined, layout)
}

/**
 * A migrator for a caller of the library. It connects when its first method needs it.
 * @throws {MigrationError} USAGE, SETTINGS_NOT_FOUND, SETTINGS_INVALID
 */
export async function migratorOn(
  on: DatabaseGiven,
  source: SettingsSource,
  flags: SettingFlags = {},
): Promise<StoringMigrator> {
  if (typeof on === 'string') return openMigrator(await settingsFor(source, on, flags))
  const settings = await settingsFor(source, undefined, flags)
  const place = placeGiven(on, settings)
  if (place) return onPlace(settings, place)
  // the command line opens its database by the settings, and loads none of this
  const { databaseOf } =
    require('../database/application/callers') as typeof import('../database/application/callers')
  return new SettingsMigrator(settings, databaseOf(on as Connectable, settings.lockWait))
}

function onPlace(settings: Settings, place: Place): StoringMigrator {
  const { BackendMigrator } = require('./backend-migrator') as typeof import('./backend-migrator')
  return new BackendMigrator(settings, place)
}

/** Undefined where what is given is PostgreSQL, or nothing that is known. */
function placeGiven(on: Exclude<DatabaseGiven, string>, settings: Settings): Place | undefined {
  const isFunction = typeof on === 'function'
  const type = isFunction ? undefined : typeOf(on)
  if (!isFunction && (type === undefined || type === 'postgres')) return undefined
  const places = require('./open-place') as typeof import('./open-place')
  return isFunction ? places.placeOfBackend(on, settings) : places.placeOfLent(on, settings)
}

/** The type of the database that a DataSource, or the one of a QueryRunner, is for. */
function typeOf(on: Connectable): string | undefined {
  const { options, connection } = on as Partial<DataSource> & Partial<QueryRunner>
  return (options as { type?: string } | undefined)?.type ?? connection?.options?.type
}

import type { DataSource } from 'typeorm'
import type { Place } from '../backends/backend-place'
import type { Connectable } from '../database/application/callers'
import type { ScriptLayout } from '../script/layout/layout'
import { settingsFor, type SettingsSource } from '../settings/library'
import type { SettingFlags } from '../settings/read-settings'
import type { Settings } from '../settings/value/setting-types'
import { SettingsMigrator } from './migrator'
import type { Migrator } from './migrator-type'

/** Prepares a migrator for settings; connects when its first method needs it. */
export async function openMigrator(settings: Settings, layout?: ScriptLayout): Promise<Migrator> {
  const { kind } = settings.database
  if (kind === 'postgres' || kind === 'embedded')
    return new SettingsMigrator(settings, undefined, layout)
  const { openPlace } = require('./open-place') as typeof import('./open-place')
  const place = await openPlace(settings, layout)
  return place ? onPlace(settings, place) : new SettingsMigrator(settings, undefined, layout)
}

function onPlace(settings: Settings, place: Place): Migrator {
  const { BackendMigrator } = require('./backend-migrator') as typeof import('./backend-migrator')
  return new BackendMigrator(settings, place)
}

/**
 * A migrator on what a caller of the library has open, or on an address, where that is not PostgreSQL;
 * undefined where it is.
 * @throws {MigrationError} SETTINGS_NOT_FOUND, SETTINGS_INVALID
 */
export async function migratorElsewhere(
  on: Connectable | string,
  source: SettingsSource,
  flags: SettingFlags = {},
): Promise<Migrator | undefined> {
  if (typeof on === 'string') {
    const settings = await settingsFor(source, on, flags)
    const { kind } = settings.database
    return kind === 'postgres' || kind === 'embedded' ? undefined : openMigrator(settings)
  }
  const { type } = (on as Partial<DataSource> | null)?.options ?? {}
  if (type === undefined || type === 'postgres') return undefined
  const { placeOfDataSource } = require('./open-place') as typeof import('./open-place')
  const settings = await settingsFor(source, undefined, flags)
  const place = placeOfDataSource(on, settings)
  return place && onPlace(settings, place)
}

import type { DataSource } from 'typeorm'
import type { Place } from '../backends/backend-place'
import type { Connectable } from '../database/application/callers'
import type { ScriptLayout } from '../script/layout/layout'
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

/** A migrator on what a caller has open, whatever database it is. */
export function migratorOnLent(lent: Connectable, settings: Settings): Migrator {
  const { type } = (lent as Partial<DataSource>).options ?? {}
  if (type !== undefined && type !== 'postgres') {
    const { placeOfDataSource } = require('./open-place') as typeof import('./open-place')
    const place = placeOfDataSource(lent, settings)
    if (place) return onPlace(settings, place)
  }
  const { databaseOf } =
    require('../database/application/callers') as typeof import('../database/application/callers')
  return new SettingsMigrator(settings, databaseOf(lent, settings.lockWait))
}

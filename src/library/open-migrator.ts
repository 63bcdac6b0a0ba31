import { databaseOf, type Connectable } from '../database/application/callers'
import { SettingsMigrator } from '../migrator/migrator'
import type { ScriptObject } from '../script/source/script-object'
import { settingsFor } from '../settings/library'
import type { SettingFlags } from '../settings/read-settings'
import { checkValue, text } from '../settings/value/arguments'
import type { Settings } from '../settings/value/setting-types'

/**
 * Where scripts and settings come from: an ini file, a folder or a glob (everything else default), a list of
 * folders, globs and scripts that are values, or settings read before.
 */
export type Scripts = string | Settings | readonly (string | ScriptObject)[]

/** @throws {MigrationError} USAGE for what is no database at all */
export function checkDatabase(on: unknown): void {
  checkValue('the database', on, {
    what: 'an address, a DataSource, a QueryRunner, a pg Pool or Client, or a PGlite',
    holds: (value) => text.holds(value) || (typeof value === 'object' && value !== null),
  })
}

/**
 * A migrator on what the caller has open, or on an address. It connects when its first method needs it.
 * @throws {MigrationError} USAGE, SETTINGS_NOT_FOUND, SETTINGS_INVALID
 */
export async function migratorOf(
  on: Connectable | string,
  scripts: Scripts,
  flags: SettingFlags = {},
): Promise<SettingsMigrator> {
  checkDatabase(on)
  if (typeof on === 'string') return new SettingsMigrator(await settingsFor(scripts, on, flags))
  const settings = await settingsFor(scripts, undefined, flags)
  return new SettingsMigrator(settings, databaseOf(on, settings.lockWait))
}

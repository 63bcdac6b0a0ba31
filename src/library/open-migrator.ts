import type { StoringMigrator } from '../migrator/migrator-type'
import { migratorOn, type DatabaseGiven } from '../migrator/pick-migrator'
import type { ScriptObject } from '../script/source/script-object'
import type { SettingFlags } from '../settings/read-settings'
import { callable, checkValue, text } from '../settings/value/arguments'
import type { Settings } from '../settings/value/setting-types'

/**
 * Where scripts and settings come from: an ini file, a folder or a glob (everything else default), a list of
 * folders, globs and scripts that are values, or settings read before.
 */
export type Scripts = string | Settings | readonly (string | ScriptObject)[]

/**
 * A migrator on an address, on what the caller has open, or on a backend. It connects when its first method
 * needs it.
 * @throws {MigrationError} USAGE, SETTINGS_NOT_FOUND, SETTINGS_INVALID
 */
export async function migratorOf(
  on: DatabaseGiven,
  scripts: Scripts,
  flags: SettingFlags = {},
): Promise<StoringMigrator> {
  checkValue('the database', on, {
    what: 'an address, a DataSource, a QueryRunner, a pg Pool or Client, a PGlite, or a function that makes a backend',
    holds: (value) =>
      text.holds(value) || callable.holds(value) || (typeof value === 'object' && value !== null),
  })
  return migratorOn(on, scripts, flags)
}

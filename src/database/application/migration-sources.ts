import { resolve } from 'node:path'
import type { DataSource } from 'typeorm'
import { globBase } from '../../settings/value/glob-base'
import type { Settings } from '../../settings/value/setting-types'

/**
 * The settings with the scripts that a DataSource's `migrations` name, where `package` names none: globs,
 * folders and classes, as TypeORM takes them. For that the module of `typeorm.data_source` is loaded.
 * Settings that name their scripts come back as they are.
 * @throws {MigrationError} SETTINGS_INVALID, SCRIPT_NOT_LOADABLE
 */
export async function withMigrationSources(settings: Settings): Promise<Settings> {
  if (!settings.packageIsDefault) return settings
  const { database, typeorm } = settings
  if (database.kind !== 'data_source') return withListed(settings, typeorm['migrations'])
  const { loadDataSource } = await import('./data-source-module.js')
  const { options } = await loadDataSource(database.file)
  return withListed(settings, options.migrations, database.file)
}

type Listed = DataSource['options']['migrations']
type Constructor = new () => object

/** TypeORM takes a list, or an object of which the values count. */
function withListed(settings: Settings, listed: unknown, file?: string): Settings {
  if (typeof listed !== 'object' || listed === null) return settings
  const all: unknown[] = Object.values(listed as NonNullable<Listed>)
  const packages = all.filter((one) => typeof one === 'string').map((one) => resolve(one))
  const constructors = all.filter((one): one is Constructor => typeof one === 'function')
  const [first] = packages
  if (packages.length === 0 && constructors.length === 0) return settings
  const { packageIsDefault: _, ...rest } = settings
  return {
    ...rest,
    packages,
    ...(first !== undefined && { directory: globBase(first) }),
    ...(constructors.length > 0 && { classes: { constructors, file: file ?? settings.here } }),
  }
}

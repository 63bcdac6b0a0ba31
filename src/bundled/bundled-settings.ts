import type { BundleContents } from '../bundle/bundle-contents'
import { withMigrationSources } from '../database/application/migration-sources'
import { CarriedScript, type CarriedFields } from '../script/source/carried-script'
import type { SqlPart } from '../script/script'
import { unexpanded } from '../settings/ini/expand'
import { readSettingsOfBundle, type SettingsRequest } from '../settings/read-settings'
import type { Settings } from '../settings/value/setting-types'
import { otherDatabase } from './not-here'

/** An open bundle: its contents, its file, and where the paths of its contents lead. */
export interface OpenBundle {
  contents: BundleContents
  file: string
  fileOf: (path: string) => string
}

/**
 * Settings of a bundle: what it carries, and what the call, an ini or the environment say where it runs.
 * The scripts are its own.
 * @throws {MigrationError} SETTINGS_INVALID, SETTINGS_NOT_FOUND
 */
export async function settingsOfBundle(
  bundle: OpenBundle,
  request: SettingsRequest,
): Promise<Settings> {
  const { contents, file, fileOf } = bundle
  const { dataSource, schema, classes } = contents
  const values = {
    ...contents.settings,
    ...(dataSource !== undefined && { 'typeorm.data_source': unexpanded(fileOf(dataSource)) }),
  }
  const found = await readSettingsOfBundle(request, { file, values })
  const { kind } = found.database
  if (kind !== 'postgres' && kind !== 'data_source') throw otherDatabase()
  const { packages: _, packageIsDefault: __, schema: ___, ...rest } = found
  const settings: Settings = {
    ...rest,
    layout: 'typetrek',
    directory: fileOf('.'),
    sources: scriptsOf(bundle),
    ...(schema !== undefined && { schema: fileOf(schema) }),
  }
  return classes && dataSource !== undefined ? withClasses(settings, fileOf(dataSource)) : settings
}

/** The classes that the DataSource lists are among the scripts. */
async function withClasses(settings: Settings, file: string): Promise<Settings> {
  const database = { kind: 'data_source', file } as const
  const named = { ...settings, database, packageIsDefault: true }
  const { classes } = await withMigrationSources(named)
  return { ...settings, ...(classes && { classes }) }
}

function scriptsOf({ contents, fileOf }: OpenBundle): CarriedScript[] {
  const part = (one: SqlPart): SqlPart => ({ ...one, file: fileOf(one.file) })
  return contents.scripts.map((fields) => {
    const { file, files, upgrade, downgrade } = fields
    const placed: CarriedFields = {
      ...fields,
      file: fileOf(file),
      files: files.map(fileOf),
      ...(upgrade && { upgrade: part(upgrade) }),
      ...(downgrade && { downgrade: part(downgrade) }),
    }
    const code = contents.modules[file]?.code
    return new CarriedScript(placed, code === undefined ? undefined : () => code)
  })
}

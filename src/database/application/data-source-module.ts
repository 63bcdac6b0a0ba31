import { statSync } from 'node:fs'
import type { DataSource } from 'typeorm'
import { MigrationError } from '../../errors'
import { loadModule } from '../../script/typescript/load-module'

/**
 * Loads the module that `typeorm.data_source` names; runs its top level. The DataSource, or a promise of
 * one, may be an export, the default export, or the module itself (`module.exports =`, `export =`).
 * @throws {MigrationError} SETTINGS_INVALID when it does not export exactly one DataSource,
 *   SCRIPT_NOT_LOADABLE
 */
export async function loadDataSource(file: string): Promise<DataSource> {
  refuseIrregular(file)
  const found = await dataSourcesIn(await loadModule(file))
  const [dataSource] = found
  if (dataSource && found.size === 1) return dataSource
  throw new MigrationError(
    'SETTINGS_INVALID',
    dataSource ? 'the module exports several DataSources' : 'the module exports no DataSource',
    { file, hint: 'Export one DataSource from the module that typeorm.data_source names.' },
  )
}

async function dataSourcesIn(loaded: object): Promise<Set<DataSource>> {
  if (isDataSource(loaded)) return new Set([loaded])
  const exported = await Promise.all(Object.values(loaded) as unknown[])
  const found = new Set(exported.filter(isDataSource))
  const { default: inner } = loaded as { default?: unknown }
  // what `import` gives for CommonJS
  const wrapped = found.size === 0 && typeof inner === 'object' && inner !== null
  return wrapped ? dataSourcesIn(inner) : found
}

/** To import a pipe would wait for ever. */
function refuseIrregular(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found || found.isFile() || found.isDirectory()) return
  throw new MigrationError('SETTINGS_INVALID', 'typeorm.data_source does not name a regular file', {
    file,
    hint: 'Name the module that exports the DataSource.',
  })
}

function isDataSource(value: unknown): value is DataSource {
  return (
    typeof value === 'object' &&
    value !== null &&
    'createQueryRunner' in value &&
    'isInitialized' in value
  )
}

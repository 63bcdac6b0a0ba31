import { statSync } from 'node:fs'
import type { DataSource } from 'typeorm'
import { MigrationError } from '../errors'
import { loadModule } from '../script/load'

/**
 * Loads the module that `typeorm.data_source` names; runs its top level.
 * @throws {MigrationError} SETTINGS_INVALID when it does not export exactly one DataSource,
 *   SCRIPT_NOT_LOADABLE
 */
export async function loadDataSource(file: string): Promise<DataSource> {
  refuseIrregular(file)
  const exported: unknown[] = Object.values(await loadModule(file))
  const found = new Set((await Promise.all(exported)).filter(isDataSource))
  const [dataSource] = found
  if (dataSource && found.size === 1) return dataSource
  throw new MigrationError(
    'SETTINGS_INVALID',
    dataSource ? 'the module exports several DataSources' : 'the module exports no DataSource',
    { file, hint: 'Export one DataSource from the module that typeorm.data_source names.' },
  )
}

/** To import a pipe would wait for ever. */
function refuseIrregular(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found || found.isFile() || found.isDirectory()) return
  throw new MigrationError('SETTINGS_INVALID', 'typeorm.data_source names no regular file', {
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

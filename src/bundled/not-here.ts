import type { addScript as usualAddScript } from '../add-script/add-script'
import type { dumpSchema as usualDumpSchema } from '../dump-schema/dump-schema'
import { MigrationError } from '../errors'
import type * as place from '../migrator/open-place'
import type { Settings } from '../settings/value/setting-types'

/*
 * What a bundle does not have. In its program this file replaces what needs a scratch
 * server, the parser or another database than PostgreSQL.
 */

/** @throws {MigrationError} USAGE */
export const addScript: typeof usualAddScript = () => refuse('addScript')

/** @throws {MigrationError} USAGE */
export const dumpSchema: typeof usualDumpSchema = () => refuse('dumpSchema')

async function refuse(name: string): Promise<never> {
  throw new MigrationError('USAGE', `a bundle has no ${name}`, {
    hint: `Call it where the project is: it needs a scratch server and the folder of scripts.`,
  })
}

/** A DataSource's module, which alone says what it is. @throws {MigrationError} SETTINGS_INVALID */
export const openPlace = async ({ database }: Settings): Promise<undefined> => {
  if (database.kind !== 'data_source') throw otherDatabase()
  const { loadDataSource } = await import('../database/application/data-source-module.js')
  const { type } = (await loadDataSource(database.file)).options
  if (type !== undefined && type !== 'postgres') throw otherDatabase()
}

/** @throws {MigrationError} SETTINGS_INVALID */
export const placeOfLent: typeof place.placeOfLent = () => {
  throw otherDatabase()
}

/** @throws {MigrationError} SETTINGS_INVALID */
export const placeOfBackend: typeof place.placeOfBackend = () => {
  throw otherDatabase()
}

/** The error for a database that a bundle has no code for. */
export function otherDatabase(): MigrationError {
  return new MigrationError('SETTINGS_INVALID', 'a bundle works on a server of PostgreSQL alone', {
    hint: 'Set DATABASE_URL to its postgres:// address, or name that before the command.',
  })
}

import { requirePostgresServer } from '../database/open'
import { MigrationError } from '../errors'
import type { Settings } from '../settings/value/setting-types'

/**
 * Another tool's rows are known by the numbers and names of scripts, and are in PostgreSQL.
 * @throws {MigrationError} SETTINGS_INVALID for another database, and for a graph
 */
export function requireNumbers(settings: Settings): void {
  requirePostgresServer(settings)
  if (settings.layout !== 'graph') return
  const message = 'adopt is for scripts with numbers, which those of layout graph do not have'
  throw new MigrationError('SETTINGS_INVALID', message, {
    hint: 'Run mark REVISION, which records where the database is.',
  })
}

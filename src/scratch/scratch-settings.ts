import type { ConnectionParts, Settings } from '../settings/value/setting-types'

/** Where work on a scratch database keeps its journal, which is no part of any schema. */
export const scratchJournal = { schema: 'public', table: 'typetrek_scratch_journal' }

/**
 * The settings for work on a scratch database: the application's own but for the address, with nothing
 * that prints or waits for somebody else. A DataSource of a module gives its options.
 * @throws {MigrationError} SCRIPT_NOT_LOADABLE, SETTINGS_INVALID
 */
export async function scratchSettings(
  settings: Settings,
  connection: ConnectionParts,
): Promise<Settings> {
  const { role: _, ...own } = settings
  return {
    ...own,
    database: { kind: 'postgres', connection },
    journal: scratchJournal,
    journalText: 'none',
    transaction: 'each',
    lateScripts: 'run',
    otherTools: 'ignore',
    strict: false,
    lockTimeout: 0,
    statementTimeout: 0,
    typeorm: { ...(await ownOptions(settings)), logging: false, cache: false },
  }
}

/** What a module's DataSource says of its server is not meant for a scratch database. */
const ofServer = [
  'type',
  'url',
  'host',
  'port',
  'username',
  'password',
  'database',
  'ssl',
  'replication',
  'extra',
  'driver',
  'nativeDriver',
  'migrations',
  'subscribers',
  'logger',
]

async function ownOptions({ database, typeorm }: Settings): Promise<Record<string, unknown>> {
  if (database.kind !== 'data_source') return typeorm
  const { loadDataSource } = await import('../database/application/data-source-module.js')
  const options = Object.entries((await loadDataSource(database.file)).options)
  return Object.fromEntries(options.filter(([name]) => !ofServer.includes(name)))
}

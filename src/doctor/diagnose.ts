import { withMigrationSources } from '../database/application/migration-sources'
import { openExisting, requirePostgresServer } from '../database/open'
import type { Database } from '../database/postgres/database'
import { MigrationError } from '../errors'
import { readByScheme } from '../backends/folder-scheme'
import { readScripts } from '../script/source/read-scripts'
import type { ScriptLayout } from '../script/layout/layout'
import type { Script } from '../script/script'
import type { Settings } from '../settings/value/setting-types'
import { systemFailure } from '../system-error'
import { checkBuild, checkCopies, checkSwitches } from './project-checks'
import { asProblem, checkModules, checkState } from './script-checks'
import { checkExtensions, checkServer, fine, type Diagnosis } from './server-checks'

export type { Diagnosis } from './server-checks'

/**
 * Looks for what would make a command fail, each with its next step. Reads the database only; loads the
 * modules of pending scripts, whose top level runs.
 * @throws {MigrationError} SETTINGS_INVALID for a database that is not PostgreSQL
 */
export async function diagnose(
  given: Settings,
  layout: ScriptLayout | undefined,
): Promise<Diagnosis[]> {
  requirePostgresServer(given)
  const found: Diagnosis[] = []
  const attempt = async <Result>(
    check: string,
    work: () => Promise<Result>,
  ): Promise<Result | undefined> => {
    try {
      return await work()
    } catch (error) {
      const failure = systemFailure(error) ?? error
      if (!(failure instanceof MigrationError)) throw error
      found.push(asProblem(check, failure))
      return undefined
    }
  }
  found.push(...(await checkCopies(given.here)))
  found.push(...((await attempt('DataSource', () => checkSwitches(given))) ?? []))
  const settings = (await attempt('DataSource', () => withMigrationSources(given))) ?? given
  const scripts = await attempt('folder', () =>
    readByScheme(settings, () => readScripts(settings, { layout })),
  )
  if (scripts) found.push(fine('folder', `${scripts.length} scripts`))
  found.push(...((await attempt('build', () => checkBuild(settings))) ?? []))
  const inDatabase = await attempt('server', async () => {
    const database = await openExisting(settings)
    if (!database)
      return { found: [fine('server', 'embedded, and not made yet')], pending: scripts ?? [] }
    try {
      return await checkDatabase(database, scripts, settings)
    } finally {
      await database.close()
    }
  })
  found.push(...(inDatabase?.found ?? []))
  found.push(...(await checkModules(inDatabase?.pending ?? [])))
  return found
}

async function checkDatabase(
  database: Database,
  scripts: readonly Script[] | undefined,
  settings: Settings,
): Promise<{ found: Diagnosis[]; pending: readonly Script[] }> {
  const session = await database.open('read')
  try {
    const server = await checkServer(session, settings)
    // without the folder, everything that is applied would seem to be missing
    if (!scripts) return { found: server, pending: [] }
    const { found, pending } = await checkState(session, database, scripts, settings)
    return { found: [...server, ...(await checkExtensions(session, pending)), ...found], pending }
  } finally {
    await session.close()
  }
}

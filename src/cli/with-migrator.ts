import type { Migrator } from '../migrator'
import { settingsOf, type Context } from './context'

/** Opens a migrator by the call's settings for the time of the work. */
export async function withMigrator<Result>(
  context: Context,
  work: (migrator: Migrator) => Promise<Result>,
): Promise<Result> {
  const settings = await settingsOf(context)
  const { openMigrator } = require('../migrator') as typeof import('../migrator')
  const migrator = await openMigrator(settings)
  let result: Result
  try {
    result = await work(migrator)
  } catch (error) {
    // The failure of the work matters more than that of a connection that broke with it.
    await migrator.close().catch(() => {})
    throw error
  }
  await migrator.close()
  return result
}

import type { Migrator } from '../../migrator/migrator'
import type { Settings } from '../../settings/value/setting-types'
import { layoutOf, settingsOf, type Context } from './command-context'
import { databaseMember, loadedAddress, type DatabasePlace } from '../render/database-member'
import { describeAddress } from '../../settings/address/address'

/** Opens a migrator by the call's settings for the time of the work, which also gets the place's name. */
export async function withMigrator<Result>(
  context: Context,
  work: (migrator: Migrator, label: string) => Promise<Result>,
): Promise<Result> {
  const settings = await settingsOf(context)
  const { label } = await reach(context, settings)
  const { openMigrator } =
    require('../../migrator/pick-migrator') as typeof import('../../migrator/pick-migrator')
  const migrator = await openMigrator(settings, layoutOf(context, settings))
  let result: Result
  try {
    result = await work(migrator, label)
  } catch (error) {
    // The failure of the work matters more than that of a connection that broke with it.
    await migrator.close().catch(() => {})
    throw error
  }
  await migrator.close()
  return result
}

/** Finds out where a command connects, for all that it writes from now on. */
export async function reach(context: Context, settings: Settings): Promise<DatabasePlace> {
  const address = await loadedAddress(settings)
  const password = address.kind === 'postgres' ? address.connection.password : undefined
  if (password) context.output.hide([password])
  context.place = { label: describeAddress(address), member: databaseMember(address) }
  return context.place
}

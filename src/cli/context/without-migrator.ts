import type { Observer } from '../../run/context/events'
import type { Settings } from '../../settings/value/setting-types'
import type { Context } from './command-context'
import { follow } from './run-observer'
import { reach } from './with-migrator'

/** For work on folder and journal that no migrator does: finds out where it is, and shows what it waits for. */
export async function withoutMigrator<Result>(
  context: Context,
  settings: Settings,
  work: (place: { label: string; observer: Observer }) => Promise<Result>,
): Promise<Result> {
  const { label } = await reach(context, settings)
  const { observer, end } = follow(context.output, context.io)
  try {
    return await work({ label, observer })
  } finally {
    end()
  }
}

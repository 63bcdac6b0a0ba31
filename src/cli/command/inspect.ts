import type { Status } from '../../migrator/status'
import type { ShownSettings } from '../../settings/show-settings'
import { answer, type Context, type Handler } from '../context/command-context'
import { statusDocument } from '../render/json'
import { renderStatus } from '../render/render-status'
import { isUpToDate } from '../render/status-partition'
import { withMigrator } from '../context/with-migrator'

const answerIsNo = 3

/** Shows the state of the database. */
export const status: Handler = (context) =>
  withMigrator(context, async (migrator, label) => {
    const { call, output } = context
    const found = await migrator.status()
    if (call.options.current) return showCurrent(context, found, migrator.settings)
    const exitStatus = call.options.check && !isUpToDate(found) ? answerIsNo : 0
    answer(context, statusDocument(found), exitStatus)
    output.result(renderStatus(found, label, output.style))
    return exitStatus
  })

/** Prints the version alone: the newest applied one, of a graph where it leads; 0 or initial where there is none. */
function showCurrent(context: Context, found: Status, { layout }: ShownSettings): number {
  const newest = found.applied.at(-1)
  const nothing = layout === 'graph' ? 'initial' : '0'
  const currentVersion = newest?.title.split(' -> ')[1] ?? newest?.revision ?? nothing
  answer(context, { ...statusDocument(found), currentVersion })
  context.output.result(currentVersion)
  return 0
}

/** Prints the next pending revision, or an empty line. */
export const next_version: Handler = (context) =>
  withMigrator(context, async (migrator) => {
    const { pending } = await migrator.status()
    const revision = pending[0]?.script.revision
    answer(context, { nextVersion: revision ?? null })
    context.output.result(revision ?? '')
    return 0
  })

import type { Handler } from '../context'
import { statusDocument } from '../json'
import { isUpToDate, renderStatus } from '../render-status'
import { withMigrator } from '../with-migrator'

const answerIsNo = 3

/** Shows where the database stands. */
export const status: Handler = (context) =>
  withMigrator(context, async (migrator) => {
    const { call, output } = context
    const plan = await migrator.status()
    output.document(statusDocument(migrator.label, plan))
    output.result(renderStatus(plan, migrator.label, output.style))
    return call.options.check && !isUpToDate(plan) ? answerIsNo : 0
  })

/** Prints the next pending revision, or an empty line. */
export const next_version: Handler = (context) =>
  withMigrator(context, async (migrator) => {
    const { pending } = await migrator.status()
    const revision = pending[0]?.script.revision
    context.output.document({ database: migrator.label, nextVersion: revision ?? null })
    context.output.result(revision ?? '')
    return 0
  })

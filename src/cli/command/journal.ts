import type { Handler } from '../context'
import { entriesDocument } from '../json'
import { renderEntries, renderTrace } from '../render-entries'
import { withMigrator } from '../with-migrator'

/** Shows the journal's successes. */
export const list: Handler = (context) =>
  withMigrator(context, async (migrator) => {
    const { output } = context
    const entries = await migrator.list()
    output.document(entriesDocument(migrator.label, entries))
    output.result(
      renderEntries(entries, migrator.label, output.style, 'the journal has no entries'),
    )
    return 0
  })

/** Shows the journal's failures. */
export const errors: Handler = (context) =>
  withMigrator(context, async (migrator) => {
    const { output } = context
    const entries = await migrator.errors()
    output.document(entriesDocument(migrator.label, entries))
    output.result(
      renderEntries(entries, migrator.label, output.style, 'the journal has no failures'),
    )
    return 0
  })

/** Shows one entry in full. */
export const trace: Handler = (context) =>
  withMigrator(context, async (migrator) => {
    const { call, output } = context
    const entry = await migrator.trace(call.words[0] ?? '')
    output.document({ database: migrator.label, entry })
    output.result(renderTrace(entry, output.style))
    return 0
  })

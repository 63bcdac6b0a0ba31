import type { Migrator } from '../../migrator/migrator'
import type { ListOptions } from '../../migrator/option-shapes'
import { answer, type Context, type Handler } from '../context/command-context'
import { renderEntries } from '../render/render-entries'
import { renderTrace } from '../render/render-trace'
import { withMigrator } from '../context/with-migrator'

/** Shows the journal's successes. */
export const list: Handler = (context) => entries(context, 'list', 'the journal has no entries')

/** Shows the journal's failures. */
export const errors: Handler = (context) =>
  entries(context, 'errors', 'the journal has no failures')

function entries(context: Context, command: 'list' | 'errors', nothing: string): Promise<number> {
  return withMigrator(context, async (migrator: Migrator, label) => {
    const options = optionsOf(context)
    const found = await migrator[command](options)
    answer(context, { entries: found })
    const isFiltered = Object.keys(options).length > 0
    const none = isFiltered ? 'the journal has no such entries' : nothing
    context.output.result(renderEntries(found, label, context.output.style, none))
    return 0
  })
}

function optionsOf({ call }: Context): ListOptions {
  const { limit, since, options } = call
  const { revision, all, reverse } = options
  return {
    ...(limit !== undefined && { limit }),
    ...(since && { since }),
    ...(call.folder !== undefined && { inFolder: true }),
    ...(revision !== undefined && { revision: revision.replace(/^0+(?=\d)/, '') }),
    ...(all && { all }),
    ...(reverse && { reverse }),
  }
}

/** Shows one entry in full. */
export const trace: Handler = (context) =>
  withMigrator(context, async (migrator) => {
    const { call, io, output } = context
    const entry = await migrator.trace(call.words[0] ?? '')
    answer(context, { entry })
    const { directory } = migrator.settings
    output.result(renderTrace(entry, { style: output.style, cwd: io.cwd, directory }))
    return 0
  })

import { withMigrationSources } from '../../../database/application/migration-sources'
import { touchScript, type TouchReport } from '../../../upkeep/touch'
import { confirm } from '../../context/ask'
import {
  answer,
  layoutOf,
  settingsOf,
  type Context,
  type Handler,
} from '../../context/command-context'
import { stoppable } from '../../context/signals'
import { withoutMigrator } from '../../context/without-migrator'
import { counted, pathFrom } from '../../text/text'

/** Gives a script a new number; with `--force` an applied one too. */
export const touch: Handler = async (context) => {
  const { call, output } = context
  const settings = await withMigrationSources(await settingsOf(context))
  const [id = ''] = call.words
  const { force = false, dryRun = false } = call.options
  return withoutMigrator(context, settings, async ({ observer, label }) => {
    const options = { layout: layoutOf(context, settings), observer, force }
    const planned = await touchScript(settings, id, { ...options, dryRun: true })
    if (dryRun) return shown(context, planned)
    if (planned.entries > 0) {
      const entries = counted(planned.entries, 'entry', 'entries')
      await confirm(context, `Move ${entries} of ${planned.previous} in the journal of ${label}?`)
    }
    const report = await stoppable(context, (signal) =>
      touchScript(settings, id, { ...options, signal }),
    )
    output.note(noteOf(report))
    return shown(context, report)
  })
}

function noteOf({ entries, uuid }: TouchReport): string {
  if (entries > 0 && uuid !== undefined)
    return 'A database that has recorded its uuid knows it under the new number too.'
  return entries === 0
    ? 'The journal of no database knows the new number yet.'
    : 'Every other database that has applied it will see a new script.'
}

function shown(context: Context, report: TouchReport): number {
  const { io, output } = context
  const { revision, previous, title, files, entries, mentions } = report
  answer(context, { revision, previous, title, files, entries, mentions })
  const lines = files.map(({ from, to }) => `${pathFrom(io.cwd, from)} -> ${pathFrom(io.cwd, to)}`)
  if (entries > 0) lines.push(`${counted(entries, 'entry', 'entries')} of the journal`)
  for (const file of mentions)
    output.note(`${pathFrom(io.cwd, file)} names the old number ${previous} in its text.`)
  output.result(lines.join('\n'))
  return 0
}

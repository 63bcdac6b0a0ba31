import { withMigrationSources } from '../../../database/application/migration-sources'
import { squashScripts } from '../../../upkeep/squash/squash'
import type { SquashReport } from '../../../upkeep/squash/squash-options'
import {
  answer,
  layoutOf,
  settingsOf,
  type Context,
  type Handler,
} from '../../context/command-context'
import { progressOn } from '../../context/progress-line'
import { stoppable } from '../../context/signals'
import { labelOf } from '../../../plan/notice'
import { counted, indented, pathFrom } from '../../text/text'

/** Writes one script of many, proven in scratch databases. */
export const squash: Handler = async (context) => {
  const { call } = context
  const settings = await withMigrationSources(await settingsOf(context))
  const [start = '', end = '', output] = call.words
  const { fromSchema = false, force = false, remove = false, dryRun = false } = call.options
  const { progress, end: done } = progressOn(context)
  try {
    const given = {
      layout: layoutOf(context, settings),
      progress,
      output,
      fromSchema,
      force,
      remove,
      dryRun,
    }
    const report = await stoppable(context, (signal) =>
      squashScripts(settings, start, end, { ...given, signal }),
    )
    done()
    show(context, report)
    return 0
  } finally {
    done()
  }
}

function show(context: Context, report: SquashReport): void {
  const { io, output, call } = context
  const { dryRun = false } = call.options
  const { revision, title, file, text, squashed, reversible, added, removed } = report
  answer(context, {
    revision,
    title,
    file,
    text: dryRun ? text : null,
    squashed: squashed.map((one) => ({ revision: one.revision, title: one.title })),
    reversible,
    added,
    removed,
  })
  const path = pathFrom(io.cwd, file)
  if (dryRun) {
    output.result(`${output.style.bold(path)}\n${indented(text, '  ').trimEnd()}`)
    return
  }
  const list = squashed.map((one) => `  ${labelOf(one)}`)
  const count = counted(squashed.length, 'script')
  output.result(
    [path, `replaces ${count}${removed ? ', which are removed' : ''}:`, ...list].join('\n'),
  )
  if (added) output.note('It is added to version control, and not committed.')
  if (!reversible) output.note('It has no downgrade.')
  if (!removed) output.note('The originals stay, and no longer run where none of them is applied.')
}

import { withMigrationSources } from '../../database/application/migration-sources'
import type { ProveReport } from '../../add-script/prove-script'
import { usageError } from '../arguments/usage-error'
import {
  answer,
  layoutOf,
  settingsOf,
  type Context,
  type Handler,
} from '../context/command-context'
import { progressOn } from '../context/progress-line'
import { sourceFrom } from '../context/script-answers'
import { stoppable } from '../context/signals'
import { pathFrom } from '../text/text'

/** Proves a script that a person has edited or written. */
export const proveCommand: Handler = async (context) => {
  const { call, output } = context
  const [script, more] = call.words
  if (more !== undefined) throw usageError(`prove takes one script, found "${more}" too`)
  const report = await proving(context, script)
  const { compared = null, ...shown } = report
  answer(context, { ...shown, compared })
  for (const note of report.notes) output.note(`${output.noteStyle.yellow('note:')} ${note}`)
  output.result(rendered(report, context))
  return 0
}

async function proving(context: Context, script: string | undefined): Promise<ProveReport> {
  const { call, io } = context
  const from = sourceFrom(call.options.from)
  const settings = await withMigrationSources(await settingsOf(context))
  const { proveScriptIn } = await import('../../add-script/prove-script.js')
  const { progress, end } = progressOn(context)
  const options = { script, from, cwd: io.cwd, rewrite: call.options.dryRun !== true, progress }
  try {
    return await stoppable(context, (signal) =>
      proveScriptIn(layoutOf(context, settings), settings, { ...options, signal }),
    )
  } finally {
    end()
  }
}

function rendered(report: ProveReport, { io }: Context): string {
  const { file, way, major, remarks, compared } = report
  const target = compared === undefined ? '' : `, and leads to the ${nameOf[compared]}`
  const lines = remarks.map((remark) => `  ${remark}`)
  return [
    `${pathFrom(io.cwd, file)} is proven on PostgreSQL ${major}: ${way}${target}.`,
    ...lines,
  ].join('\n')
}

const nameOf: Readonly<Record<NonNullable<ProveReport['compared']>, string>> = {
  schema: 'canonical schema',
  entities: 'entities',
  command: '',
  none: '',
}

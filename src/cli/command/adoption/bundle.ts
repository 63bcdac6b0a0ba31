import { resolve } from 'node:path'
import { writeBundle, type BundleReport } from '../../../bundle/bundle'
import { settingsToCarry } from '../../../bundle/carried-settings'
import { usageError } from '../../arguments/usage-error'
import { readSettingsForBundle } from '../../../settings/read-settings'
import { answer, flagsOf, layoutOf, type Handler } from '../../context/command-context'
import { counted, pathFrom } from '../../text/text'

const usual = 'bundle.cjs'

/** Writes scripts, settings and the program into one file. */
export const bundleCommand: Handler = async (context) => {
  const { call, io, output } = context
  const [word = usual, more] = call.words
  if (more !== undefined) throw usageError(`bundle takes one file, found "${more}" too`)
  const settings = await readSettingsForBundle({
    config: call.config,
    cwd: io.cwd,
    env: io.env,
    flags: flagsOf(call, io.cwd),
  })
  output.hide(settings.secrets)
  const carried = await settingsToCarry(call.config, io)
  const report = await writeBundle(settings, carried, resolve(io.cwd, word), {
    layout: layoutOf(context, settings),
    overwrite: call.options.yes ?? false,
  })
  const { file, bytes, scripts, modules, needs, left } = report
  answer(context, { file, bytes, scripts, modules, needs, left })
  output.result(rendered(report, pathFrom(io.cwd, file)))
  if (left.length > 0)
    output.note(
      `Not in it, to be set where it runs: ${left.join(', ')}. DATABASE_URL names the database.`,
    )
  return 0
}

function rendered({ bytes, scripts, modules, needs }: BundleReport, shown: string): string {
  const size = `${(bytes / 1_000_000).toFixed(1)} MB`
  const what = [
    counted(scripts.length, 'script'),
    ...(modules > 0 ? [counted(modules, 'module')] : []),
  ]
  return `${shown}: ${what.join(', ')}, ${size}; it needs node and ${needs.join(', ')}`
}

import { join, resolve } from 'node:path'
import { withMigrationSources } from '../../../database/application/migration-sources'
import { readByScheme } from '../../../backends/folder-scheme'
import { readScripts } from '../../../script/source/read-scripts'
import { manifestName, manifestText } from '../../../script/places/manifest'
import { writeWhole } from '../../../whole-file'
import { MigrationError } from '../../../errors'
import type { Settings } from '../../../settings/value/setting-types'
import { usageError } from '../../arguments/usage-error'
import { answer, layoutOf, settingsOf, type Handler } from '../../context/command-context'
import { counted, pathFrom } from '../../text/text'

/** Lists the scripts in a file of the folder that is deployed. */
export const manifestCommand: Handler = async (context) => {
  const { call, io, output } = context
  const [word, more] = call.words
  if (more !== undefined) throw usageError(`manifest takes one folder, found "${more}" too`)
  const settings = await withMigrationSources(await settingsOf(context))
  refuseNamed(settings)
  const listed = false
  const layout = layoutOf(context, settings)
  const scripts = await readByScheme(settings, () => readScripts(settings, { layout, listed }), {
    listed,
  })
  const folder = word === undefined ? settings.directory : resolve(io.cwd, word)
  const file = join(folder, manifestName)
  await writeWhole(file, manifestText(scripts))
  answer(context, { file, scripts: scripts.map(({ revision, title }) => ({ revision, title })) })
  output.result(`${pathFrom(io.cwd, file)} lists ${counted(scripts.length, 'script')}`)
  return 0
}

/** Their folders are read without a list. */
function refuseNamed({ database: { kind } }: Settings): void {
  if (kind !== 'runner' && kind !== 'versions') return
  throw new MigrationError('SETTINGS_INVALID', 'the scripts of a runner have no list', {
    hint: 'manifest is for scripts with numbers, and for layout = graph.',
  })
}

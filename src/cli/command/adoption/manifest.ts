import { join, resolve } from 'node:path'
import { withMigrationSources } from '../../../database/application/migration-sources'
import { readScripts } from '../../../script/source/read-scripts'
import { manifestName, manifestText } from '../../../script/sources/manifest'
import { writeWhole } from '../../../whole-file'
import { usageError } from '../../arguments/usage-error'
import { answer, settingsOf, type Handler } from '../../context/command-context'
import { counted, pathFrom } from '../../text/text'

/** Lists the scripts in a file of the folder that is deployed. */
export const manifestCommand: Handler = async (context) => {
  const { call, io, layout, output } = context
  const [word, more] = call.words
  if (more !== undefined) throw usageError(`manifest takes one folder, found "${more}" too`)
  const settings = await withMigrationSources(await settingsOf(context))
  const scripts = await readScripts(settings, { layout })
  const folder = word === undefined ? settings.directory : resolve(io.cwd, word)
  const file = join(folder, manifestName)
  await writeWhole(file, manifestText(scripts))
  answer(context, { file, scripts: scripts.map(({ revision, title }) => ({ revision, title })) })
  output.result(`${pathFrom(io.cwd, file)} lists ${counted(scripts.length, 'script')}`)
  return 0
}

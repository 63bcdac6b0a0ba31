import { readMarkerSections } from './marker-sections'
import { noScripts, readFiles, type NamedFolder } from './folder-files'
import { PlainScript } from './plain-script'

/**
 * Reads the scripts of a runner: every file of the folder, whatever its name and its language. The name is
 * the version; the text is cut at its comment lines `MIGRATE UP` and `MIGRATE DOWN`.
 *
 * @throws {MigrationError} FOLDER_NOT_FOUND, FOLDER_EMPTY; SCRIPT_INVALID where a file cannot be read
 */
export async function readRunnerFolder(folder: NamedFolder): Promise<PlainScript[]> {
  const files = await readFiles(folder, (name) => !name.endsWith('~'))
  if (files.length === 0)
    throw noScripts(folder, 'Write the first: any name, with MIGRATE UP and MIGRATE DOWN lines.')
  return files.map(
    ({ name, path, text }) =>
      new PlainScript({
        revision: name,
        title: '',
        kind: 'sql',
        file: path,
        text,
        cut: () => readMarkerSections(text, path, path, { sql: false }),
      }),
  )
}

import { MigrationError } from '../../errors'
import { readFolder, type FolderOptions } from '../folder/read-folder'
import { byRevision } from '../revision'
import type { Script } from '../script'
import type { Settings } from '../../settings/value/setting-types'
import { findFolders, isGlob } from './find-folders'
import { scriptOfObject } from './script-object'

/** What settings say about where scripts are, and what is none. */
export type ScriptPlaces = Pick<Settings, 'directory' | 'sources' | 'ignore' | 'schema'>

/**
 * Every script that settings name, in the order of revisions: those of the folder, or of `sources`.
 * @throws {MigrationError} FOLDER_NOT_FOUND, FOLDER_EMPTY, REVISION_TAKEN, whatever a folder or a script
 *   that is a value refuses
 */
export async function readScripts(
  { directory, sources, ignore, schema }: ScriptPlaces,
  { others = [], ...options }: Omit<FolderOptions, 'ignore'> = {},
): Promise<readonly Script[]> {
  const known = schema === undefined ? others : [schema, ...others]
  const given = { ...options, ignore, others: known }
  if (!sources) return readFolder(directory, given)
  const lists = await Promise.all(sources.map((source) => readSource(source, given)))
  const scripts = lists.flat()
  if (scripts.length === 0 && !options.allowEmpty) throw nothingIn(sources)
  return inOrder(scripts)
}

type Given = FolderOptions & { others: readonly string[] }

async function readSource(source: string | object, options: Given): Promise<readonly Script[]> {
  if (typeof source !== 'string') return [scriptOfObject(source)]
  // one empty folder among others is a module that has no script yet
  const given = { ...options, allowEmpty: true }
  if (!isGlob(source)) return readFolder(source, given)
  const folders = await findFolders(source)
  if (folders.length === 0 && !options.allowEmpty) throw nothingIn([source])
  const lists = folders.map(({ path, others = [] }) =>
    readFolder(path, { ...given, others: [...given.others, ...others] }),
  )
  return (await Promise.all(lists)).flat()
}

function inOrder(scripts: readonly Script[]): readonly Script[] {
  const sorted = scripts.toSorted(byRevision)
  for (const [index, { revision, file }] of sorted.entries()) {
    const before = sorted[index - 1]
    if (before?.revision !== revision) continue
    throw new MigrationError('REVISION_TAKEN', `two scripts have the revision ${revision}`, {
      detail: `${before.file}\n${file}`,
      hint: 'Give one of them a number of its own: the folders share one history.',
      file,
    })
  }
  return sorted
}

function nothingIn(sources: readonly (string | object)[]): MigrationError {
  const shown = sources.filter((source) => typeof source === 'string').join(', ')
  return new MigrationError('FOLDER_EMPTY', `no scripts in ${shown || 'the list given'}`, {
    hint: 'Name scripts <digits>_<title>.sql or .ts, and look at the paths: a glob names files or folders.',
  })
}

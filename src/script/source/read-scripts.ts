import { MigrationError } from '../../errors'
import { readFolder, type FolderOptions } from '../folder/read-folder'
import { layoutNamed } from '../other-layouts/layouts'
import { byRevision } from '../revision'
import type { Script } from '../script'
import type { Settings } from '../../settings/value/setting-types'
import { classScripts } from '../sources/class-scripts'
import { findFolders, isGlob } from './find-folders'
import { scriptOfObject } from './script-object'

/** What settings say about where scripts are, and what is none. */
export type ScriptPlaces = Pick<
  Settings,
  'directory' | 'sources' | 'packages' | 'classes' | 'ignore' | 'schema'
> &
  Partial<Pick<Settings, 'layout' | 'duplicateRevisions'>>

/**
 * Every script that settings name, in the order of revisions: those of the folder, of several folders and
 * globs (`packages`), of a DataSource's classes, or of `sources`.
 * @throws {MigrationError} SETTINGS_INVALID for a graph of revisions, FOLDER_NOT_FOUND, FOLDER_EMPTY, REVISION_TAKEN, whatever a folder or a script
 *   that is a value refuses
 */
export async function readScripts(
  places: ScriptPlaces,
  { others = [], ...options }: Omit<FolderOptions, 'ignore' | 'packages' | 'byName'> = {},
): Promise<readonly Script[]> {
  const { directory, sources, ignore, schema, packages, classes } = places
  const known = schema === undefined ? others : [schema, ...others]
  // steps of a graph are never read as scripts with numbers, whatever layout a caller has at hand
  const given = places.layout === 'graph' ? undefined : options.layout
  const layout = given ?? layoutNamed(places.layout ?? 'typetrek')
  const byName = places.duplicateRevisions === 'by_name'
  const reading = { ...options, layout, byName, ignore, others: known }
  if (!sources && !classes) return readFolder(directory, { ...reading, packages })
  if (!sources) return readClasses(places, reading)
  const lists = await Promise.all(sources.map((source) => readSource(source, reading)))
  const scripts = [...lists.flat(), ...listedIn(places)]
  if (scripts.length === 0 && !options.allowEmpty) throw nothingIn(sources)
  return inOrder(scripts)
}

/** Classes in memory, and beside them what globs name. */
async function readClasses(places: ScriptPlaces, options: Given): Promise<readonly Script[]> {
  const { directory, packages } = places
  const listed = listedIn(places)
  if (packages?.length === 0) return inOrder(listed)
  const more = await readFolder(directory, { ...options, packages, allowEmpty: true })
  return inOrder([...listed, ...more])
}

function listedIn({ classes }: Pick<ScriptPlaces, 'classes'>): Script[] {
  return classes ? classScripts(classes.constructors, classes.file) : []
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

import { MigrationError } from '../../errors'
import { readFolder, type FolderOptions } from '../folder/read-folder'
import { layoutNamed } from '../other-layouts/layouts'
import { byRevision } from '../revision'
import type { Script } from '../script'
import type { Settings } from '../../settings/value/setting-types'
import { classScripts } from './class-scripts'
import { scriptOfObject } from './script-object'

/** What settings say about where scripts are, and what is none. */
export type ScriptPlaces = Pick<
  Settings,
  'directory' | 'sources' | 'packages' | 'classes' | 'ignore' | 'schema'
> &
  Partial<Pick<Settings, 'layout' | 'duplicateRevisions'>>

/**
 * Every script that settings name, in the order of revisions: those of the folder or of several folders and
 * globs (`packages`), those that are values (`sources`), and a DataSource's classes.
 * @throws {MigrationError} SETTINGS_INVALID for a graph of revisions, FOLDER_NOT_FOUND, FOLDER_EMPTY, REVISION_TAKEN, whatever a folder or a script
 *   that is a value refuses
 */
export async function readScripts(
  places: ScriptPlaces,
  { others = [], ...options }: Omit<FolderOptions, 'ignore' | 'packages' | 'byName'> = {},
): Promise<readonly Script[]> {
  const { directory, ignore, schema, packages, sources, classes } = places
  const known = schema === undefined ? others : [schema, ...others]
  // steps of a graph are never read as scripts with numbers, whatever layout a caller has at hand
  const given = places.layout === 'graph' ? undefined : options.layout
  const layout = given ?? layoutNamed(places.layout ?? 'typetrek')
  const byName = places.duplicateRevisions === 'by_name'
  const reading = { ...options, layout, byName, ignore, others: known, packages }
  if (!sources && !classes) return readFolder(directory, reading)
  const listed = classes ? classScripts(classes.constructors, classes.file) : []
  const values = [...(sources ?? []).map(scriptOfObject), ...listed]
  if (packages ? packages.length === 0 : sources !== undefined) return inOrder(values)
  const inFiles = await readFolder(directory, { ...reading, allowEmpty: true })
  return inOrder([...values, ...inFiles])
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

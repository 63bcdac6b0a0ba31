import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { usualLayout, type ScriptLayout } from '../layout/layout'
import type { NamedFile } from '../layout/script-name'
import { byRevision } from '../revision'
import type { Script } from '../script'
import { checkManifest, manifestName } from '../places/manifest'
import { sourceFolders } from '../places/source-folders'
import { buildScript } from './build-script'
import { emptyFolder, readNames, turn, type FolderNames } from './folder-names'
import { together } from './folder-problems'
import { groupByRevision, nameKey, numberByName, settleZero } from './group'
import { readIgnore } from './ignore'

export interface FolderOptions {
  /** The folder as the user named it, for errors; default: the path itself. */
  shown?: string
  /** True: a folder without scripts is an empty list instead of an error. */
  allowEmpty?: boolean
  /** Patterns of what is no script, as the setting `ignore` has them. */
  ignore?: readonly string[]
  /** Absolute paths of files that are known to be no scripts, such as the canonical schema. */
  others?: readonly string[]
  /** How files are named and cut; today's by default. */
  layout?: ScriptLayout | undefined
  /** Folders and globs to read instead, as absolute paths. */
  packages?: readonly string[] | undefined
  /** True: scripts may share a number, and are told apart by their names. */
  byName?: boolean
  /** False: the folder's list is being written, so that the one that is there does not count. */
  listed?: boolean
}

const scriptsAtOnce = 25

type Readings = Map<string, Promise<readonly Script[]>>

/** Reads that are about to begin, by layout. */
const beginning = new WeakMap<ScriptLayout, Readings>()

function beginningIn(layout: ScriptLayout): Readings {
  const known: Readings = beginning.get(layout) ?? new Map()
  beginning.set(layout, known)
  return known
}

/**
 * Reads every script of a folder, in the order of revisions. Reads texts only: no module is imported,
 * nothing is written, and no SQL is parsed. Whatever looks like a script and is none is an error, unless
 * `ignore` names it: SQL and migrations without a number, scripts in subfolders. Other files (README.md,
 * editors' copies) are left alone.
 * Who asks for the same folder before the reading begins, as when many databases are brought up to date
 * at once, shares it.
 *
 * @throws {MigrationError} FOLDER_NOT_FOUND, FOLDER_EMPTY; SCRIPT_NAME_INVALID, REVISION_TAKEN and
 * SCRIPT_INVALID (no UTF-8, not readable) with the file and the place. Several problems come as one
 * error: the first one's code and hint, all of them in `detail`.
 */
export function readFolder(
  directory: string,
  {
    shown = directory,
    allowEmpty = false,
    ignore = [],
    others = [],
    layout = usualLayout,
    packages,
    byName = false,
    listed = true,
  }: FolderOptions = {},
): Promise<readonly Script[]> {
  const options = { shown, allowEmpty, ignore, others, packages, byName, listed }
  const key = JSON.stringify([resolve(directory), options])
  const started = beginningIn(layout)
  const shared = started.get(key)
  if (shared) return shared
  const reading = turn().then(() => {
    started.delete(key)
    return read(directory, { ...options, layout })
  })
  started.set(key, reading)
  return reading
}

type Reading = Required<Omit<FolderOptions, 'layout' | 'packages'>> & {
  layout: ScriptLayout
  packages: readonly string[] | undefined
}

async function read(
  directory: string,
  { shown, allowEmpty, ignore, others, layout: general, packages, byName, listed }: Reading,
): Promise<Script[]> {
  const folder = resolve(directory)
  const layout = general.within?.(folder) ?? general
  const sources = packages ? await sourceFolders(packages) : [{ path: folder }]
  const names: FolderNames = { files: [], problems: [], entries: [], below: [] }
  for (const source of sources) {
    const named = packages ? source.path : shown
    const place = { path: source.path, shown: named, ignores: readIgnore(ignore), layout }
    await readNames(names, { ...place, ...source, others: new Set(others) })
  }
  const { files, problems, below } = names
  const isEmpty = files.length === 0 && problems.length === below.length
  // a folder with such a file is meant to be empty
  const meant = below.length === 0 && names.entries.some(({ name }) => name === '.no-scripts-yet')
  if (isEmpty && !allowEmpty && !meant)
    throw emptyFolder(packages ? packages.join(', ') : shown, names)
  const scripts = await scriptsOf(
    settleZero(files, layout, byName, problems),
    names,
    byName,
    layout,
  )
  if (problems.length > 0) throw together(problems, shown)
  if (listed && names.entries.some(({ name }) => name === manifestName))
    for (const { path } of sources)
      if (existsSync(join(path, manifestName))) checkManifest(path, scripts)
  return inOrder(scripts)
}

async function scriptsOf(
  files: readonly NamedFile[],
  { problems }: FolderNames,
  byName: boolean,
  layout: ScriptLayout,
): Promise<Script[]> {
  const groups = byName
    ? numberByName(groupByRevision(files, problems, nameKey))
    : groupByRevision(files, problems)
  const scripts: Script[] = []
  for (const [index, group] of groups.entries()) {
    if (index % scriptsAtOnce === 0) await turn()
    const script = buildScript(group, layout, problems)
    if (script) scripts.push(script)
  }
  return scripts
}

/** Names of one width have sorted them already. */
function inOrder(scripts: Script[]): Script[] {
  const sorted = scripts.every((script, at) => at === 0 || byRevision(scripts[at - 1]!, script) < 0)
  return sorted ? scripts : scripts.toSorted(byRevision)
}

import { systemFact } from '../../system-error'
import { readdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Dirent } from 'node:fs'
import { MigrationError } from '../../errors'
import { groupByRevision } from './group'
import type { NamedFile } from '../layout/script-name'
import { usualLayout, type ScriptLayout } from '../layout/layout'
import type { NameReading } from '../layout/script-name'
import { buildScript } from './build-script'
import { readIgnore } from './ignore'
import { together } from './folder-problems'
import { byRevision } from '../revision'
import type { Script } from '../script'
import { type FolderPlace, strayProblems } from './strays'

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
}

// Other work of the process gets its turn between so many: a connection that is being made, above all.
const namesAtOnce = 250
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
  }: FolderOptions = {},
): Promise<readonly Script[]> {
  const key = JSON.stringify([resolve(directory), shown, allowEmpty, ignore, others])
  const started = beginningIn(layout)
  const shared = started.get(key)
  if (shared) return shared
  const reading = turn().then(() => {
    started.delete(key)
    return read(directory, { shown, allowEmpty, ignore, others, layout })
  })
  started.set(key, reading)
  return reading
}

async function read(
  directory: string,
  { shown, allowEmpty, ignore, others, layout }: Required<FolderOptions> & { layout: ScriptLayout },
): Promise<Script[]> {
  const folder = resolve(directory)
  const entries = await entriesOf(folder, shown)
  const place = { path: folder, shown, ignores: readIgnore(ignore), layout }
  const { files, strays, problems } = await readNames(entries, place, new Set(others))
  const found = await strayProblems(strays, place)
  problems.push(...found.map(({ error }) => error))
  const groups = groupByRevision(files, problems)
  const scripts: Script[] = []
  for (const [index, group] of groups.entries()) {
    if (index % scriptsAtOnce === 0) await turn()
    const script = buildScript(group, layout, problems)
    if (script) scripts.push(script)
  }
  const below = found.flatMap(({ subfolder }) => subfolder ?? [])
  const onlyBelow = problems.length === below.length
  if (files.length === 0 && !allowEmpty && onlyBelow) throw empty(shown, entries, below)
  if (problems.length > 0) throw together(problems, shown)
  return inOrder(scripts)
}

interface Names {
  files: NamedFile[]
  /** Of which the name is none of a script. */
  strays: Dirent[]
  problems: MigrationError[]
}

async function readNames(
  entries: readonly Dirent[],
  { path: folder, shown, ignores, layout }: FolderPlace,
  others: ReadonlySet<string>,
): Promise<Names> {
  const names: Names = { files: [], strays: [], problems: [] }
  const before = { path: join(folder, 'x').slice(0, -1), shown: join(shown, 'x').slice(0, -1) }
  for (const [index, entry] of entries.entries()) {
    if (index % namesAtOnce === 0) await turn()
    const { name } = entry
    const paths = { path: before.path + name, shown: before.shown + name }
    if (ignores(name) || others.has(paths.path)) continue
    const reading = layout.readName(name)
    const problem =
      reading.is === 'ignored' || entry.isFile() ? undefined : await notAFile(entry, paths)
    if (problem) names.problems.push(problem)
    else if (reading.is === 'ignored') names.strays.push(entry)
    else if (reading.is === 'invalid') names.problems.push(badName(reading, paths))
    else {
      const { revision, title, extension, role } = reading
      names.files.push({ revision, title, extension, role, ...paths })
    }
  }
  return names
}

/** Names of one width have sorted them already. */
function inOrder(scripts: Script[]): Script[] {
  const sorted = scripts.every((script, at) => at === 0 || byRevision(scripts[at - 1]!, script) < 0)
  return sorted ? scripts : scripts.toSorted(byRevision)
}

function turn(): Promise<void> {
  return new Promise((settle) => setImmediate(settle))
}

async function entriesOf(folder: string, shown: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    const byName = new Map(entries.map((entry) => [entry.name, entry]))
    // without a comparison function, sorting takes a tenth of the time
    return [...byName.keys()].toSorted().map((name) => byName.get(name)!)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') {
      const hint = `The nearest folder that exists is ${await nearestParent(folder)}.`
      throw new MigrationError('FOLDER_NOT_FOUND', `no scripts' folder ${shown}`, { hint, cause })
    }
    if (code === 'ENOTDIR') {
      const hint = 'Name the folder that holds the scripts, not a file.'
      throw new MigrationError('FOLDER_NOT_FOUND', `${shown} is not a folder`, { hint, cause })
    }
    const known = systemFact(cause)
    const message = `cannot read the scripts' folder ${shown}: ${known?.fact ?? code}`
    throw new MigrationError('FOLDER_NOT_FOUND', message, { hint: known?.hint, cause })
  }
}

async function nearestParent(folder: string): Promise<string> {
  const parent = dirname(folder)
  if (parent === folder) return folder
  const found = await stat(parent).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
  return found ? parent : nearestParent(parent)
}

type Invalid = Extract<NameReading, { is: 'invalid' }>

interface Paths {
  path: string
  shown: string
}

function badName({ problem: message, hint }: Invalid, { shown }: Paths): MigrationError {
  return new MigrationError('SCRIPT_NAME_INVALID', message, { hint, file: shown })
}

async function notAFile(
  entry: Dirent,
  { path, shown }: Paths,
): Promise<MigrationError | undefined> {
  const message = await whyNoFile(entry, path)
  if (message === undefined) return undefined
  const hint = 'Rename it or move it out of the folder: a script is a file.'
  return new MigrationError('SCRIPT_INVALID', message, { hint, file: shown })
}

async function whyNoFile(entry: Dirent, path: string): Promise<string | undefined> {
  if (entry.isDirectory()) return 'a folder has the name of a script'
  if (!entry.isSymbolicLink()) return 'this has the name of a script but is not a regular file'
  const target = await stat(path).catch((error: NodeJS.ErrnoException) => error)
  if (target instanceof Error)
    return `a symbolic link that leads nowhere: ${systemFact(target)?.fact ?? target.code}`
  return target.isFile() ? undefined : 'a symbolic link that leads to no regular file'
}

function empty(
  shown: string,
  entries: readonly Dirent[],
  [subfolder]: readonly string[],
): MigrationError {
  const names = entries.map(({ name }) => name)
  const some = names.slice(0, 5).join(', ')
  return new MigrationError('FOLDER_EMPTY', `no scripts in ${shown}`, {
    ...(names.length > 0 && { detail: `It holds only ${some}${names.length > 5 ? ', …' : ''}.` }),
    hint:
      subfolder === undefined
        ? 'Name scripts <digits>_<title>.sql or .ts, such as 20260101120000_first.sql.'
        : `There are scripts in ${join(shown, subfolder)}: name that folder with package, or move them here.`,
  })
}

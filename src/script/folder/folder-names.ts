import { readdirSync, type Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { MigrationError } from '../../errors'
import { systemFact } from '../../system-error'
import {
  repeatableRevision,
  type Extension,
  type NamedFile,
  type NameReading,
} from '../layout/script-name'
import { migrationClasses, titleOf } from '../module-text/migration-classes'
import { squashedRevisions } from '../module-text/squashed-revisions'
import { readTouchedName } from '../layout/touched-name'
import type { SourceFolder } from '../places/source-folders'
import { isModuleName } from './stray'
import { type FolderPlace, strayProblems } from './strays'
import { readText } from './texts'

/** What the names of folders, and the classes in their modules, say. */
export interface FolderNames {
  files: NamedFile[]
  problems: MigrationError[]
  entries: Dirent[]
  /** Subfolders that hold scripts. */
  below: string[]
}

/** A folder to read, and what is no script in it. */
export type NamesPlace = FolderPlace & SourceFolder & { others: ReadonlySet<string> }

// Other work of the process gets its turn between so many: a connection that is being made, above all.
const namesAtOnce = 250

/** Lets other work of the process have its turn. */
export function turn(): Promise<void> {
  return new Promise((settle) => setImmediate(settle))
}

/**
 * Reads the names of one folder, and adds what they say to `names`. Where the name of a module has no
 * number, or another than the migration class in it, the class counts, as it does for TypeORM.
 */
export async function readNames(names: FolderNames, place: NamesPlace): Promise<void> {
  const { layout, only } = place
  const entries = await entriesOf(place.path, place.shown)
  names.entries.push(...entries)
  const listed = layout.nested ? await nestedEntries(entries, place) : entries
  const before = { path: prefixOf(place.path), shown: prefixOf(place.shown) }
  const strays: Dirent[] = []
  for (const [index, entry] of listed.entries()) {
    if (index % namesAtOnce === 0) await turn()
    const { name } = entry
    const paths = { path: before.path + name, shown: before.shown + name }
    if (place.ignores(name) || place.others.has(paths.path)) continue
    if (only && !entry.isDirectory() && !only(paths.path)) continue
    if (readTouchedName(name)) names.problems.push(halfTouched(paths))
    const reading = layout.readName(name)
    const problem =
      reading.is === 'ignored' || entry.isFile() ? undefined : await notAFile(entry, paths)
    if (problem) names.problems.push(problem)
    else if (reading.is === 'invalid') names.problems.push(badName(reading, paths))
    else {
      const found = filesOf(reading, name, paths)
      names.files.push(...found)
      // of a glob that means some files of a folder, the others are somebody else's
      if (found.length === 0 && (!only || isModuleName(name))) strays.push(entry)
    }
  }
  const found = await strayProblems(strays, place)
  names.problems.push(...found.map(({ error }) => error))
  names.below.push(...found.flatMap(({ subfolder }) => subfolder ?? []))
}

function prefixOf(folder: string): string {
  return join(folder, 'x').slice(0, -1)
}

/** Of folders the files, each by its path in the folder of all. */
async function nestedEntries(
  entries: readonly Dirent[],
  { path, ignores, layout }: NamesPlace,
): Promise<Dirent[]> {
  const lists = await Promise.all(
    entries.map(async (entry) => {
      if (!entry.isDirectory() || ignores(entry.name)) return [entry]
      const inner = await readdir(join(path, entry.name), { withFileTypes: true })
      const named = inner.map((one) => Object.assign(one, { name: `${entry.name}/${one.name}` }))
      const scripts = named.filter(({ name }) => layout.readName(name).is !== 'ignored')
      return scripts.length > 0 ? scripts : [entry]
    }),
  )
  return lists.flat()
}

type Readable = Exclude<NameReading, { is: 'invalid' }>

/** The scripts, or parts of scripts, that one file is. */
function filesOf(reading: Readable, name: string, paths: Paths): NamedFile[] {
  if (reading.is === 'repeatable') {
    const { title } = reading
    const revision = repeatableRevision(title)
    return [{ revision, title, extension: 'sql', role: 'script', repeatable: true, ...paths }]
  }
  const classes = isModuleName(name) ? classesOf(paths) : []
  if (reading.is === 'ignored') return classes.map((one) => byClass(one, name, paths))
  const { revision, title, extension, role } = reading
  const file = { revision, title, extension, role, ...paths }
  if (classes.length === 0) return [file]
  const [first] = classes
  // such a number is no timestamp of TypeORM's: somebody has renamed the file
  if (classes.length === 1 && revision.length === ownDigits)
    return [{ ...file, migration: first!.name }]
  return classes.map((one) =>
    one.stamp === revision ? { ...file, migration: one.name } : byClass(one, name, paths),
  )
}

/** The digits of YYYYMMDDHHMMSS. */
const ownDigits = 14

function byClass(
  { name: migration, stamp }: { name: string; stamp: string },
  name: string,
  paths: Paths,
): NamedFile {
  const extension = name.slice(name.lastIndexOf('.') + 1) as Extension
  const title = titleOf(migration)
  return {
    revision: stamp,
    title,
    extension,
    role: 'script',
    migration,
    byClass: true,
    ...paths,
  }
}

/** What cannot be read is reported where its script is made. */
function classesOf(paths: Paths) {
  try {
    const text = readText(paths)
    return squashedRevisions(text).length > 0 ? [] : migrationClasses(text)
  } catch {
    return []
  }
}

async function entriesOf(folder: string, shown: string): Promise<Dirent[]> {
  try {
    const entries = readdirSync(folder, { withFileTypes: true }) // by promises it takes four times as long
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))
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

function halfTouched({ shown: file }: Paths): MigrationError {
  return new MigrationError(
    'SCRIPT_NAME_INVALID',
    'touch was interrupted while it renamed this file',
    {
      hint: 'Run repair, which gives the file the number that the journal has for it; where touch runs at this moment, wait for it.',
      file,
    },
  )
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

export function emptyFolder(
  shown: string,
  { entries, below: [subfolder] }: Pick<FolderNames, 'entries' | 'below'>,
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

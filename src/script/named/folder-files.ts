import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MigrationError } from '../../errors'
import { systemFact } from '../../system-error'
import { readIgnore } from '../folder/ignore'
import { readText } from '../folder/texts'

/** A regular file of a folder, with its text. */
export interface FoundFile {
  name: string
  /** Absolute path. */
  path: string
  text: string
}

/** The folder, as settings say. */
export interface NamedFolder {
  directory: string
  ignore: readonly string[]
  /** Several folders or globs in its place: refused. */
  packages?: readonly string[] | undefined
}

/**
 * The regular files of a folder that `ignore` does not name, in the order of their names; not those of its
 * subfolders. A README is no script.
 *
 * @param isScript says of a name whether its text is read; the others are left out
 * @throws {MigrationError} SETTINGS_INVALID for several folders; FOLDER_NOT_FOUND, SCRIPT_INVALID where a file
 *   cannot be read or is no UTF-8
 */
export async function readFiles(
  { directory, ignore, packages }: NamedFolder,
  isScript: (name: string) => boolean,
): Promise<FoundFile[]> {
  if (packages) throw severalFolders(packages)
  const ignores = readIgnore(ignore)
  const entries = (await entriesOf(directory)).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const files: FoundFile[] = []
  for (const entry of entries) {
    const { name } = entry
    const path = join(directory, name)
    if (ignores(name) || /^README(?:\.\w+)?$/i.test(name) || !isScript(name)) continue
    if (await isFile(entry, path)) files.push({ name, path, text: readText({ path, shown: path }) })
  }
  return files
}

function severalFolders(packages: readonly string[]): MigrationError {
  const message = 'scripts that have no numbers are read from one folder'
  const detail = `package names ${packages.join(', ')}`
  return new MigrationError('SETTINGS_INVALID', message, { detail, hint: 'Name one folder.' })
}

async function entriesOf(directory: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true })
  } catch (cause) {
    const fact = systemFact(cause)?.fact ?? (cause as NodeJS.ErrnoException).code
    throw new MigrationError('FOLDER_NOT_FOUND', `no scripts' folder ${directory}: ${fact}`, {
      hint: 'Name it with package, or with --directory.',
      cause,
    })
  }
}

async function isFile(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isFile()
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}

/** @throws {MigrationError} FOLDER_EMPTY */
export function noScripts({ directory }: NamedFolder, hint: string): MigrationError {
  return new MigrationError('FOLDER_EMPTY', `no scripts in ${directory}`, { hint })
}

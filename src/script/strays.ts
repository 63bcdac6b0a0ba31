import { type Dirent, readFileSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MigrationError } from '../errors'
import type { Ignores } from './ignore'
import {
  type Stray,
  isModuleName,
  isStrayBelow,
  strayByName,
  strayByText,
  strayFolder,
} from './stray'

/** The scripts' folder, as it is and as the user named it. */
export interface Place {
  path: string
  shown: string
  ignores: Ignores
}

// Deeper than anybody sorts scripts, and soon at an end where somebody keeps other things.
const deepest = 3

/**
 * Names everything in a folder that looks like a script and is none, so that nothing is left out without
 * a word. `entries` are those whose names are none of a script.
 */
export async function strayProblems(
  entries: readonly Dirent[],
  place: Place,
): Promise<MigrationError[]> {
  const problems: MigrationError[] = []
  for (const entry of entries) {
    const found = await strayOf(entry, place)
    if (!found) continue
    const { stray, detail } = found
    const { problem, hint } = stray
    const file = join(place.shown, entry.name)
    problems.push(new MigrationError('SCRIPT_NAME_INVALID', problem, { hint, file, detail }))
  }
  return problems
}

interface Found {
  stray: Stray
  detail?: string
}

async function strayOf(entry: Dirent, place: Place): Promise<Found | undefined> {
  const { name } = entry
  const path = join(place.path, name)
  if (await isFolder(entry, path)) return folderStray(name, place)
  const stray = strayByName(name) ?? (isModuleName(name) ? strayModule(name, path) : undefined)
  return stray && { stray }
}

async function isFolder(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory()
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false, // it leads nowhere, so no script is there
  )
}

function strayModule(name: string, path: string): Stray | undefined {
  try {
    return strayByText(name, readFileSync(path, 'utf8'))
  } catch {
    return undefined // nobody can say, and nobody could load it
  }
}

async function folderStray(name: string, place: Place): Promise<Found | undefined> {
  const path = await firstBelow(name, place, 1)
  if (path === undefined) return undefined
  const stray = strayFolder(name, path.slice(path.lastIndexOf('/') + 1), place.shown)
  return { stray, detail: join(place.shown, path) }
}

/** The first path below a subfolder that is a script's. */
async function firstBelow(
  folder: string,
  place: Place,
  depth: number,
): Promise<string | undefined> {
  const entries = await readdir(join(place.path, folder), { withFileTypes: true }).catch(() => [])
  const folders: string[] = []
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`
    if (place.ignores(path)) continue
    if (entry.isDirectory()) folders.push(path)
    else if (isStrayBelow(path)) return path
  }
  if (depth === deepest) return undefined
  for (const path of folders) {
    const found = await firstBelow(path, place, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}

import { type Dirent, readFileSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MigrationError } from '../../errors'
import type { ScriptLayout } from '../layout/layout'
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
export interface FolderPlace {
  path: string
  shown: string
  ignores: Ignores
  layout: ScriptLayout
}

/** What is wrong with one entry. */
export interface StrayProblem {
  error: MigrationError
  /** Where it is a subfolder: its name. */
  subfolder?: string
}

// Deeper than anybody sorts scripts, and soon at an end where the folder is another than was meant.
const deepest = 3
const mostFolders = 500

/**
 * Names everything in a folder that looks like a script and is none, so that nothing is left out without
 * a word. `entries` are those whose names are none of a script.
 */
export async function strayProblems(
  entries: readonly Dirent[],
  place: FolderPlace,
): Promise<StrayProblem[]> {
  const problems: StrayProblem[] = []
  const budget = { folders: mostFolders }
  for (const entry of entries) {
    const found = await strayOf(entry, place, budget)
    if (!found) continue
    const { stray, below } = found
    const { problem, hint } = stray
    const file = join(place.shown, entry.name)
    const error = new MigrationError('SCRIPT_NAME_INVALID', problem, { hint, file, detail: below })
    problems.push({ error, ...(below !== undefined && { subfolder: entry.name }) })
  }
  return problems
}

interface Found {
  stray: Stray
  /** The first script in a subfolder. */
  below?: string
}

interface Budget {
  /** How many may still be listed. */
  folders: number
}

async function strayOf(
  entry: Dirent,
  place: FolderPlace,
  budget: Budget,
): Promise<Found | undefined> {
  const { name } = entry
  const path = join(place.path, name)
  if (await isFolder(entry, path)) return folderStray(name, place, budget)
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

async function folderStray(
  name: string,
  place: FolderPlace,
  budget: Budget,
): Promise<Found | undefined> {
  const path = await firstBelow(name, place, budget)
  if (path === undefined) return undefined
  const stray = strayFolder(name, path.slice(path.lastIndexOf('/') + 1), place.shown)
  return { stray, below: join(place.shown, path) }
}

/** The first path below a subfolder that is a script's. */
async function firstBelow(
  folder: string,
  place: FolderPlace,
  budget: Budget,
  depth = 1,
): Promise<string | undefined> {
  if (--budget.folders < 0) return undefined
  const entries = await readdir(join(place.path, folder), { withFileTypes: true }).catch(() => [])
  const folders: string[] = []
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`
    if (place.ignores(path)) continue
    if (entry.isDirectory()) folders.push(path)
    else if (isStrayBelow(path, place.layout)) return path
  }
  if (depth === deepest) return undefined
  for (const path of folders) {
    const found = await firstBelow(path, place, budget, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}

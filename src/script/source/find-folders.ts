import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { unlessAbsent } from '../../absence'

/** A folder of scripts that a glob has found. */
export interface FoundFolder {
  path: string
  /** Absolute paths of what is in the folder and was not named; absent where the folder itself was. */
  others?: readonly string[]
}

/** True for a path with a glob's characters in it. Pure. */
export function isGlob(path: string): boolean {
  return /[*?{[]|[!@+]\(/.test(path)
}

/**
 * The folders that a glob finds: those that it names itself, and those of files that it names. Reads names
 * only; looks into no `node_modules` and no hidden folder.
 * @param glob absolute
 */
export async function findFolders(glob: string): Promise<FoundFolder[]> {
  const picomatch = require('picomatch') as typeof import('picomatch')
  const { base } = picomatch.scan(posix(glob))
  const matches = picomatch(posix(glob))
  const found = new Map<string, FoundFolder>()
  for await (const { folder, entries } of walk(base)) {
    if (matches(posix(folder))) {
      found.set(folder, { path: folder })
      continue
    }
    const isNamed = (entry: Dirent) =>
      !entry.isDirectory() && matches(posix(join(folder, entry.name)))
    if (!entries.some(isNamed)) continue
    const others = entries.filter((entry) => !isNamed(entry)).map(({ name }) => join(folder, name))
    found.set(folder, { path: folder, others })
  }
  // what is below a folder that was named is that folder's
  return [...found.values()].filter(({ path }) => {
    return ![...found.values()].some((other) => !other.others && isBelow(path, other.path))
  })
}

interface Visited {
  folder: string
  entries: readonly Dirent[]
}

async function* walk(folder: string): AsyncGenerator<Visited> {
  const entries = await unlessAbsent<Dirent[], Dirent[]>(
    readdir(folder, { withFileTypes: true }),
    [],
  )
  yield { folder, entries }
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory() || entry.name === 'node_modules' || entry.name.startsWith('.'))
      continue
    yield* walk(join(folder, entry.name))
  }
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way !== '' && !way.startsWith('..')
}

function posix(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/')
}

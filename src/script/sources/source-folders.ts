import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { unlessAbsent } from '../../absence'

/** A folder of scripts, and which of its files count. */
export interface SourceFolder {
  path: string
  /** Says of an absolute path whether a pattern means it; absent: every file of the folder counts. */
  only?: (path: string) => boolean
}

/** A file name that any module has: a glob that ends so means a whole folder. */
const anyModule =
  /^\*(?:\.\*|\.[cm]?[jt]s|\.?\{[^{}]*\}|\.\([^()]*\)|\.\[[^\]]*\]s|\.\?\(\w\)\w+)?$/

/**
 * The folders that absolute paths and globs name, in their order. A path is a folder or one file; a glob
 * whose last part is any module (`migrations/*.ts`, `migrations/*{.ts,.js}`) is its folder with all that is
 * in it, so that `.sql` files beside the modules count too; of any other glob the folders in which it finds
 * something count, with the modules that it finds and the SQL beside them. Reads names only.
 */
export async function sourceFolders(patterns: readonly string[]): Promise<SourceFolder[]> {
  const trimmed = patterns.map((pattern) => pattern.replace(/\/$/, ''))
  const found = new Map<string, SourceFolder>()
  const globs: string[] = []
  for (const pattern of trimmed) {
    const folder = await wholeFolder(pattern)
    if (folder !== undefined) found.set(folder, { path: folder })
    else globs.push(pattern)
  }
  const matches = globs.length > 0 ? matcherOf(globs) : undefined
  for (const path of matches ? await foldersWith(globs, matches) : []) {
    if (!found.has(path)) found.set(path, { path, only: (file) => matches!(file) })
  }
  return [...found.values()]
}

async function wholeFolder(pattern: string): Promise<string | undefined> {
  const found = await unlessAbsent(stat(pattern), undefined)
  if (found?.isDirectory()) return pattern
  const { base, glob, isGlob } = scan(pattern)
  // a folder that is not there is an error where it is read
  if (!isGlob) return found || /\.(?:[cm]?[jt]s|sql)$/.test(pattern) ? undefined : pattern
  return anyModule.test(glob) ? base : undefined
}

interface Scanned {
  base: string
  glob: string
  isGlob: boolean
}

function scan(pattern: string): Scanned {
  const { scan: scanned } = require('picomatch') as typeof import('picomatch')
  const { base, glob, isGlob } = scanned(pattern) as Scanned
  return { base: base === '' ? '/' : base, glob, isGlob }
}

function matcherOf(globs: readonly string[]): (path: string) => boolean {
  const picomatch = require('picomatch') as typeof import('picomatch')
  const matches = picomatch([...globs])
  const sqlToo = globs.some((glob) => /sql/i.test(glob.slice(glob.lastIndexOf('/') + 1)))
  return (path) => (path.endsWith('.sql') && !sqlToo ? true : matches(path))
}

const isScript = /(?<!\.d)\.[cm]?[jt]s$|\.sql$/

async function foldersWith(
  globs: readonly string[],
  matches: (path: string) => boolean,
): Promise<string[]> {
  const picomatch = require('picomatch') as typeof import('picomatch')
  const meant = picomatch([...globs])
  const bases = globs.map((glob) => {
    const { base, isGlob } = scan(glob)
    return isGlob ? base : dirname(glob)
  })
  const roots = bases.filter(
    (base) => !bases.some((other) => other !== base && isBelow(other, base)),
  )
  const folders = new Set<string>()
  for (const root of new Set(roots)) {
    for (const path of await filesBelow(root)) {
      if (isScript.test(path) && meant(path) && matches(path)) folders.add(dirname(path))
    }
  }
  return [...folders].toSorted()
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '' && !way.startsWith('..')
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await unlessAbsent<Dirent[], Dirent[]>(
    readdir(folder, { withFileTypes: true }),
    [],
  )
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name)
      if (!entry.isDirectory()) return [path]
      return entry.name === 'node_modules' || entry.name.startsWith('.') ? [] : filesBelow(path)
    }),
  )
  return found.flat()
}

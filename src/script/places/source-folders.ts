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
 * something count, with the modules that it finds and the SQL beside them; and those that it names itself,
 * whole. Reads names only.
 */
export async function sourceFolders(patterns: readonly string[]): Promise<SourceFolder[]> {
  const wanted = patterns.map((pattern) => pattern.replace(/\/$/, ''))
  const found = new Map<string, SourceFolder>()
  const globs: string[] = []
  for (const pattern of wanted) {
    const folder = await wholeFolder(pattern)
    if (folder !== undefined) found.set(folder, { path: folder })
    else globs.push(pattern)
  }
  if (globs.length === 0) return [...found.values()]
  const only = matcherOf(globs)
  const { whole, partly } = await foldersWith(globs, only)
  for (const path of whole) found.set(path, { path })
  for (const path of partly) if (!found.has(path)) found.set(path, { path, only })
  return [...found.values()]
}

async function wholeFolder(pattern: string): Promise<string | undefined> {
  const found = await unlessAbsent(stat(pattern), undefined)
  if (found?.isDirectory()) return pattern
  const { base, glob, isGlob } = scan(pattern)
  // a folder that is not there is an error where it is read
  if (!isGlob) return found || /\.(?:[cm]?[jt]s|sql)$/.test(pattern) ? undefined : pattern
  if (!anyModule.test(glob)) return undefined
  return glob !== '*' || (await holdsScripts(base)) ? base : undefined
}

/** Of a folder with folders alone, `*` means each of these. */
async function holdsScripts(folder: string): Promise<boolean> {
  const names = await unlessAbsent(readdir(folder), [])
  return names.length === 0 || names.some((name) => isScript.test(name))
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

/** The folders that globs name themselves, and those of files that they name. */
async function foldersWith(
  globs: readonly string[],
  matches: (path: string) => boolean,
): Promise<{ whole: string[]; partly: string[] }> {
  const picomatch = require('picomatch') as typeof import('picomatch')
  const meant = picomatch([...globs])
  const meantFolder = picomatch(globs.filter((glob) => !anything.test(glob)))
  const whole = new Set<string>()
  const partly = new Set<string>()
  for (const root of rootsOf(globs)) {
    for (const path of await pathsBelow(root)) {
      if (path.endsWith('/')) {
        if (meantFolder(path.slice(0, -1))) whole.add(path.slice(0, -1))
      } else if (isScript.test(path) && meant(path) && matches(path)) partly.add(dirname(path))
    }
  }
  const isOutside = (path: string) => ![...whole].some((one) => one !== path && isBelow(one, path))
  const outside = (folders: Set<string>) => [...folders].filter(isOutside).toSorted()
  return { whole: outside(whole), partly: outside(partly) }
}

/** The end of a glob that means files, however deep: a folder by such a name is on the way to them. */
const anything = /(?:^|\/)\*\*(?:\/\*)?$/

function rootsOf(globs: readonly string[]): Set<string> {
  const bases = globs.map((glob) => {
    const { base, isGlob } = scan(glob)
    return isGlob ? base : dirname(glob)
  })
  return new Set(
    bases.filter((base) => !bases.some((other) => other !== base && isBelow(other, base))),
  )
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '' && !way.startsWith('..')
}

/** Files, and folders with a `/` at the end. */
async function pathsBelow(folder: string): Promise<string[]> {
  const entries = await unlessAbsent<Dirent[], Dirent[]>(
    readdir(folder, { withFileTypes: true }),
    [],
  )
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name)
      if (!entry.isDirectory()) return [path]
      if (entry.name === 'node_modules' || entry.name.startsWith('.')) return []
      return [`${path}/`, ...(await pathsBelow(path))]
    }),
  )
  return found.flat()
}

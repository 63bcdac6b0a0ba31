import {
  chmod,
  constants,
  copyFile,
  link,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
} from 'node:fs/promises'
import { rename, rm, stat, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { Binaries } from './binaries'
import { hasCode } from '../../../absence'

/**
 * Makes an installed package's programs runnable where they are: adds the links that the package's
 * install script makes, which npm may not have run.
 * @returns the folder that holds `bin`, `lib` and `share`; undefined where the package's folder
 *   cannot be written and links are absent
 */
export async function runnableInPlace({ folder }: Binaries): Promise<string | undefined> {
  try {
    await addLinks(folder, folder)
    return join(folder, 'native')
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].some((code) => hasCode(error, code))) return undefined
    throw error
  }
}

/**
 * Places a package's programs in a folder of our own, as hard links where the file system and the
 * files' permissions allow it, else as copies. Complete or not there at all.
 * @param into existing folder; all of it below `postgres-<version>`, readable by everybody
 * @returns the folder that holds `bin`, `lib` and `share`
 */
export async function placeBinaries({ folder, version }: Binaries, into: string): Promise<string> {
  const place = join(into, `postgres-${version}`)
  if (await exists(place)) return join(place, 'native')
  const side = await mkdtemp(`${place}.`)
  await chmod(side, 0o755)
  await placeTree(join(folder, 'native'), join(side, 'native'))
  await addLinks(folder, side)
  await rename(side, place).catch(async (error: unknown) => {
    await rm(side, { recursive: true, force: true })
    if (!(await exists(place))) throw error
  })
  return join(place, 'native')
}

async function placeTree(from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o755 })
  await chmod(to, 0o755)
  const entries = await readdir(from, { withFileTypes: true })
  await Promise.all(
    entries.map(async (entry) => {
      const [source, target] = [join(from, entry.name), join(to, entry.name)]
      if (entry.isDirectory()) await placeTree(source, target)
      else if (entry.isFile()) await placeFile(source, target)
    }),
  )
}

/** A hard link shares its mode with the original, which typetrek must not change. */
async function placeFile(source: string, target: string): Promise<void> {
  const { mode } = await stat(source)
  const expected = mode & 0o111 ? 0o755 : 0o644
  if ((mode & 0o777) === expected) {
    const linked = await link(source, target).then(
      () => true,
      () => false,
    )
    if (linked) return
  }
  await copyFile(source, target, constants.COPYFILE_FICLONE)
  await chmod(target, expected)
}

interface Link {
  source: string
  target: string
}

/** @param listed the package's folder, which has the list  @param folder where the links go */
async function addLinks(listed: string, folder: string): Promise<void> {
  const list = join(listed, 'native', 'pg-symlinks.json')
  const text = await readFile(list, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return '[]'
    throw error
  })
  for (const { source, target } of JSON.parse(text) as Link[]) {
    const place = join(folder, target)
    if (await exists(place)) continue
    await symlink(relative(dirname(target), source), place).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error
    })
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

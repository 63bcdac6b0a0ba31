import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, copyFile, link, mkdir, readFile } from 'node:fs/promises'
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { requireRegular } from './regular-file'

/** The text of a file; undefined where there is none. */
export async function textOf(file: string): Promise<string | undefined> {
  const found = await stat(file).catch(undefinedWhenAbsent)
  if (found) requireRegular(file)
  return readFile(file, 'utf8').catch(undefinedWhenAbsent)
}

/**
 * Writes a file in one piece: whoever reads it meanwhile, and a crash, finds the old text or the new
 * one. A link stays one, and the file keeps its rights. Makes folders that are not there.
 */
export async function writeWhole(file: string, text: string): Promise<void> {
  const path = (await realpath(file).catch(undefinedWhenAbsent)) ?? file
  await writtenBeside(path, text, async (beside) => {
    const before = await stat(path).catch(undefinedWhenAbsent)
    if (before) await chmod(beside, before.mode)
    await rename(beside, path)
  })
}

/** The same for a file that must not be there yet: EEXIST where it is. */
export async function createWhole(file: string, text: string): Promise<void> {
  await writtenBeside(file, text, async (beside) => {
    // one step, and never over another file
    await link(beside, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') throw error
      return copyFile(beside, file, constants.COPYFILE_EXCL) // a file system without links
    })
    await rm(beside)
  })
}

async function writtenBeside(
  path: string,
  text: string,
  take: (beside: string) => Promise<void>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}`)
  try {
    await writeFile(beside, text, { flag: 'wx', flush: true })
    await take(beside)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

function undefinedWhenAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

import { readdir } from 'node:fs/promises'
import { usualLayout, type ScriptLayout } from './layout'
import { newestOf } from '../revision'

/**
 * The newest revision of a folder that may be empty or not there yet, by the names alone: what is wrong
 * with a script that is there already is no matter of the next one.
 */
export async function newestRevision(
  directory: string,
  layout: ScriptLayout = usualLayout,
): Promise<string | undefined> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })
  const own = layout.within?.(directory) ?? layout
  const { nested } = own
  const paths = names.flatMap((name) => (nested === undefined ? name : [name, `${name}/${nested}`]))
  const revisions = paths.flatMap((path) => {
    const reading = own.readName(path)
    return reading.is === 'script' ? [reading.revision] : []
  })
  return newestOf(revisions)
}

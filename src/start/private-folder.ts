import { lstatSync } from 'node:fs'

/**
 * True for a folder in which only this user, or root, can put a file: typetrek runs code that it has kept there,
 * and must not run what somebody else has put there. Always true on systems without user ids.
 * @throws the system's error where there is nothing
 */
export function isPrivateFolder(folder: string): boolean {
  const user = process.getuid?.()
  if (user === undefined) return true
  const stats = lstatSync(folder)
  const isOwn = stats.uid === user || stats.uid === 0
  return stats.isDirectory() && isOwn && (stats.mode & 0o022) === 0
}

import type { Stats } from 'node:fs'
import { lstat, readFile, readlink, stat } from 'node:fs/promises'
import { dirname, join, parse, resolve, sep } from 'node:path'
import { MigrationError } from '../../../errors'
import { isAbsent } from '../../../absence'

/**
 * Refuses a folder for an embedded server that another user could put something else in place of: every
 * folder on the way to it, and every symbolic link, must belong to this user, to root or to whoever owns
 * the ini, and none may be open to all, but for those with the sticky bit (`/tmp`), where only what
 * belongs to these counts. The folder itself may be absent. Members of a folder's group are trusted, since
 * its owner chose them.
 *
 * @param ini the settings file: who owns it decides already what is run.
 * @throws {MigrationError} EMBEDDED_FAILED
 */
export async function requireSafePath(path: string, ini?: string): Promise<void> {
  if (process.getuid === undefined) return
  const trusted = await trustedUsers(ini)
  const waiting = partsOf(path)
  let current = parse(path).root
  let links = 0
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    const next = join(current, part)
    const found = await lstat(next).catch(undefinedWhenAbsent)
    if (!found) return
    if (!trusted.has(found.uid)) throw unsafe(path, next, `belongs to user id ${found.uid}`)
    if (found.isSymbolicLink()) {
      if (++links > mostLinks) throw unsafe(path, next, 'leads through too many symbolic links')
      const target = resolve(dirname(next), await readlink(next))
      waiting.unshift(...partsOf(target))
      current = parse(target).root
      continue
    }
    if (isOpen(found, waiting.length === 0)) throw unsafe(path, next, 'may be written by any user')
    current = next
  }
}

const mostLinks = 40

function partsOf(path: string): string[] {
  return path.slice(parse(path).root.length).split(sep).filter(Boolean)
}

/** The sticky bit keeps others from renaming what is there, not from being first with a name. */
function isOpen(found: Stats, last: boolean): boolean {
  const sticky = (found.mode & 0o1000) !== 0
  return (found.mode & 0o002) !== 0 && (last || !sticky)
}

async function trustedUsers(ini: string | undefined): Promise<ReadonlySet<number>> {
  const trusted = new Set([0, process.getuid?.() ?? 0])
  if (ini !== undefined) {
    const owner = await stat(ini).then(
      ({ uid }) => uid,
      () => undefined, // it may have gone since it was read
    )
    if (owner !== undefined) trusted.add(owner)
  }
  const overflow = await unmappedUser()
  if (overflow !== undefined) trusted.add(overflow)
  return trusted
}

/** In a user namespace, the folders of the system outside belong to one user id that represents all others. */
async function unmappedUser(): Promise<number | undefined> {
  const map = await readFile('/proc/self/uid_map', 'utf8').catch(() => '')
  if (map === '' || /^\s*0\s+0\s+4294967295\s*$/.test(map)) return undefined
  const id = await readFile('/proc/sys/kernel/overflowuid', 'utf8').catch(() => '')
  return id === '' ? undefined : Number(id)
}

function unsafe(path: string, place: string, why: string): MigrationError {
  return new MigrationError('EMBEDDED_FAILED', `another user could replace the folder ${path}`, {
    detail: `${place} ${why}.`,
    hint: 'Name a folder of your own in `embedded:PATH`, or take the right to write it from others (chmod go-w).',
  })
}

function undefinedWhenAbsent(error: unknown): undefined {
  if (!isAbsent(error)) throw error
}

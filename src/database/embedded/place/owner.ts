import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { MigrationError } from '../../../errors'

/** The operating system's user that the server runs as, where that is not ourselves. */
export interface ServerUser {
  uid: number
  gid: number
}

/**
 * Whom the server runs as: `undefined` = ourselves. PostgreSQL refuses root, so under root it is
 * `postgres`, else `nobody`.
 * @throws {MigrationError} EMBEDDED_UNAVAILABLE when neither exists, our user id has no name, or this
 *   is Windows
 */
export async function serverUser(): Promise<ServerUser | undefined> {
  if (process.platform === 'win32') throw unavailable('it needs Linux or macOS')
  if (process.getuid?.() !== 0) {
    requireName()
    return undefined
  }
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '')
  const user = named(users, 'postgres') ?? named(users, 'nobody')
  if (user) return user
  throw unavailable('PostgreSQL does not run as root, and there is no user postgres or nobody')
}

/** initdb and postgres look their own user's name up and stop without one. */
function requireName(): void {
  try {
    userInfo()
  } catch (cause) {
    throw unavailable(`the user id ${process.getuid?.()} has no name on this system`, cause)
  }
}

function named(users: string, name: string): ServerUser | undefined {
  const line = users.split('\n').find((one) => one.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':').map(Number) ?? []
  if (!uid || !gid) return undefined
  return { uid: unsigned(uid), gid: unsigned(gid) }
}

/** macOS writes nobody as -2. */
function unsigned(id: number): number {
  return id >>> 0
}

function unavailable(fact: string, cause?: unknown): MigrationError {
  return new MigrationError('EMBEDDED_UNAVAILABLE', `the embedded server cannot run: ${fact}`, {
    hint: 'Set DATABASE_URL to the address of a PostgreSQL server of your own.',
    cause,
  })
}

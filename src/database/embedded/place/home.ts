import { randomBytes } from 'node:crypto'
import { link, lstat, mkdir, readdir, readFile, realpath } from 'node:fs/promises'
import { chmod, rename, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MigrationError } from '../../../errors'
import { IrregularFile, readRegular } from '../../../regular-file'
import { hasCode, isAbsent } from '../../../absence'
import { holder } from './folder-lock'
import { type ServerUser, serverUser } from './owner'

/** Where an embedded server has its things. */
export interface Home {
  /** Folder of data, log and lock: the user's own path, or under root a folder of the system's state. */
  state: string
  /** Whom the server runs as; undefined: ourselves. */
  user?: ServerUser | undefined
}

const marker = 'typetrek-id'
const roots = ['/var/lib/typetrek', '/var/tmp/typetrek']

/**
 * The home of the embedded server at `path`, made when it is not there.
 * @throws {MigrationError} EMBEDDED_UNAVAILABLE, EMBEDDED_FAILED
 */
export async function openHome(path: string): Promise<Home> {
  const user = await serverUser()
  await requireOurs(path, user !== undefined)
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((cause: Error) => {
    throw new MigrationError('EMBEDDED_FAILED', `the folder ${path} cannot be created`, {
      detail: cause.message,
      hint: 'Name another folder in `embedded:PATH`.',
      cause,
    })
  })
  if (!user) return { state: await realpath(path) }
  return { state: await rootState(await realpath(path)), user }
}

/** The state folder of an embedded server that has been used before; undefined: there is none. */
export async function findState(path: string): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return path
  const id = await readMarker(path)
  return id === undefined ? undefined : stateOf(id)
}

/** Root keeps its data elsewhere, so data in the path, or a marker for another user, cannot be used. */
async function requireOurs(path: string, root: boolean): Promise<void> {
  const alien = await lstat(join(path, root ? 'data' : marker)).catch(undefinedWhenAbsent)
  if (!alien) return
  throw new MigrationError(
    'EMBEDDED_FAILED',
    root
      ? `the embedded database at ${path} belongs to user id ${alien.uid}, and this is root`
      : `the embedded database at ${path} belongs to root`,
    { hint: 'Run as that user, or name another folder in `embedded:PATH`, or remove that folder.' },
  )
}

async function rootState(path: string): Promise<string> {
  const id = (await readMarker(path)) ?? (await makeMarker(path))
  const known = await stateOf(id)
  if (known) {
    const recorded = await readFile(join(known, 'path'), 'utf8')
    if (recorded === path) return known
    if ((await readMarker(recorded)) === id) {
      // The folder was copied with its marker; data has one owner.
      await unlink(join(path, marker))
      return rootState(path)
    }
  }
  const state = known ?? join(await stateRoot(), id)
  await mkdir(state, { recursive: true })
  await chmod(state, 0o711)
  await writeFile(join(state, `path.${process.pid}`), path)
  await rename(join(state, `path.${process.pid}`), join(state, 'path'))
  return state
}

async function stateOf(id: string): Promise<string | undefined> {
  for (const root of roots) {
    const found = await stat(join(root, id, 'path')).catch(undefinedWhenAbsent)
    if (found) return join(root, id)
  }
  return undefined
}

async function readMarker(path: string): Promise<string | undefined> {
  const text = markerText(join(path, marker))
  if (text === undefined || /^[0-9a-f]{32}\n$/.test(text)) return text?.trim()
  throw new MigrationError('EMBEDDED_FAILED', `${join(path, marker)} is not a marker of typetrek`, {
    hint: 'Remove the folder to start with an empty database.',
  })
}

/** Others may have made something else of the folder of a database that was given up. */
function markerText(file: string): string | undefined {
  try {
    return readRegular(file, 1024).toString('utf8')
  } catch (error) {
    if (error instanceof IrregularFile) return ''
    return undefinedWhenAbsent(error)
  }
}

/** One of any number of processes at once makes it; all get the same. */
async function makeMarker(path: string): Promise<string> {
  const id = randomBytes(16).toString('hex')
  const side = join(path, `${marker}.${id}`)
  await writeFile(side, `${id}\n`)
  try {
    await link(side, join(path, marker))
    return id
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
    return (await readMarker(path)) ?? (await makeMarker(path))
  } finally {
    await unlink(side)
  }
}

async function stateRoot(): Promise<string> {
  for (const root of roots) {
    const made = await mkdir(root, { mode: 0o711 }).catch((error: unknown) => error)
    if (made !== undefined && !hasCode(made, 'EEXIST')) continue
    const { uid, mode } = await lstat(root)
    if (uid === 0 && (mode & 0o170022) === 0o040000) {
      await chmod(root, 0o711)
      return root
    }
  }
  throw new MigrationError('EMBEDDED_FAILED', `neither ${roots.join(' nor ')} can be written`, {
    detail: 'Under root the data of embedded databases is kept in a folder that only root writes.',
    hint: 'Set DATABASE_URL to the address of a PostgreSQL server of your own.',
  })
}

/** True where the folder that the server is for is gone. */
export async function isAbandoned({ state, user }: Home): Promise<boolean> {
  if (!user) return (await stat(state).catch(undefinedWhenAbsent)) === undefined
  const path = await readFile(join(state, 'path'), 'utf8').catch(undefinedWhenAbsent)
  return path === undefined || (await readMarker(path).catch(() => '')) === undefined
}

/** Removes the data of embedded databases whose marker is gone, like that of a deleted clone. */
export async function clearAbandoned(): Promise<void> {
  for (const root of roots) {
    const ids = await readdir(root).catch(() => [])
    for (const id of ids.filter((name) => /^[0-9a-f]{32}$/.test(name))) {
      const state = join(root, id)
      const path = await readFile(join(state, 'path'), 'utf8').catch(undefinedWhenAbsent)
      if (path === undefined || (await readMarker(path).catch(() => id)) === id) continue
      if (!(await holder(state))?.alive) await rm(state, { recursive: true, force: true })
    }
  }
}

function undefinedWhenAbsent(error: unknown): undefined {
  if (!isAbsent(error)) throw error
}

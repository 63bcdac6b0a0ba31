import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chown, lstat, mkdir, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { hasCode, isAbsent } from '../../../absence'
import type { Cluster } from './cluster'

const run = promisify(execFile)

/** A file system in memory, on Linux. */
const memory = '/dev/shm'
/** A large schema is there several times, with its log. */
const needed = 2 * 2 ** 30

/**
 * Where a cluster that keeps nothing runs: in memory, where the machine has that, since a schema is
 * thousands of small files and to make a file takes ten times as long on a disk. Else where it is.
 */
export async function quickPlace(cluster: Cluster): Promise<Cluster> {
  const folder = join(memory, `typetrek-${digest(cluster.data)}`)
  const found = await lstat(folder).catch((error: unknown) => {
    if (!isAbsent(error)) throw error
  })
  const uid = cluster.user?.uid ?? process.getuid?.()
  if (found ? found.uid !== uid || !found.isDirectory() : !(await hasRoom())) return cluster
  return { ...cluster, data: join(folder, 'data') }
}

/** Puts a fresh copy of a stopped cluster's data where it is to run; what was there is gone. */
export async function copyData(from: Cluster, to: Cluster): Promise<void> {
  await removeCopy(to)
  const folder = join(to.data, '..')
  await mkdir(folder, { mode: 0o700 })
  if (to.user) await chown(folder, to.user.uid, to.user.gid)
  await run('cp', ['-a', from.data, to.data])
}

/** Frees the memory. */
export async function removeCopy({ data }: Cluster): Promise<void> {
  await rm(join(data, '..'), { recursive: true, force: true })
}

async function hasRoom(): Promise<boolean> {
  if (process.platform !== 'linux') return false
  try {
    const { bavail, bsize } = await statfs(memory)
    return bavail * bsize >= needed
  } catch (error) {
    if (isAbsent(error) || hasCode(error, 'EACCES')) return false
    throw error
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

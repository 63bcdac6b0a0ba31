import { readdir, readlink, rm, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from '../../../absence'
import { beginning } from './process'

/** The supervisor that holds, or last held, a state folder. */
export interface Holder {
  pid: number
  /** Folder of its sockets. */
  folder: string
  alive: boolean
}

interface Claim {
  pid: number
  beginning: string | undefined
  /** A copied state folder must not lead to the original's supervisor. */
  inode: number
  folder: string
}

/** The name of 0.1.0, whose folders are still used. */
const pattern = /^keeper\.(\d+)$/

/**
 * Who holds a state folder. The lock is a row of symbolic links `keeper.<n>`, whose targets say who
 * made them; the highest one counts, for as long as its process lives. A link is made with its content
 * in one step, by one process only, and a holder never removes its own: so nobody can take a dead
 * holder's place twice, and a kill frees the lock.
 */
export async function holder(state: string): Promise<Holder | undefined> {
  const top = (await generations(state)).at(-1)
  if (top === undefined) return undefined
  const text = await readlink(join(state, `keeper.${top}`)).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  })
  return text === undefined ? holder(state) : judged(state, JSON.parse(text) as Claim)
}

/** Takes the lock for this process unless a living one has it; it is held until the process ends. */
export async function takeLock(state: string, folder: string): Promise<boolean> {
  const last = (await generations(state)).at(-1) ?? 0
  if ((await holder(state))?.alive) return false
  const claim: Claim = {
    pid: process.pid,
    beginning: await beginning(process.pid),
    inode: (await stat(state)).ino,
    folder,
  }
  const mine = last + 1
  try {
    await symlink(JSON.stringify(claim), join(state, `keeper.${mine}`))
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
  const now = await generations(state)
  const won = now.at(-1) === mine
  const over = won ? now.slice(0, -1) : [mine]
  await Promise.all(over.map((n) => rm(join(state, `keeper.${n}`), { force: true })))
  return won
}

async function generations(state: string): Promise<number[]> {
  const names = await readdir(state).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  })
  const numbers = names.flatMap((name) => pattern.exec(name)?.[1] ?? []).map(Number)
  return numbers.toSorted((a, b) => a - b)
}

async function judged(
  state: string,
  { pid, beginning: began, inode, folder }: Claim,
): Promise<Holder> {
  const here = (await stat(state)).ino === inode
  const now = here ? await beginning(pid) : undefined
  return { pid, folder: here ? folder : '', alive: now !== undefined && now === began }
}

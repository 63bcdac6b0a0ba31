import { hash } from 'node:crypto'
import { lstat, mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beginning } from '../../database/embedded/place/process'
import { MigrationError } from '../../errors'

interface Claim {
  /** Absent: the lock was released. */
  pid?: number
  beginning?: string | undefined
}

const pattern = /^lock\.(\d+)$/

/**
 * A lock among the processes of one machine and user, which a process that is killed gives up. It is a row
 * of symbolic links, of which the highest counts: each is made with its content in one step, by one process
 * only.
 */
export class ProcessLock {
  private held: number | undefined

  /** @param key what is locked */
  constructor(private readonly key: string) {}

  /** Takes it unless a living process has it. */
  async take(): Promise<boolean> {
    const folder = await this.folder()
    const last = (await generations(folder)).at(-1) ?? 0
    if ((await holderOf(folder, last)) !== undefined) return false
    const mine = last + 1
    const claim: Claim = { pid: process.pid, beginning: await beginning(process.pid) }
    if (!(await made(folder, mine, claim))) return false
    const now = await generations(folder)
    if (now.at(-1) !== mine) {
      await rm(join(folder, `lock.${mine}`), { force: true })
      return false
    }
    this.held = mine
    await removeBelow(folder, now, mine)
    return true
  }

  /** The process that has it, in words. */
  async holder(): Promise<string | undefined> {
    const folder = await this.folder()
    const pid = await holderOf(folder, (await generations(folder)).at(-1) ?? 0)
    return pid === undefined ? undefined : `process ${pid} holds it`
  }

  async release(): Promise<void> {
    if (this.held === undefined) return
    const folder = await this.folder()
    const free = this.held + 1
    this.held = undefined
    await made(folder, free, {})
    await removeBelow(folder, await generations(folder), free)
  }

  /** Only its owner can have made it. */
  private async folder(): Promise<string> {
    const folder = join(await privateFolder('typetrek-locks'), hash('sha1', this.key))
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return folder
  }
}

/**
 * A folder of this user alone below the temporary one, which everybody may write.
 * @throws {MigrationError} SYSTEM_FAILED where somebody else has made it
 */
export async function privateFolder(name: string): Promise<string> {
  const uid = process.getuid?.() ?? 0
  const own = join(tmpdir(), `${name}-${uid}`)
  await mkdir(own, { recursive: true, mode: 0o700 })
  const found = await lstat(own)
  if (found.isDirectory() && (!process.getuid || found.uid === uid)) return own
  throw new MigrationError('SYSTEM_FAILED', `${own} is not a folder that this user owns`, {
    hint: 'Remove it, or set TMPDIR to a folder of your own.',
  })
}

async function generations(folder: string): Promise<number[]> {
  const names = await readdir(folder)
  return names
    .flatMap((name) => pattern.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b)
}

async function holderOf(folder: string, generation: number): Promise<number | undefined> {
  if (generation === 0) return undefined
  const text = await readlink(join(folder, `lock.${generation}`)).catch(() => undefined)
  // removed meanwhile: a higher one is there, so that what is made below it does not count
  if (text === undefined) return undefined
  const { pid, beginning: began } = JSON.parse(text) as Claim
  return pid !== undefined && (await beginning(pid)) === began ? pid : undefined
}

async function made(folder: string, generation: number, claim: Claim): Promise<boolean> {
  try {
    await symlink(JSON.stringify(claim), join(folder, `lock.${generation}`))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function removeBelow(folder: string, all: readonly number[], mine: number): Promise<void> {
  const below = all.filter((generation) => generation < mine)
  await Promise.all(below.map((one) => rm(join(folder, `lock.${one}`), { force: true })))
}

import { execFile } from 'node:child_process'
import { readdir, readFile, readlink, realpath } from 'node:fs/promises'
import { promisify } from 'node:util'
import { hasCode, isAbsent } from '../../../absence'

const run = promisify(execFile)

/**
 * When a process began, as a text that no other process with that number has; undefined: there is
 * none, or only a dead one that nobody has waited for.
 */
export async function beginning(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return (await told(pid, 'lstart')) || undefined
  const [stat, boot] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8').catch(undefinedWhenGone),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
  ])
  // The second field is the program's name in brackets, which may itself hold anything.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, start] = [fields?.[0], fields?.[19]]
  return state === undefined || 'ZX'.includes(state) ? undefined : `${boot.trim()}/${start}`
}

/** True while a process runs. */
export async function isAlive(pid: number): Promise<boolean> {
  return (await beginning(pid)) !== undefined
}

/** True while a number cannot be given to a new process, also when its process is dead but not waited for. */
export function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return hasCode(error, 'EPERM')
  }
}

/** True when a process is the PostgreSQL server of a data folder, and not another with its number. */
export async function isServerOf(pid: number, data: string): Promise<boolean> {
  if (!(await isAlive(pid))) return false
  if (process.platform !== 'linux') return (await told(pid, 'command')).includes(data)
  // The server and all its processes work in the data folder.
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined)
  return folder === (await realpath(data))
}

async function told(pid: number, what: string): Promise<string> {
  const { stdout } = await run('ps', ['-o', `${what}=`, '-p', String(pid)]).catch(() => ({
    stdout: '',
  }))
  return stdout.trim()
}

function undefinedWhenGone(error: unknown): undefined {
  if (!isAbsent(error) && (error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
}

/** Processes that work in a folder, where the system shows that (Linux); else none. */
export async function processesIn(folder: string): Promise<number[]> {
  if (process.platform !== 'linux') return []
  const real = await realpath(folder).catch(() => folder)
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const places = await Promise.all(
    pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => undefined)),
  )
  return pids.filter((_, at) => places[at] === real)
}

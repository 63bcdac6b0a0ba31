import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** What one process came to. */
export interface Measured {
  milliseconds: number
  /** Of processor time that the process itself took, where /proc tells. */
  processor: number | undefined
  /** Largest resident size that was seen, where /proc tells. */
  mebibytes: number | undefined
}

/**
 * Runs a process to its end and times it as a user would: from the start to the exit.
 * @throws Error with what it printed when it fails
 */
export async function measure(
  [program = '', ...args]: readonly string[],
  cwd: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Measured> {
  // a certificate file for all of Node costs 37 ms at the start of Node 20
  const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env
  const start = process.hrtime.bigint()
  const child = spawn(program, args, {
    cwd,
    env: { ...environment, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)))
  let mebibytes: number | undefined
  let processor: number | undefined
  const timer = setInterval(() => {
    mebibytes = peakOf(child.pid) ?? mebibytes
    processor = processorOf(child.pid) ?? processor
  }, 5)
  let milliseconds = 0
  child.once('exit', () => (milliseconds = Number(process.hrtime.bigint() - start) / 1e6))
  const status = await new Promise<number | null>((settle, fail) => {
    child.once('error', fail)
    child.once('close', settle)
  })
  clearInterval(timer)
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ended with ${status}\n${said}`)
  return { milliseconds, mebibytes, processor }
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_status.5.html (VmHWM) */
function peakOf(pid: number | undefined): number | undefined {
  try {
    const [, kibibytes] =
      /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kibibytes === undefined ? undefined : Number(kibibytes) / 1024
  } catch {
    return undefined // it has just ended, or this is no Linux
  }
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html (utime, stime), in ticks of 10 ms */
function processorOf(pid: number | undefined): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return undefined // as above
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] ?? Number.NaN
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper
}

import { spawn } from 'node:child_process'

/** How a command line of the user's ended. */
export interface ShellResult {
  /** The exit status, or the name of the signal that ended it. */
  status: number | string
  stdout: string
  stderr: string
}

/** What ends a command before its time. */
export interface ShellBounds {
  signal?: AbortSignal
  /** Most characters that it may print. */
  most?: number
}

/**
 * Runs a command line that the user wrote in a shell, in a process group of its own, so that all that it
 * starts can be ended with it, which the end of this process does too. Throws the signal's reason when that is
 * aborted, and a RangeError for more output than is allowed.
 */
export function runUserCommand(
  command: string,
  cwd: string,
  { signal, most = Number.POSITIVE_INFINITY }: ShellBounds = {},
): Promise<ShellResult> {
  return new Promise((done, fail) => {
    if (signal?.aborted) return fail(signal.reason as Error)
    const options = { cwd, shell: true, detached: true } as const
    const child = spawn(command, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    const stop = () => endGroup(child.pid)
    signal?.addEventListener('abort', stop)
    endAtExit(stop)
    const output = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        if (output[name].length <= most) output[name] += text
        else stop()
      })
    }
    child.once('error', fail)
    child.once('close', (code, by) => {
      signal?.removeEventListener('abort', stop)
      running.delete(stop)
      if (signal?.aborted) fail(signal.reason as Error)
      else if (Math.max(output.stdout.length, output.stderr.length) > most)
        fail(new RangeError(`it prints more than ${most} characters`))
      else done({ status: code ?? String(by), ...output })
    })
  })
}

const running = new Set<() => void>()
let listens = false

/** One listener for all: a pool may ask for many passwords at once. */
function endAtExit(stop: () => void): void {
  if (!listens) process.once('exit', () => running.forEach((one) => one()))
  listens = true
  running.add(stop)
}

/** Ends a process and all that it has started, unless they have ended. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGTERM')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/**
 * Opens files in the user's editor, a command line like `code --wait`, on this terminal, and waits for
 * its end. @returns its exit status, or the name of the signal that ended it
 */
export function runEditor(editor: string, files: readonly string[]): Promise<number | string> {
  return new Promise((done, fail) => {
    const child = spawn('sh', ['-c', `${editor} "$@"`, editor, ...files], { stdio: 'inherit' })
    child.once('error', fail)
    child.once('close', (code, by) => done(code ?? String(by)))
  })
}

import { spawn } from 'node:child_process'

/** How a command line of the user's ended. */
export interface ShellResult {
  /** The exit status, or the name of the signal that ended it. */
  status: number | string
  stdout: string
  stderr: string
}

/**
 * Runs a command line that the user wrote in a shell, in a process group of its own, so that all that it
 * starts can be ended with it. Throws the signal's reason when that is aborted.
 */
export function runUserCommand(
  command: string,
  cwd: string,
  signal?: AbortSignal,
): Promise<ShellResult> {
  return new Promise((done, fail) => {
    const options = { cwd, shell: true, detached: true } as const
    const child = spawn(command, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    const stop = () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
    }
    signal?.addEventListener('abort', stop)
    const output = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text))
    }
    child.once('error', fail)
    child.once('close', (code, by) => {
      signal?.removeEventListener('abort', stop)
      if (signal?.aborted) fail(signal.reason as Error)
      else done({ status: code ?? String(by), ...output })
    })
  })
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

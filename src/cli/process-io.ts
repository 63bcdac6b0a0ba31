import { isatty } from 'node:tty'
import type { Io, StopSignal } from './io'

const signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM']

/** The process itself as the command line sees it. A reader of stdout that went away is no failure. */
export function processIo(): Io {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe)
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    get stdin() {
      return process.stdin
    },
    env: process.env,
    cwd: process.cwd(),
    terminal: { stdin: isatty(0), stdout: isatty(1), stderr: isatty(2) },
    get columns() {
      return process.stderr.columns || 80
    },
    get stdoutColumns() {
      return process.stdout.columns || 80
    },
    onSignal(listener) {
      for (const signal of signals) process.on(signal, listener)
      return () => signals.forEach((signal) => process.off(signal, listener))
    },
    exit: (status) => process.exit(status),
  }
}

/** `migrate list | head` closes the pipe; a run behind it goes on to its end. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

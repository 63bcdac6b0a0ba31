import { isatty } from 'node:tty'
import type { Io, StopSignal } from './io'
import { OutputStream } from './output-stream'

const signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM']

/** The process itself as the command line sees it. */
export function processIo(stdout = new OutputStream(1), stderr = new OutputStream(2)): Io {
  return {
    stdout: (text) => stdout.write(text),
    stderr: (text) => stderr.write(text),
    get stdin() {
      return process.stdin
    },
    env: process.env,
    cwd: process.cwd(),
    terminal: { stdin: isatty(0), stdout: isatty(1), stderr: isatty(2) },
    get columns() {
      return process.stderr.columns || 80
    },
    onSignal(listener) {
      for (const signal of signals) process.on(signal, listener)
      return () => signals.forEach((signal) => process.off(signal, listener))
    },
    exit: (status) => process.exit(status),
  }
}

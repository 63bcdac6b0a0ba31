import { isatty } from 'node:tty'
import type { Io, StopSignal } from './io'

const signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM']

type StreamName = 'stdout' | 'stderr'

export interface ProcessIo extends Io {
  /** What could not be written: a full disk, a reader that went away. A run goes on to its end all the same. */
  readonly failures: ReadonlyMap<StreamName, NodeJS.ErrnoException>
}

/** The process itself as the command line sees it. */
export function processIo(): ProcessIo {
  const failures = new Map<StreamName, NodeJS.ErrnoException>()
  const writer = (name: StreamName) => {
    const stream = process[name]
    stream.on('error', (error) => failures.set(name, failures.get(name) ?? error))
    // what comes after a failure is not written: half a text that goes on would mislead
    return (text: string) => void (failures.has(name) || stream.write(text))
  }
  return {
    stdout: writer('stdout'),
    stderr: writer('stderr'),
    failures,
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
    startProcess,
    exit: (status) => process.exit(status),
  }
}

/** In a session of its own, which a terminal's signals do not reach. */
function startProcess(file: string, value: unknown): void {
  const { spawn } = require('node:child_process') as typeof import('node:child_process')
  const bytes = serialized(value)
  if (!bytes) return
  const stdio = ['pipe', 'ignore', 'ignore'] as const
  const child = spawn(process.execPath, [file], { cwd: '/', detached: true, stdio: [...stdio] })
  for (const one of [child, child.stdin]) one.on('error', () => undefined) // who started it does without
  child.stdin.end(bytes)
  child.unref()
}

/** Undefined for what holds functions. */
function serialized(value: unknown): Buffer | undefined {
  const { serialize } = require('node:v8') as typeof import('node:v8')
  try {
    return serialize(value)
  } catch {
    return undefined
  }
}

import { Readable } from 'node:stream'
import { commandTable } from '../../src/cli/commands'
import { main, type Program, type StopSignal } from '../../src/cli/main'
import { usualLayout } from '../../src/script/layout/layout'

/** How a command line is called in a test. */
export interface Surroundings {
  cwd: string
  env?: Readonly<Record<string, string | undefined>>
  /** Which streams are a terminal; none unless said. */
  terminal?: Partial<Record<'stdin' | 'stdout' | 'stderr', boolean>>
  /** What a person types. */
  input?: string
  columns?: number
  /** Width of the terminal behind stdout. */
  stdoutColumns?: number
  /** What is other than in the program itself. */
  program?: Partial<Program>
  /** Told of everything written, as it is written. */
  onWrite?: (text: string, send: (signal: StopSignal) => void) => void
}

export interface CliResult {
  status: number
  stdout: string
  stderr: string
  /** With what the process was ended at once. */
  exits: readonly number[]
}

/** Runs the command line in this process and gives back all that it wrote. */
export async function migrate(
  argv: readonly string[],
  { cwd, env = {}, terminal, input, columns, stdoutColumns, program, onWrite }: Surroundings,
): Promise<CliResult> {
  const written = { stdout: '', stderr: '' }
  const exits: number[] = []
  const listeners = new Set<(signal: StopSignal) => void>()
  const send = (signal: StopSignal) => listeners.forEach((listener) => listener(signal))
  const write = (stream: 'stdout' | 'stderr') => (text: string) => {
    written[stream] += text
    onWrite?.(text, send)
  }
  const status = await main(
    argv,
    {
      stdout: write('stdout'),
      stderr: write('stderr'),
      env,
      cwd,
      terminal: { stdin: false, stdout: false, stderr: false, ...terminal },
      ...(input !== undefined && { stdin: Readable.from([input]) }),
      ...(columns !== undefined && { columns }),
      ...(stdoutColumns !== undefined && { stdoutColumns }),
      onSignal(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      exit: (exitStatus) => exits.push(exitStatus),
    },
    { commands: commandTable, layout: usualLayout, ...program },
  )
  return { status, ...written, exits }
}

/** A duration as the program prints it, with what pads it to its column's width. */
const duration = /\b(?:\d+ h \d+ min|\d+ min \d+ s|\d+(?:\.\d+)? m?s)\b( {2,})?/g

/** Puts the same text for everything that differs from run to run: durations, moments, database names. */
export function normalised(text: string): string {
  return text
    .replace(duration, (_, padding) => (padding ? 'N ms  ' : 'N ms'))
    .replace(/"durationMs": [\d.]+/g, '"durationMs": N')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, '<moment>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:?0?0?)/g, '<moment>')
    .replace(/database (\\?)"test_[0-9a-f]+(\\?)" at [^\n"]*?, port \d+/g, 'database $1"app$2"')
    .replace(/^( {2}.*\S) +$/gm, '$1')
}

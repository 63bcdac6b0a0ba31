import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import { join } from 'node:path'

const program = join(__dirname, '..', '..', '..', 'bin', 'migrate')

/** The command line in a process of its own. */
export interface RunningProgram {
  child: ChildProcess
  /** Its exit status and all that it wrote, as a terminal would show it. */
  ended: Promise<{ status: number | null; output: string }>
}

/** Starts `bin/migrate` in a folder, as a user does. */
export function startMigrate(cwd: string, ...argv: string[]): RunningProgram {
  return startMigrateAs({}, cwd, ...argv)
}

/** Starts it with another user, environment or the like. */
export function startMigrateAs(
  options: SpawnOptions,
  cwd: string,
  ...argv: string[]
): RunningProgram {
  const child = spawn(process.execPath, [program, ...argv], {
    cwd,
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  }
  const ended = new Promise<{ status: number | null; output: string }>((done) => {
    child.on('close', (status) => done({ status, output }))
  })
  return { child, ended }
}

import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'

const program = join(__dirname, '..', '..', '..', 'bin', 'migrate')

/** A `migrate` of its own process. */
export interface MigrateProcess {
  child: ChildProcess
  /** True once it has ended. */
  readonly over: boolean
  ended: Promise<{ status: number | null; output: string }>
}

/** Long enough for a loaded machine; a migrator that needs longer hangs. */
const patience = 90_000

/** Starts `bin/migrate` as a person or a deploy does; one that hangs is killed and told by its status. */
export function startMigrate(cwd: string, argv: readonly string[]): MigrateProcess {
  const child = spawn(process.execPath, [program, ...argv], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let over = false
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  }
  const late = setTimeout(() => {
    output += '\n(hung, and was killed by the test)'
    child.kill('SIGKILL')
  }, patience)
  const ended = new Promise<{ status: number | null; output: string }>((done) => {
    child.on('close', (status) => {
      clearTimeout(late)
      over = true
      done({ status, output })
    })
  })
  return {
    child,
    ended,
    get over() {
      return over
    },
  }
}

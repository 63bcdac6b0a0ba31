import { main, type Program } from './main'
import { processIo, type ProcessIo } from './terminal/process-io'

/**
 * Runs the command line of this process and ends it. Scripts may leave timers and connections of their
 * own behind, so the end is not left to the event loop; what was written is out by then.
 * @param program what it is made of; default: all of it
 */
export function run(program?: Program): void {
  const io = processIo()
  printToStderr()
  void main(process.argv.slice(2), io, program).then(
    (status) => flush(() => process.exit(statusAfter(status, io))),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
}

/** Stdout is for results, one document with `--json`; what scripts and TypeORM's logger print is not. */
function printToStderr(): void {
  const print = (...values: unknown[]): void => console.error(...values)
  Object.assign(console, { log: print, info: print, debug: print, dir: print })
}

/** A stream reports its failure a turn after its last write. */
function flush(done: () => void): void {
  process.stdout.write('', () => process.stderr.write('', () => setImmediate(done)))
}

/** An answer that did not arrive is no answer: 0 and the answers of checks become 1. */
function statusAfter(status: number, { failures }: ProcessIo): number {
  const failure = failures.get('stdout') ?? failures.get('stderr')
  if (!failure) return status
  const name = failures.has('stdout') ? 'stdout' : 'stderr'
  const { outputFailure } =
    require('./terminal/output-failure') as typeof import('./terminal/output-failure')
  if (!failures.has('stderr')) process.stderr.write(`${outputFailure(name, failure)}\n`)
  return status === 0 || status === 3 ? 1 : status
}

import { main } from './main'
import { OutputStream } from './output-stream'
import { processIo } from './process-io'

/**
 * Runs the command line of this process and ends it. Scripts may leave timers and connections of their
 * own behind, so the end is not left to the event loop; what was written is out by then.
 */
export function run(): void {
  const stdout = new OutputStream(1)
  const stderr = new OutputStream(2)
  void main(process.argv.slice(2), processIo(stdout, stderr)).then(
    (status) => stdout.whenWritten(() => stderr.whenWritten(() => process.exit(status))),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
}

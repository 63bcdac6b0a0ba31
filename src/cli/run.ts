import { main } from './main'
import { processIo } from './process-io'

/**
 * Runs the command line of this process and ends it. Scripts may leave timers and connections of their
 * own behind, so the end is not left to the event loop; what was written is out by then.
 */
export function run(): void {
  void main(process.argv.slice(2), processIo()).then(
    (status) =>
      process.stdout.write('', () => process.stderr.write('', () => process.exit(status))),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
}

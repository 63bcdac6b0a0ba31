import { statusOfSignal, type StopSignal } from '../terminal/io'
import type { Context } from './command-context'

/**
 * Listens for SIGINT and SIGTERM as long as the command runs; outside `stoppable` work one ends the
 * process at once. A listener is needed for that too: the first process of a container ignores signals
 * that it does not listen for.
 */
export function listenForSignals(context: Context): () => void {
  return context.io.onSignal((name) => {
    if (context.stop) context.stop(name)
    else exitBy(context, name)
  })
}

function exitBy({ io, output }: Context, name: StopSignal): void {
  output.moving?.stop()
  io.exit(statusOfSignal[name])
}

/** npx and npm hand on a Ctrl-C that the terminal has sent to the whole process group already. */
const sameWithin = 500

/**
 * Runs work that can be stopped: the first SIGINT or SIGTERM aborts it, so that the current script is
 * rolled back and recorded; the second ends the process at once.
 */
export async function stoppable<Result>(
  context: Context,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController()
  let first = 0
  context.stop = (name) => {
    if (context.stoppedBy) {
      if (performance.now() - first > sameWithin) exitBy(context, name)
      return
    }
    first = performance.now()
    context.stoppedBy = name
    context.output.note(
      `${name}: stopping once the current script is finished or rolled back; again: at once`,
    )
    controller.abort()
  }
  try {
    return await work(controller.signal)
  } finally {
    delete context.stop
  }
}

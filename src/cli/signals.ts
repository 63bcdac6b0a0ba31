import { statusOfSignal, type StopSignal } from './io'
import type { Context } from './context'

/**
 * Runs work that can be stopped: the first SIGINT or SIGTERM aborts it, so that the current script is
 * finished or rolled back and recorded; the second ends the process at once.
 */
export async function stoppable<Result>(
  context: Context,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const { io, output } = context
  const controller = new AbortController()
  const listener = (name: StopSignal) => {
    if (context.stoppedBy) {
      output.moving?.stop()
      io.exit(statusOfSignal[name])
      return
    }
    context.stoppedBy = name
    output.note(
      `${name}: stopping once the current script is finished or rolled back; again: at once`,
    )
    controller.abort()
  }
  const stopListening = io.onSignal(listener)
  try {
    return await work(controller.signal)
  } finally {
    stopListening()
  }
}

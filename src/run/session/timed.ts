import type { RunContext } from '../context/run-context'
import type { PreparedStep } from '../prepare/prepared-step'

/** Runs a statement of a script, and reports it with the time that it took, where somebody listens. */
export async function timed<Result>(
  { context: { observer } }: { context: RunContext },
  { step: { revision, title } }: PreparedStep,
  text: string,
  run: () => Promise<Result>,
): Promise<Result> {
  if (!observer.statement) return run()
  const since = performance.now()
  try {
    return await run()
  } finally {
    const durationMs = Math.round((performance.now() - since) * 10) / 10
    observer.statement({ text, durationMs }, { revision, title })
  }
}

import { interrupted, MigrationError } from './errors'

/**
 * Waits for something that cannot be stopped, but no longer than until the signal comes.
 * @param late is given what comes after that
 * @throws {MigrationError} INTERRUPTED
 */
export async function orInterrupted<Result>(
  work: Promise<Result>,
  signal: AbortSignal | undefined,
  late: (result: Result) => void = () => undefined,
): Promise<Result> {
  if (!signal) return work
  const stopped = new AbortController()
  const stop = new Promise<never>((_, refuse) => {
    const refuseIt = () => refuse(interrupted())
    if (signal.aborted) refuseIt()
    else signal.addEventListener('abort', refuseIt, { once: true, signal: stopped.signal })
  })
  try {
    return await Promise.race([work, stop])
  } catch (error) {
    work.then(late, () => undefined) // the failure is thrown, or comes too late to matter
    throw error
  } finally {
    stopped.abort()
  }
}

/** True when work was given up on because the user said stop. */
export function isInterruption(error: unknown): error is MigrationError {
  return error instanceof MigrationError && error.code === 'INTERRUPTED'
}

import { MigrationError } from '../errors'
import type { Settings } from '../settings/value/setting-types'
import { openScratch, type Scratch } from './scratch'

/** How work with scratch databases is stopped. */
export interface Stopping {
  signal: AbortSignal
  /** The error for work that was stopped. */
  interrupted: (cause: unknown) => MigrationError
  /** What must be known to hold before the work begins; the server is opened meanwhile. */
  standing?: Promise<unknown>
}

/**
 * Does work that needs scratch databases. They are gone when this ends, however it ends. Where an
 * embedded server lacks an extension, the work begins again on the server of `scratch.url`.
 * @param major the production server's; undefined: not known
 * @throws {MigrationError} what `standing` rejects with, what `openScratch` and the work throw; `interrupted`
 *   when it was stopped
 */
export async function withScratch<Result>(
  settings: Settings,
  major: Promise<number | undefined> | number | undefined,
  stopping: Stopping,
  work: (scratch: Scratch) => Promise<Result>,
): Promise<Result> {
  const { signal, interrupted } = stopping
  const scratch = await opened(settings, major, stopping.standing)
  try {
    // work on a database that goes need not end by itself: a pool may wait for ever
    return await Promise.race([work(scratch), stopped(scratch, signal)])
  } catch (error) {
    if (signal.aborted) throw interrupted(error)
    if (!scratch.own || !settings.scratch.address || !lacksExtension(error)) throw error
  } finally {
    await scratch.close()
  }
  const named = { ...settings.scratch, prefer: 'url' } as const
  return withScratch({ ...settings, scratch: named }, major, stopping, work)
}

/** A refusal leaves nothing open. */
async function opened(
  settings: Settings,
  major: Promise<number | undefined> | number | undefined,
  standing: Promise<unknown> | undefined,
): Promise<Scratch> {
  const opening = Promise.resolve(major).then((known) => openScratch(settings, known))
  const [held] = await Promise.allSettled([standing, opening])
  if (held.status === 'fulfilled') return opening
  await opening.then(
    (scratch) => scratch.close(),
    () => undefined,
  )
  throw held.reason
}

function lacksExtension(error: unknown): boolean {
  return error instanceof MigrationError && error.code === 'EXTENSION_MISSING'
}

function stopped(scratch: Scratch, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => void scratch.close().then(() => reject(signal.reason as Error))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}

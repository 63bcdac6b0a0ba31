import { setTimeout as sleep } from 'node:timers/promises'
import { interrupted, MigrationError } from '../errors'
import type { JournalState } from '../journal/model/applied-state'
import type { Locked } from '../run/context/backend'
import type { ExecutionContext } from '../run/context/run-context'

/** How a backend waits for its lock. */
export interface LockAttempt {
  /** Takes the lock unless another one has it; says whether it did. */
  take: () => Promise<boolean>
  /** Reads the journal. */
  read: () => Promise<JournalState>
  /** Asked while another one has it: whether that one has left nothing to do. */
  isDone: ((state: JournalState) => boolean) | undefined
  /** Who has it, for the error and the notice. */
  holder?: () => Promise<string | undefined>
}

const interval = 100

/**
 * Waits for a lock as long as `lock_wait` says, for a backend's `lock`; reports once that it waits.
 * @throws {MigrationError} LOCK_WAIT_EXPIRED, INTERRUPTED
 */
export async function waitForLock(
  { settings, signal, observer }: ExecutionContext,
  { take, read, isDone, holder }: LockAttempt,
): Promise<Locked> {
  const end = performance.now() + settings.lockWait
  for (let waits = false; ; waits = true) {
    if (signal?.aborted) throw interrupted()
    if (await take()) return { state: await read(), held: true }
    if (!waits && observer.notice) {
      const by = (await holder?.()) ?? null
      observer.notice({ kind: 'waiting', code: 'LOCK_HELD', holder: { state: 'other', by } })
    }
    const state = await read()
    if (isDone?.(state)) return { state, held: false }
    if (performance.now() > end) throw expired(await holder?.())
    await sleep(interval, undefined, signal && { signal }).catch(() => undefined)
  }
}

function expired(holder: string | undefined): MigrationError {
  return new MigrationError('LOCK_WAIT_EXPIRED', 'another migrator holds the lock', {
    detail: holder,
    hint: 'Run it again when that one is done, or give it a longer --lock-wait.',
  })
}

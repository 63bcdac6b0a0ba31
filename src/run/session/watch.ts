import type { Session } from '../../database/postgres/session'
import type { Notice } from '../context/events'
import type { Blocker } from '../context/server-sessions'
import { cancelBackend, findBlocker, readIndexProgress } from '../lock/probe'

/** How work is watched that may have to wait for others. */
export interface WatchOptions {
  /** What waits, for notices. */
  what: string
  /** Milliseconds from one question to the next. */
  interval: number
  /** Milliseconds of being blocked after which that is said; said again every `repeat`. */
  patience: number
  repeat: number
  /** Say how far an index build has come, every `repeat`. */
  progress: boolean
  notice: (notice: Notice) => void
  signal: AbortSignal | undefined
  /** Asked now and then while the work lasts, on the session that watches. */
  meanwhile?: (session: Session) => Promise<void>
}

/** Whose work is watched. */
export interface Watched {
  /** Its backend; undefined while none is known. */
  pid(): Promise<number | undefined>
  /** Asks for its end. */
  cancel(): Promise<void>
}

/** A backend that the watching session may ask about and cancel. */
export function backend(session: Session, pid: number): Watched {
  return { pid: () => Promise.resolve(pid), cancel: () => cancelBackend(session, pid) }
}

/** Milliseconds from one question in the meantime to the next. */
const meanwhileInterval = 1000

/**
 * Watches one piece of work from another session: who blocks it, how far it has come, and cancels it
 * when the user says stop.
 */
export class Watch {
  /** Who was seen blocking it last. */
  blocker: Blocker | undefined

  private busy: Promise<unknown> = Promise.resolve()
  private waiting = false
  private blockedSince: number | undefined
  private lastSaid = Number.NEGATIVE_INFINITY
  private lastProgress = Date.now()
  private lastAsked = Date.now()
  private readonly timer: NodeJS.Timeout
  private readonly cancelling: { end(): void }

  constructor(
    private readonly session: Session,
    private readonly watched: Watched,
    private readonly options: WatchOptions,
  ) {
    this.timer = setInterval(() => this.tick(), options.interval)
    this.cancelling = whenAborted(options.signal, () => this.cancel())
  }

  /** Ends the watch; the session is free when it resolves. */
  async stop(): Promise<void> {
    clearInterval(this.timer)
    this.cancelling.end()
    await this.busy
  }

  private cancel(): void {
    this.enqueue(() => this.watched.cancel())
  }

  /** A question that is not answered yet is not asked again. */
  private tick(): void {
    if (this.waiting) return
    this.waiting = true
    this.enqueue(() => this.look().finally(() => (this.waiting = false)))
  }

  /** A question that fails must not fail the work that it is about. */
  private enqueue(task: () => Promise<void>): void {
    this.busy = this.busy.then(task).catch(() => undefined)
  }

  private async look(): Promise<void> {
    await this.askMeanwhile()
    const pid = await this.watched.pid()
    if (pid === undefined) return
    const found = await findBlocker(this.session, pid)
    if (found === undefined) {
      this.blockedSince = undefined
      return this.tellProgress(pid)
    }
    this.blocker = found
    this.blockedSince ??= Date.now()
    const { patience, repeat, what, notice } = this.options
    const now = Date.now()
    if (now - this.blockedSince < patience || now - this.lastSaid < repeat) return
    this.lastSaid = now
    notice({ kind: 'waiting', code: 'BLOCKED', work: what, blocker: found })
  }

  private async askMeanwhile(): Promise<void> {
    const { meanwhile } = this.options
    if (!meanwhile || Date.now() - this.lastAsked < meanwhileInterval) return
    await meanwhile(this.session)
    this.lastAsked = Date.now()
  }

  private async tellProgress(pid: number): Promise<void> {
    const { progress, repeat, what, notice } = this.options
    if (!progress || Date.now() - this.lastProgress < repeat) return
    this.lastProgress = Date.now()
    const found = await readIndexProgress(this.session, pid)
    if (found) notice({ kind: 'notice', code: 'INDEX_PROGRESS', work: what, ...found })
  }
}

/** Waits for work that nobody can watch, and cancels it when the user says stop. */
export async function cancelledOn<Result>(
  signal: AbortSignal | undefined,
  work: Promise<Result>,
  cancel: () => Promise<void>,
): Promise<Result> {
  let cancelling = Promise.resolve()
  const stopping = whenAborted(signal, () => {
    cancelling = cancelling.then(cancel)
  })
  const result = await work
  stopping.end()
  // a request that is still on its way would reach the next statement
  await cancelling
  return result
}

/**
 * Acts when the signal comes, or has come, and again every half a second: the first may have reached the
 * server before the statement did.
 */
function whenAborted(signal: AbortSignal | undefined, act: () => void): { end(): void } {
  let timer: NodeJS.Timeout | undefined
  const start = () => {
    act()
    timer = setInterval(act, 500)
  }
  if (signal?.aborted) start()
  else signal?.addEventListener('abort', start)
  return {
    end() {
      clearInterval(timer)
      signal?.removeEventListener('abort', start)
    },
  }
}

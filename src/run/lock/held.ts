import type { Session } from '../../database/postgres/session'
import { prepareWork } from '../context/application-name'
import type { RunContext } from '../context/run-context'
import { enterCallersTransaction, type CallersPart } from './callers-transaction'
import { acquireLock, type DoneElsewhere, type Lock } from './migrator-lock'
import { openWork } from './work-connection'
import { leaveWork } from './work-lock'

/** The connections of one run: one holds the journal's lock, the other works. */
export interface Sessions {
  readonly lock: Lock
  readonly work: Session
}

/** The journal's lock, held, with the connection for the work that was opened after it was won. */
export class Held implements Sessions {
  private constructor(
    private readonly context: RunContext,
    readonly lock: Lock,
    readonly work: Session,
    private readonly part: CallersPart,
    private readonly restore: (() => Promise<void>) | undefined,
    private readonly quiet: () => void,
  ) {}

  /** Waits for the lock; undefined where `doneElsewhere` says, while it waits, that nothing is left to do. */
  static async enter(
    context: RunContext,
    session: Session,
    doneElsewhere: DoneElsewhere,
  ): Promise<Held | undefined> {
    const lock = await acquireLock(context, session, doneElsewhere)
    if (!lock) return undefined
    const work = await openWork(context, lock.watch).catch(async (error: unknown) => {
      await lock.release()
      throw error
    })
    const quiet = work.onNotice(({ severity, message, completed }) => {
      context.observer.message?.(severity, message, context.running?.(completed))
    })
    try {
      const part = await enterCallersTransaction(work)
      const restore = await prepareWork(work, context.database.borrowed ? context.name : undefined)
      return new Held(context, lock, work, part, restore, quiet)
    } catch (error) {
      await release(context, { lock, work }, undefined, quiet)
      throw error
    }
  }

  /** Releases everything; in a caller's transaction, what was done is a part of it, or undone. */
  async leave(failed: boolean): Promise<void> {
    try {
      if (failed) await this.undo()
      else await this.part.keep()
    } catch (error) {
      await this.undo()
      throw error
    } finally {
      await this.release()
    }
  }

  /** Where the script has ended the transaction there is nothing to undo; the run's own error counts. */
  private async undo(): Promise<void> {
    await this.part.undo().catch(() => undefined)
  }

  private release(): Promise<void> {
    const { context, part, restore, quiet } = this
    return release(context, this, part.undone ? undefined : restore, quiet)
  }
}

async function release(
  context: RunContext,
  { lock, work }: Sessions,
  restore: (() => Promise<void>) | undefined,
  quiet: () => void,
): Promise<void> {
  quiet()
  // where this fails the connection is gone, and the lock with it
  await leaveWork(context, work, restore).catch(() => undefined)
  const isOwn = !context.database.borrowed && !work.pooled
  await Promise.all([work.close(), lock.release(isOwn)])
}

import { openDatabase } from '../database/open'
import type { Session } from '../database/postgres/session'
import { MigrationError } from '../errors'
import { readState } from '../journal/journal'
import { ensureJournal } from '../journal/shape'
import { emptyState, type JournalState } from '../journal/model/applied-state'
import type { Observer } from '../run/context/events'
import { settleNames } from '../plan/numbering/settle-names'
import { createContext } from '../run/context/run-context'
import { openAhead } from '../run/lock/early-connection'
import { Held } from '../run/lock/held'
import { readScripts } from '../script/source/read-scripts'
import type { ScriptLayout } from '../script/layout/layout'
import type { Script } from '../script/script'
import { withSystemFailures } from '../system-error'
import type { Settings } from '../settings/value/setting-types'

/** The folder and the journal as they were read, the scripts under the numbers that the journal knows, and the connection that read them. */
export interface JournalWork {
  settings: Settings
  scripts: readonly Script[]
  state: JournalState
  session: Session
}

/** Who works, how, and who may stop it. */
export interface UpkeepOptions {
  layout?: ScriptLayout | undefined
  observer?: Observer
  signal?: AbortSignal
  /** True: the folder is not read, and `scripts` is empty. */
  withoutScripts?: boolean
}

/** Runs work that looks at the folder and the journal together; nothing is locked or written. */
export async function readingJournal<Result>(
  settings: Settings,
  options: UpkeepOptions,
  work: (found: JournalWork) => Promise<Result>,
): Promise<Result> {
  const reading = scriptsFor(settings, options)
  reading.catch(() => undefined) // a database that cannot be opened is told instead
  const database = await withSystemFailures(openDatabase(settings))
  try {
    const session = await database.open('read')
    try {
      const [scripts, state] = await Promise.all([reading, readState(session, settings.journal)])
      return await work({ settings, scripts: settleNames(scripts, state), state, session })
    } finally {
      await session.close()
    }
  } finally {
    await database.close()
  }
}

async function scriptsFor(
  settings: Settings,
  { layout, withoutScripts = false }: UpkeepOptions,
): Promise<readonly Script[]> {
  if (withoutScripts) return []
  return withSystemFailures(readScripts(settings, { others: [], layout }))
}

/**
 * Runs work that changes the journal, under the migrator's lock and in one transaction: what it throws
 * undoes its changes. Where there is no journal, `state` is empty and nothing is locked.
 * @param after runs under the lock too, once the changes are kept
 * @throws {MigrationError} LOCK_WAIT_EXPIRED, READ_ONLY, INTERRUPTED; what `work` throws
 */
export async function changingJournal<Result>(
  settings: Settings,
  { observer, signal, ...options }: UpkeepOptions,
  work: (found: JournalWork) => Promise<Result>,
  after?: (result: Result) => Promise<void>,
): Promise<Result> {
  const scripts = await scriptsFor(settings, options)
  const database = await withSystemFailures(openDatabase(settings))
  try {
    const context = createContext(database, settings, observer, signal && { signal })
    const opening = openAhead(database)
    try {
      const session = await opening.session
      const before = await readState(session, settings.journal)
      if (!before.exists) return await work({ settings, scripts, state: emptyState, session })
      const held = await Held.enter(context, session, () => Promise.resolve(false))
      if (!held) throw new Error('the lock is held, or waiting for it was refused')
      let failed = true
      try {
        const state = await ensureJournal(held.work, settings.journal, true)
        const result = await inTransaction(held.work, () =>
          work({ settings, scripts: settleNames(scripts, state), state, session: held.work }),
        )
        failed = false
        await after?.(result)
        return result
      } finally {
        await held.leave(failed)
      }
    } finally {
      await opening.close()
    }
  } finally {
    await database.close()
  }
}

async function inTransaction<Result>(
  session: Session,
  work: () => Promise<Result>,
): Promise<Result> {
  await sendOwn(session, 'BEGIN')
  try {
    const result = await work()
    await sendOwn(session, 'COMMIT')
    return result
  } catch (error) {
    await session.send('ROLLBACK')
    throw error
  }
}

/** Sends statements of typetrek's own; throws what the server refuses. */
export async function sendOwn(session: Session, text: string): Promise<void> {
  const { error } = await session.send(text)
  if (!error) return
  throw new MigrationError('JOURNAL_FAILED', 'the journal could not be changed', {
    detail: error.message,
    hint: 'Check what the server says, and run it again.',
    sqlstate: error.code,
    cause: error,
  })
}

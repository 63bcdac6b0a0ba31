import { callable, flag, methods, signal, text } from '../settings/value/arguments'
import type { InitMigration } from '../set-up/build-initial-schema'
import type { ApproveJournalSql } from '../run/context/journal-sql'
import type { RunHooks } from '../run/context/hooks'
import type { Listeners } from '../run/context/observers'

/** Who is notified while work goes on, and who may stop it. */
export interface ExecuteOptions extends Listeners {
  /** The caller's own work before and after the run and each script. */
  hooks?: RunHooks
  /** Handed to TypeScript scripts as `context.caller`. */
  context?: unknown
  /** Aborting it cancels the current script, rolls it back and throws INTERRUPTED. */
  signal?: AbortSignal
  /**
   * Whether SQL of the journal may run, as it does to revert a script whose file is gone: yes, no, or a
   * function that is given that SQL. Default: where only the journal's owner and superusers may write it.
   */
  approveJournalSql?: ApproveJournalSql
}

/** How `setUp` builds an empty database, and what it does with the scripts. */
export interface SetUpOptions extends ExecuteOptions {
  /**
   * Run the scripts instead of marking them as done; default: true where nothing builds the database.
   */
  runScripts?: boolean
  /** What builds the empty database; default: the canonical schema of the settings, unless scripts run. */
  initMigration?: InitMigration
}

/** Which entries `list` and `errors` give; all unless said. */
export interface ListOptions {
  /** Only so many, the newest. */
  limit?: number
  /** Only those that ended then or later. */
  since?: Date
  /** Only those of the scripts that the folder holds. */
  inFolder?: boolean
  /** Only those of this script. */
  revision?: string
  /** Also those that ended otherwise, or are running: the whole journal. */
  all?: boolean
  /** The newest first. */
  reverse?: boolean
}

/** What `execute` takes. */
export const executeShape = {
  observer: methods('planned', 'started', 'finished', 'notice', 'message', 'statement'),
  onEvent: callable,
  logger: methods('info', 'log', 'warn', 'error'),
  hooks: methods('beforeRun', 'afterRun', 'beforeStep', 'afterStep'),
  context: { what: 'anything', holds: () => true },
  signal,
  approveJournalSql: {
    what: 'true, false or a function',
    holds: (value: unknown) => flag.holds(value) || callable.holds(value),
  },
}

/** What `setUp` takes. */
export const setUpShape = {
  ...executeShape,
  runScripts: flag,
  initMigration: {
    what: 'a path, a function, a class or an object with upgrade',
    holds: (value: unknown) =>
      text.holds(value) || callable.holds(value) || methods('upgrade', 'up').holds(value),
  },
}

/** What `unlock` takes. */
export const listOfSessions = {
  what: 'a list of sessions as lockSessions gives it',
  holds: (value: unknown) =>
    Array.isArray(value) &&
    value.every((one: { pid?: unknown } | null) => Number.isSafeInteger(one?.pid)),
}

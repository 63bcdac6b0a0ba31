import type { FullEntry } from '../journal/model/entry'
import type { Plan, Request, Target } from '../plan/plan'
import type { ShownSettings } from '../settings/show-settings'
import type { ExecuteOptions, ListOptions, SetUpOptions } from './option-shapes'
import type { JournalState } from '../journal/model/applied-state'
import type { RunReport } from '../run/context/events'
import type { Task } from '../run/execute'
import type { Status } from './status'
import type { LockSession } from '../run/lock/lock-sessions'

/** One database and one folder of scripts: everything that the command line and the library do with them. */
export interface Migrator {
  /** As they were read, without secrets: those are shown as `***`. */
  readonly settings: ShownSettings
  /** `database "app" at localhost:5432`, without secrets. */
  readonly label: string
  /** The state of the database: a plan without steps, and what is going on. Never writes; starts no embedded server. */
  status(): Promise<Status>
  /** What a request would do. Never writes, imports no script. */
  plan(request: Request): Promise<Plan>
  /** Plans and runs. @throws {MigrationError} with `results` */
  execute(request: Request, options?: ExecuteOptions): Promise<RunReport>
  /** Goes up or down to a target, or does nothing where that is not needed. @throws {MigrationError} with `results` */
  migrateTo(target: Target, options?: ExecuteOptions): Promise<RunReport>
  /**
   * Applies these scripts alone, whatever else is pending; those that are applied are left as they are.
   * @throws {MigrationError} UNKNOWN_REVISION, whatever a script refuses, with `results`
   */
  runScripts(revisions: readonly string[], options?: ExecuteOptions): Promise<RunReport>
  /** Reverts these scripts alone, the newest application first; those that are not applied are left. */
  runDowngradeScripts(revisions: readonly string[], options?: ExecuteOptions): Promise<RunReport>
  /** Sets up an empty database; `setUp: false` in the report when it had been set up before. */
  setUp(options?: SetUpOptions): Promise<RunReport>
  /** The journal's successes, oldest first. */
  list(options?: ListOptions): Promise<FullEntry[]>
  /** The journal's failures, oldest first. */
  errors(options?: ListOptions): Promise<FullEntry[]>
  /** One entry in full. @throws {MigrationError} ENTRY_NOT_FOUND */
  trace(id: string): Promise<FullEntry>
  /** Who holds the lock, and the sessions of that run; empty when nobody does. @throws {MigrationError} UNLOCK_REFUSED where only the lock itself is known */
  lockSessions(): Promise<LockSession[]>
  /**
   * Ends the sessions given, or all of `lockSessions()`: what they run is rolled back or cancelled.
   * Returns the process ids that were ended. @throws {MigrationError} UNLOCK_REFUSED
   */
  unlock(sessions?: readonly LockSession[]): Promise<number[]>
  /** Releases what was opened here, when what still runs has ended; `await using` calls it. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** A migrator with what stored plans and answers over a network need beside that. */
export interface StoringMigrator extends Migrator {
  /** A plan, and the state of the journal that it was made from. Reads only. */
  planWithState(request: Request): Promise<{ plan: Plan; state: JournalState }>
  /**
   * Carries a plan out that was made before.
   * @param expected throws where it is another one now
   */
  carryOut(
    request: Request,
    options: ExecuteOptions,
    expected: NonNullable<Task['expected']>,
  ): Promise<RunReport>
  /** A text for others to see, without the secrets of the settings. */
  hide(text: string): string
}

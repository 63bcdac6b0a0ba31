import type { StepResult } from '../../errors'
import type { EntryFilter } from '../../journal/entries'
import type { FullEntry } from '../../journal/model/entry'
import type { JournalState } from '../../journal/model/applied-state'
import type { Plan } from '../../plan/plan'
import type { ExecutionContext } from './run-context'

/** Reads a journal; creates nothing, locks nothing. */
export interface JournalReader {
  /** What is applied. */
  read(): Promise<JournalState>
  /** Entries in full, oldest first; of more than the filter's limit the newest. */
  entries(filter: EntryFilter): Promise<FullEntry[]>
}

/**
 * A database as the executor sees it, for one execution: `execute` reads, plans, locks, plans again and
 * runs, and a backend does what depends on the engine.
 *
 * The claim is what makes it safe: before a step does any work, its entry is written, and the write is
 * refused where the journal has an entry of that revision with that ordinal which is no failure. The lock
 * is for order, and so that a second migrator waits and does not fail.
 */
export interface Backend extends JournalReader {
  /**
   * Adds to a plan with steps what only the database knows.
   * @throws {MigrationError} OTHER_TOOL where it must not run here
   */
  complete(plan: Plan): Promise<Plan>
  /**
   * Waits for the journal's lock, and then creates the journal where there is none. While another migrator
   * holds the lock, `isDone`, where it is given, is asked whether the journal shows that nothing is left.
   * @param plan what is about to run
   * @throws {MigrationError} LOCK_WAIT_EXPIRED, INTERRUPTED, READ_ONLY
   */
  lock(plan: Plan, isDone?: (state: JournalState) => boolean): Promise<Locked>
  /**
   * Claims, runs and records the steps in their order, and reports each one to the observer as started and
   * as finished. It stops at the first that fails: its work is undone as far as the engine can, and the
   * failure is recorded.
   * @returns what was done
   * @throws {MigrationError} with `results`; CLAIM_REFUSED, with nothing done for that step, where another
   *   migrator was first
   */
  run(plan: Plan): Promise<readonly StepResult[]>
  /** Releases the lock and the connections; `failed` where the execution throws. Called once, always. */
  close(failed: boolean): Promise<void>
}

/** Makes a backend for one execution, or to read once. */
export type OpenBackend = (context: ExecutionContext) => Backend | Promise<Backend>

/** What the wait for the lock came to: the journal's state, and whether the lock is held. */
export interface Locked {
  state: JournalState
  /** False where another migrator has done it all. */
  held: boolean
}

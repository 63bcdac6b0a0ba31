import type { Direction } from './script'
import type { ScriptTable } from './script-table'

/** What the `rollback` of a script is given. */
export interface RollbackContext extends ScriptContext {
  /** True: it reverts the script. False: it recovers after a failure, where `safe = false`. */
  force: boolean
}

/** What the `runPartial` of a script is given. */
export interface PartialContext extends ScriptContext {
  /** True: the script is applied, and runs again. False: it failed, and its work was rolled back as far as that can be. */
  again: boolean
}

/** What a TypeScript script is given beside its QueryRunner. */
export interface ScriptContext {
  direction: Direction
  revision: string
  /** What the program that runs the scripts gave them: the option `context`. */
  caller: unknown
  /** Aborted when the user says stop: for a script that waits for something else than the database. */
  signal: AbortSignal
  /**
   * Runs SQL in the script's own transaction: without an argument the script's `.sql` file for this
   * direction, else a file named relative to the script.
   * @throws {MigrationError} SCRIPT_FAILED with the place in the file; SCRIPT_INVALID
   */
  runSql(file?: string): Promise<void>
  /** A table, by its name and its schema (that of the search path unless said), for short work on it. */
  table(name: string, schema?: string): ScriptTable
  /** Writes a line to the migrator's output (stderr on the command line). */
  log(message: string): void
}

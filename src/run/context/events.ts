import type { StepResult } from '../../errors'
import type { Plan, Step } from '../../plan/plan'

/** A script as people call it. */
export interface ScriptName {
  revision: string
  title: string
}

/** What an execution did: a value; printing it is the command line's work. */
export interface RunReport {
  plan: Plan
  steps: readonly StepResult[]
  /** True when the canonical schema or an initial migration was built by this call. */
  setUp?: boolean
}

/** What a notice is about, where that is more than something to know: it waits for others, or tries again. */
export type NoticeKind = 'waiting' | 'retry'

/**
 * Called while work goes on; every method is optional and must not throw. Each `started` is followed by one
 * `finished` of the same script before the next `started`, also where the script fails, is interrupted or is
 * left to another migrator. SQL scripts travel to the server many in one message: those after the first are
 * reported as the server's answer, or a look once a second, shows that the one before them has ended. Times
 * are the server's own.
 */
export interface Observer {
  /** The plan that is about to run, read again under the lock. */
  planned?(plan: Plan): void
  /** A step begins; `index` counts from 0. A script that is tried again after a lock timeout begins once. */
  started?(step: Step, index: number, total: number): void
  finished?(result: StepResult, index: number, total: number): void
  /**
   * A sentence for a person: what the plan's `notices` say, also where there is nothing to do; another
   * migrator holds the lock, a lock timed out and is retried, …
   */
  notice?(text: string, kind?: NoticeKind): void
  /** NOTICE, WARNING or INFO that a script raised, or a line from `context.log()`, and which script it was. */
  message?(severity: string, text: string, script?: ScriptName): void
}

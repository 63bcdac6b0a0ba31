import type { Operation } from '../journal/entry'
import type { Plan, Step } from '../plan/plan'
import type { Direction, Kind } from '../script/script'

/** A script as people call it. */
export interface ScriptName {
  revision: string
  title: string
}

/** What became of one step. */
export interface StepResult {
  revision: string
  title: string
  kind: Kind
  direction: Direction
  operation: Operation
  outcome: 'success' | 'error'
  durationMs: number
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

/** Told while work goes on; every method is optional and must not throw. */
export interface Observer {
  /** The plan that is about to run, read again under the lock. */
  planned?(plan: Plan): void
  /** Before a step runs; `index` counts from 0. Consecutive SQL scripts may start together. */
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

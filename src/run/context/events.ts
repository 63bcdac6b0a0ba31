import type { MigrationError, StepResult } from '../../errors'
import type { PlanNotice, ScriptName } from '../../plan/notice'
import type { Plan, Step } from '../../plan/plan'
import type { Blocker, LockHolder, ServerSession } from './server-sessions'

/** What an execution did: a value; printing it is the command line's work. */
export interface RunReport {
  plan: Plan
  steps: readonly StepResult[]
  /** True when the canonical schema or an initial migration was built by this call. */
  setUp?: boolean
}

/** The run waits for another session. */
export type WaitingNotice = { kind: 'waiting' } & (
  | {
      /** Another migrator holds the journal's lock. */
      code: 'LOCK_HELD'
      holder: LockHolder
    }
  | {
      /** A session of an earlier migrator that has lost the lock is still active. */
      code: 'ORPHAN_AT_WORK'
      session: ServerSession
    }
  | {
      /** A script, or what `work` names, is blocked by a lock. */
      code: 'BLOCKED'
      work: string
      blocker: Blocker
    }
  | {
      /** Another session builds the index that a script would build. */
      code: 'INDEX_BUILDING'
    }
)

/** Something is tried again. */
export type RetryNotice = { kind: 'retry' } & (
  | {
      /** A lock timeout, a deadlock or a serialization failure stopped it. */
      code: 'CONFLICT'
      work: string
      sqlstate: string
      /** The session that blocked it last. */
      blocker: Blocker | undefined
      /** Milliseconds until it is tried again. */
      wait: number
    }
  | {
      /** Another migrator has claimed a script first, so the run reads the journal and plans again. */
      code: 'PLAN_AGAIN'
      error: MigrationError
    }
)

/** Anything else to know about a run. */
export type RunNotice = { kind: 'notice' } & (
  | {
      /** Behind a pooler no lock can be held: the claims in the journal guard alone. */
      code: 'CLAIMS_ONLY'
    }
  | {
      /** Behind a pooler, scripts outside a transaction run without their timeouts. */
      code: 'POOLED_SETTINGS'
    }
  | {
      /** A session of an earlier migrator was ended. */
      code: 'ORPHAN_ENDED'
      pid: number
      was: 'idle' | 'in a transaction'
    }
  | {
      /** The connection for the work is not there yet. */
      code: 'SECOND_CONNECTION'
      giver: 'pool' | 'pooler' | 'server'
    }
  | {
      /** How far an index build has come. */
      code: 'INDEX_PROGRESS'
      work: string
      phase: string
      percent: number | undefined
    }
  | {
      /** The journal could not record a failure. */
      code: 'FAILURE_NOT_RECORDED'
      reason: string
    }
  | {
      /** A script has its own BEGIN and COMMIT in the middle, so it runs statement by statement. */
      code: 'OWN_TRANSACTION'
      script: ScriptName
      file: string
    }
  | {
      /** An INVALID index that an earlier attempt left is dropped. */
      code: 'INVALID_INDEX'
      index: string
    }
  | {
      /** A set-up that was cut off goes on. */
      code: 'SET_UP_RESUMED'
    }
)

/**
 * What a person should know while a run goes on, as data: `kind` says how to treat it, `code` what it is
 * about. `describeNotice` makes the sentence that the command line prints.
 */
export type Notice = PlanNotice | RunNotice | WaitingNotice | RetryNotice

/** A wait for another session, a retry, or any other notice. */
export type NoticeKind = Notice['kind']

/** A statement as it was sent, and how long the server took for it. */
export interface TimedStatement {
  text: string
  /** With one decimal. */
  durationMs: number
}

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
  /** The plan's `notices`, also where there is nothing to do; a wait for another session, a retry, … */
  notice?(notice: Notice): void
  /** NOTICE, WARNING or INFO that a script raised, or a line from `context.log()`, and which script it was. */
  message?(severity: string, text: string, script?: ScriptName): void
  /**
   * A statement of a script has ended, well or not. SQL scripts then travel statement by statement, and no
   * longer many in one message.
   */
  statement?(statement: TimedStatement, script: ScriptName): void
}

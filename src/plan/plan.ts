import type { PlanNotice } from './notice'
import type { Entry, Operation } from '../journal/model/entry'
import type { OtherHistory } from '../journal/histories'
import type { JournalState } from '../journal/model/applied-state'
import type { Direction, Kind, Script } from '../script/script'
import type { LateScripts } from '../settings/value/setting-types'

/** A version as a command takes it: digits (`0` = nothing applied) or a word. */
export type Target = string

/** What a caller requests. */
export type Request =
  | ({ command: 'upgrade'; target?: Target; count?: number } & Alone)
  | ({ command: 'downgrade'; target?: Target; count?: number } & Alone)
  | { command: 'to'; target: Target }
  /** Records without running: everything pending, up to a version, or one revision alone. */
  | {
      command: 'mark'
      target?: Target
      only?: string
      count?: number
      /** Exactly these. */
      revisions?: readonly string[]
    }
  /**
   * Runs the script that failed or was interrupted again, from its first statement that is not done; without
   * a target the only one. `answer` says what the catalog cannot: whether the statement in doubt, or a
   * TypeScript script outside a transaction, was done.
   */
  | { command: 'rebuild'; target?: Target; answer?: Answer }

/** One script alone, or a few, in place of a target and a count. */
export interface Alone {
  /** Its revision; `next` on the way up. Several run upwards by revision, and downwards by application. */
  only?: Target | readonly Target[]
  /**
   * Also where its neighbours do not allow it: something older is pending, or something was applied after
   * it. Default: OUT_OF_ORDER.
   */
  force?: boolean
}

/** A person's answer to whether interrupted work was done. */
export type Answer = 'done' | 'not done'

/** The settings that planning reads. */
export interface PlanOptions {
  lateScripts: LateScripts
  /** Refuse when a script is changed or missing. */
  strict: boolean
  /** Modules that have no downgrade, as far as their texts show: a plan refuses them before they are imported. */
  withoutDowngrade?: ReadonlySet<string>
}

/** One script, one way. */
export interface Step {
  revision: string
  title: string
  kind: Kind
  direction: Direction
  operation: Operation
  /** The claim that this step makes. */
  ordinal: number
  late: boolean
  /** Absent: the file is gone and the journal's own text reverts it. */
  script?: Script
  /** The version before this step, where a version is kept instead of a journal, or scripts lead from one to another. */
  from?: string
  /** The version after it. */
  to?: string
  /** The unfinished entry that this step takes over or goes on from. */
  resume?: Entry
  /** True: the script is applied, and its `runPartial` runs. */
  again?: true
  /** What a person says of the work in doubt. */
  answer?: Answer
  /**
   * Where a person's answer says what is done with statements that are recorded as done, although a script
   * below has been reverted since: `start` runs them again, `record` skips them.
   */
  resumeFrom?: 'start' | 'record'
  /** True where `script` is absent: its SQL comes from the journal. */
  fromJournal?: true
  /** That SQL, as it would run; read with the plan. */
  journalSql?: string
}

/** Decides what a request means; how depends on what the scripts are to each other. Pure. */
export type Planner = (
  scripts: readonly Script[],
  state: JournalState,
  request: Request,
  options: PlanOptions,
) => Plan

/** A pending script, as status shows it. */
export interface PendingScript {
  script: Script
  late: boolean
}

/** What will be done, and everything about the scripts that a person should know. A value: printing it and running it are others' work. */
export interface Plan {
  steps: readonly Step[]
  applied: readonly Entry[]
  pending: readonly PendingScript[]
  /** Applied, but the file is gone. */
  missing: readonly Entry[]
  /** Applied, but the text differs since. */
  changed: readonly { entry: Entry; script: Script }[]
  /** Started and not finished. */
  unfinished: readonly Entry[]
  /** What other tools have done here, where the journal records nothing: `upgrade` refuses. */
  otherTools?: readonly OtherHistory[]
  /** TypeORM's names of the migrations among the scripts, by revision; where a step is one. */
  migrations?: ReadonlyMap<string, string>
  /** What a person should know; nothing that stops the work. */
  notices: readonly PlanNotice[]
  /** Who may write the journal beside its owner and superusers; asked only where its SQL would run. */
  journalWriters?: readonly string[]
}

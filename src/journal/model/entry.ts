import type { ChecksumKind, Kind } from '../../script/script'

/** What was done to a revision: ran, ran from where it had stopped, recorded without running, reverted. */
export type Operation = 'run' | 'run_partial' | 'run_skip' | 'rollback'

/** How an operation ended; `running` is started and not ended, by a migrator that works or is dead. */
export type Outcome = 'running' | 'success' | 'error'

/** The revision under which set-up keeps its own entry: the empty database. No script may have it. */
export const setUpRevision = '0'

/** One row of the journal, as far as planning needs it. */
export interface Entry {
  /** Grows with every claim: the order of application. */
  id: string
  revision: string
  title: string
  /** `setup` is the entry of set-up itself. */
  kind: Kind | 'setup'
  operation: Operation
  /** Counts the operations on one revision that did not fail, from 1; the claim compares and swaps on it. */
  ordinal: number
  outcome: Outcome
  /** How many migrators took this entry over, from 1. */
  attempt: number
  /** Statements of a non-transactional script that are done. */
  statementsDone: number
  checksum: string
  checksumKind: ChecksumKind
  /** SHA-256 of the statements done, so that a resume notices when they were edited. */
  doneChecksum: string | null
  /** True when the journal keeps the SQL that reverts this entry. */
  revertible: boolean
  /** ISO 8601, UTC. */
  startedAt: string
  finishedAt: string | null
  durationMs: number | null
  /** The uuid that the script's module said that it had; null for any other. */
  uuid?: string | null
}

/** One row of the journal in full, for `list`, `errors` and `trace`. */
export interface FullEntry extends Entry {
  runId: string
  statementsTotal: number | null
  error: Record<string, unknown> | null
  trace: string | null
  /** What the script printed, where that is kept. */
  output?: string
  operator: string
  toolVersion: string
  /** The name of the script's responsible file; null where it is not known, as in a journal of shape 1. */
  file: string | null
}

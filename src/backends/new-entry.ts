import { foldEntries } from '../journal/model/applied-state'
import type { FullEntry } from '../journal/model/entry'
import { labelOf } from '../plan/notice'
import type { Step } from '../plan/plan'
import { claimOf, type ExecutionContext } from '../run/context/run-context'
import { codeFailure, errorFields } from '../run/failure/script-failure'
import { claimRefused } from '../run/failure/unfinished'
import { traceOf } from '../run/failure/user-stack'

/** How an entry that is written at once ended. */
export interface EntryEnd {
  outcome: 'running' | 'success' | 'error'
  /** What it failed with. */
  error?: unknown
  statementsTotal?: number | null | undefined
}

/**
 * An entry of a step, as a journal that is no table of PostgreSQL may keep it: plain values, which JSON
 * takes. It begins and ends now.
 * @param id greater than that of every entry before it
 */
export function newEntry(
  context: ExecutionContext,
  step: Step,
  id: string,
  { outcome, error, statementsTotal = null }: EntryEnd,
): FullEntry {
  const { upgradeText: _, downgradeText, ...claim } = claimOf(context, step, statementsTotal)
  const now = new Date().toISOString()
  return {
    ...claim,
    id,
    outcome,
    attempt: 1,
    statementsDone: 0,
    doneChecksum: null,
    revertible: downgradeText !== null,
    startedAt: now,
    finishedAt: outcome === 'running' ? null : now,
    durationMs: null,
    ...failureOf(error, step),
  }
}

/**
 * Refuses a step of which another migrator has done the operation that it claims.
 * @param entries the journal's, oldest first, as they are now
 * @throws {MigrationError} CLAIM_REFUSED
 */
export function refuseClaimed(entries: readonly FullEntry[], { revision, ordinal }: Step): void {
  const claimed = foldEntries(entries).ordinals.get(revision) ?? 0
  if (claimed >= ordinal) throw claimRefused(revision)
}

function failureOf(error: unknown, step: Step): Pick<FullEntry, 'error' | 'trace'> {
  if (error === undefined) return { error: null, trace: null }
  const failure = codeFailure(error, labelOf(step), step.script?.file ?? '')
  return { error: errorFields(failure), trace: traceOf(failure) }
}

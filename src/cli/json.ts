import { MigrationError } from '../errors'
import type { Entry, FullEntry } from '../journal/entry'
import type { Plan, PendingScript, Step } from '../plan/plan'
import type { StepResult } from '../run/report'

/**
 * A document as text. Secrets are taken out of its strings, not out of the text, so that a password
 * like `":` cannot break it; names of keys are ours and stay.
 */
export function documentText(value: unknown, redact: (text: string) => string): string {
  const replacer = (_key: string, member: unknown) =>
    typeof member === 'string' ? redact(member) : member
  return JSON.stringify(value, replacer, 2)
}

export function statusDocument(database: string, plan: Plan): object {
  return {
    database,
    applied: plan.applied.map(appliedMember),
    pending: plan.pending.map(pendingMember),
    missing: plan.missing.map(appliedMember),
    changed: plan.changed.map(({ entry }) => appliedMember(entry)),
    unfinished: plan.unfinished.map(unfinishedMember),
  }
}

export function planDocument(database: string, plan: Plan): object {
  return { database, steps: plan.steps.map(stepMember), notices: plan.notices }
}

export function runDocument(steps: readonly StepResult[], setUp?: boolean): object {
  return {
    outcome: 'success',
    ...(setUp !== undefined && { setUp }),
    steps: steps.map(resultMember),
  }
}

/** What failed; a command that runs steps also says how far it came. */
export function errorDocument(error: unknown, runsSteps: boolean): object {
  const failure = { error: errorMember(error) }
  if (!runsSteps) return failure
  return { outcome: 'error', steps: stepsDone(error).map(resultMember), ...failure }
}

export function entriesDocument(database: string, entries: readonly FullEntry[]): object {
  return { database, entries }
}

/** The steps that came before a failure, and the failed one. */
export function stepsDone(error: unknown): readonly StepResult[] {
  return error instanceof MigrationError ? (error.results ?? []) : []
}

function appliedMember({ revision, title, kind, finishedAt, startedAt, durationMs }: Entry) {
  return { revision, title, kind, appliedAt: finishedAt ?? startedAt, durationMs }
}

function pendingMember({ script: { revision, title, kind }, late }: PendingScript) {
  return { revision, title, kind, late }
}

function unfinishedMember({ revision, title, kind, startedAt, statementsDone, attempt }: Entry) {
  return { revision, title, kind, startedAt, statementsDone, attempt }
}

function stepMember({ revision, title, kind, direction, operation, late, answer }: Step) {
  return { revision, title, kind, direction, operation, late, ...(answer && { answer }) }
}

function resultMember(result: StepResult) {
  const { revision, title, kind, direction, operation, outcome, durationMs } = result
  return { revision, title, kind, direction, operation, outcome, durationMs }
}

/** A bug has the code INTERNAL, which no expected failure has. */
function errorMember(error: unknown): object {
  if (!(error instanceof MigrationError)) {
    return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) }
  }
  const { code, message, detail, hint, file, line, column, sqlstate } = error
  return { code, message, detail, hint, file, line, column, sqlstate }
}

import { describeNotice } from '../../run/context/notice-text'
import { MigrationError } from '../../errors'
import type { Entry, FullEntry } from '../../journal/model/entry'
import type { Plan, PendingScript, Step } from '../../plan/plan'
import type { StepResult } from '../../errors'
import type { RunReport } from '../../run/context/events'
import type { DatabasePlace } from './database-member'
import { partition, type Partition, type StatusView } from './status-partition'

/**
 * A document as text. Secrets are taken out of its strings, not out of the text, so that a password
 * like `":` cannot break it; names of keys are typetrek's and stay.
 */
export function documentText(
  value: unknown,
  redact: (text: string) => string,
  indentation = 2,
): string {
  const replacer = (_key: string, member: unknown) =>
    typeof member === 'string' ? redact(member) : member
  return JSON.stringify(value, replacer, indentation)
}

/** What every document has: how the command ended, and what it is about. */
export function envelope(
  outcome: 'success' | 'no' | 'error',
  exitStatus: number,
  place: DatabasePlace | undefined,
  members: object,
): object {
  return { outcome, exitStatus, database: place?.member ?? null, ...members }
}

export function statusDocument(status: StatusView): object {
  const parts = partition(status)
  return {
    applied: parts.applied.map((entry) => appliedMember(entry, parts)),
    pending: parts.pending.map(pendingMember),
    failed: parts.failed.map(({ entry, late }) => ({ ...failedMember(entry), late })),
    unfinished: parts.unfinished.map(unfinishedMember),
    missing: parts.missing.map((entry) => appliedMember(entry, parts)),
    changed: parts.changed.map((entry) => appliedMember(entry, parts)),
    running: status.running,
    notices: status.notices.map(describeNotice),
  }
}

export function planDocument(plan: Plan, outside: ReadonlySet<string>): object {
  const { notices, journalWriters } = plan
  const steps = plan.steps.map((step) => stepMember(step, outside))
  return { steps, notices: notices.map(describeNotice), ...(journalWriters && { journalWriters }) }
}

export function runDocument({ steps, plan, setUp }: RunReport): object {
  const done = steps.map(resultMember)
  return {
    ...(setUp !== undefined && { setUp }),
    steps: done,
    notices: plan.notices.map(describeNotice),
  }
}

/** What failed; a command that runs steps also says how far it came. */
export function failureMembers(error: unknown, runsSteps: boolean): object {
  const failure = { error: errorMember(error) }
  return runsSteps ? { steps: stepsDone(error).map(resultMember), ...failure } : failure
}

/** The steps that came before a failure, and the failed one. */
export function stepsDone(error: unknown): readonly StepResult[] {
  return error instanceof MigrationError ? (error.results ?? []) : []
}

function appliedMember(entry: Entry, { failedDowngrades }: Partition) {
  const { revision, title, kind, operation, finishedAt, startedAt, durationMs } = entry
  const failed = failedDowngrades.get(revision)
  return {
    revision,
    title,
    kind,
    appliedAt: (finishedAt ?? startedAt) || null,
    durationMs,
    marked: operation === 'run_skip',
    failedDowngrade: failed ? failureOf(failed) : null,
  }
}

function pendingMember({ script: { revision, title, kind }, late }: PendingScript) {
  return { revision, title, kind, late }
}

function failedMember(entry: FullEntry) {
  const { revision, title, kind } = entry
  return { revision, title, kind, ...failureOf(entry) }
}

function failureOf(entry: FullEntry) {
  const { id, startedAt, finishedAt } = entry
  return { entry: id, failedAt: finishedAt ?? startedAt, message: messageOf(entry) ?? null }
}

function unfinishedMember(entry: FullEntry) {
  const { id, revision, title, kind, startedAt, attempt } = entry
  const { statementsDone, statementsTotal } = entry
  const direction = entry.operation === 'rollback' ? 'down' : 'up'
  const common = { revision, title, kind, direction, startedAt, attempt }
  return {
    ...common,
    statementsDone,
    statementsTotal,
    entry: id,
    message: messageOf(entry) ?? null,
  }
}

/** What the server or the script said, in one line, without the script's name where the entry has that apart. */
export function reasonOf(entry: FullEntry): string | undefined {
  const reason = entry.error?.['reason']
  return typeof reason === 'string' ? reason : messageOf(entry)
}

/** The error's message, in one line, where an entry has one. */
export function messageOf({ error }: FullEntry): string | undefined {
  const message = error?.['message']
  return typeof message === 'string' ? message : undefined
}

function stepMember(step: Step, outside: ReadonlySet<string>) {
  const { revision, title, kind, direction, operation, late, answer, script } = step
  const { fromJournal, journalSql } = step
  return {
    revision,
    title,
    kind,
    direction,
    operation,
    late,
    // whether a module runs in a transaction, and can be reverted, is known once it is imported
    transaction: kind === 'sql' ? !outside.has(revision) : null,
    reversible: kind === 'sql' ? script === undefined || script.downgrade !== undefined : null,
    ...(answer && { answer }),
    ...(fromJournal && { fromJournal, sql: journalSql }),
  }
}

/** One step as documents and events show it. */
export function resultMember(result: StepResult) {
  const { revision, title, kind, direction, operation, outcome, durationMs } = result
  return { revision, title, kind, direction, operation, outcome, durationMs }
}

/** A bug has the code INTERNAL, which no expected failure has. */
export function errorMember(error: unknown): object {
  const found =
    error instanceof MigrationError
      ? error
      : { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) }
  const { code, message, detail, hint, file, line, column, sqlstate } = found as MigrationError
  const retryable = error instanceof MigrationError && error.retryable
  const fields = { code, message, detail, hint, file, line, column, sqlstate, retryable }
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, value ?? null]))
}

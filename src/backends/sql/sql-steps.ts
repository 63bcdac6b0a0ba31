import { hash } from 'node:crypto'
import { interrupted, MigrationError } from '../../errors'
import type { Entry } from '../../journal/model/entry'
import type { Claim } from '../../journal/model/journal-columns'
import { labelOf } from '../../plan/notice'
import type { Step } from '../../plan/plan'
import { claimOf, isTakeOver } from '../../run/context/run-context'
import {
  codeFailure,
  connectionLost,
  errorFields,
  interruptedBy,
} from '../../run/failure/script-failure'
import { inDoubt, unfinished } from '../../run/failure/unfinished'
import { traceOf } from '../../run/failure/user-stack'
import { readMarkerSections } from '../../script/named/marker-sections'
import type { SqlPart } from '../../script/script'
import { loadScript } from '../../script/typescript/load-script'
import { redactor } from '../../settings/value/redact'
import { engineContext } from './module-context'
import { wasTableDone } from './table-done'
import { runStatement, statementsOf, type StepPlace, type Work } from './statement-work'

/**
 * Claims, does and records one step. Where the engine's transactions hold everything, a script and its
 * entry are one transaction. Elsewhere the claim is committed first, and after it each statement with the
 * record that it is done, as far as the engine can keep the two together.
 */
export async function performStep(place: StepPlace, step: Step): Promise<void> {
  const saidDone = step.answer === 'done' && step.script?.kind !== 'sql'
  if (step.operation === 'run_skip' || saidDone) return markStep(place, step)
  if (step.script && step.script.kind !== 'sql') return runModule(place, step)
  const part = partOf(step)
  const work = { ...place, step, part, statements: statementsOf(place.engine, part) }
  const claim = claimOf(place.context, step, work.statements.length)
  const begun = step.resume?.outcome === 'running' || (step.resume?.statementsDone ?? 0) > 0
  if (place.engine.undoes && inTransaction(place, part) && !begun) return runAtOnce(work, claim)
  refuseTogether(place, step)
  return runStepwise(work, claim)
}

function inTransaction({ context: { settings } }: StepPlace, { options }: SqlPart): boolean {
  return options.transaction && settings.transaction !== 'none'
}

/**
 * What is committed bit by bit is no part of a run in one transaction.
 * @throws {MigrationError} TRANSACTION_MODE
 */
function refuseTogether({ context }: StepPlace, step: Step): void {
  if (context.settings.transaction !== 'all') return
  throw new MigrationError(
    'TRANSACTION_MODE',
    `script ${labelOf(step)} cannot run inside one transaction with the others`,
    { file: step.script?.file, hint: 'Run with --transaction each.' },
  )
}

function partOf({ script, direction, journalSql, revision }: Step): SqlPart {
  const part = direction === 'up' ? script?.upgrade : script?.downgrade
  if (part) return part
  if (journalSql === undefined)
    throw new Error(`a plan holds a step of ${revision} without its SQL`)
  const file = `${revision}_downgrade.sql (from the journal)`
  return readMarkerSections(journalSql, file, file, { sql: true }).upgrade
}

async function markStep({ context, journal }: StepPlace, step: Step): Promise<void> {
  const claim = claimOf(context, step, null)
  const finishedAt = { finished_at: new Date().toISOString() }
  if (!isTakeOver(step.resume)) return journal.insert(claim, 'success')
  await journal.takeOver(claim, step.resume, {
    outcome: 'success',
    operation: step.operation,
    ...finishedAt,
  })
}

/** One transaction: claim, statements, finish. */
async function runAtOnce(work: Work, claim: Claim): Promise<void> {
  const start = performance.now()
  const { journal } = work
  await journal.work.startTransaction()
  try {
    await journal.insert(claim, 'running')
    for (const index of work.statements.keys()) {
      checkpoint(work)
      await runStatement(work, index)
    }
    await journal.update(claim, done(start, work.statements.length))
    await journal.work.commitTransaction()
  } catch (error) {
    await rollBack(work)
    throw await recorded(work, claim, error, start)
  }
}

/** Goes on where an earlier attempt stopped. */
async function runStepwise(work: Work, claim: Claim): Promise<void> {
  const start = performance.now()
  const { journal } = work
  const first = await beginStepwise(work, claim)
  try {
    await runFrom(work, claim, first)
  } catch (error) {
    await rollBack(work)
    throw await recordedIn(work, claim, error, start)
  }
  await journal.update(claim, done(start, work.statements.length))
}

/** Runs the statements from one on; each is recorded as done. */
export async function runFrom(work: Work, claim: Claim, first: number): Promise<void> {
  for (let index = first; index < work.statements.length; index++) {
    checkpoint(work)
    const isAtomic = work.engine.isAtomic(work.statements[index]!)
    if (isAtomic) await work.journal.work.startTransaction()
    await runStatement(work, index)
    const checksum = checksumOf(work, index + 1)
    await work.journal.update(claim, { statements_done: index + 1, done_checksum: checksum })
    if (isAtomic) await work.journal.work.commitTransaction()
  }
}

/** Claims, or takes over what was begun; returns the first statement that is not done. */
async function beginStepwise(work: Work, claim: Claim): Promise<number> {
  const { journal, step } = work
  const { resume } = step
  const kept = step.resumeFrom === 'start' ? 0 : (resume?.statementsDone ?? 0)
  if (kept > 0) refuseEdited(work, resume!, kept)
  if (!isTakeOver(resume)) {
    const checksum = kept > 0 ? checksumOf(work, kept) : null
    await journal.insert(claim, 'running', { statements_done: kept, done_checksum: checksum })
    return kept
  }
  const first = kept + ((await wasDone(work, kept)) ? 1 : 0)
  await journal.takeOver(claim, resume, {
    statements_done: first,
    statements_total: work.statements.length,
    checksum: claim.checksum,
  })
  return first
}

/** Whether the statement at which an earlier migrator was cut off was done. */
async function wasDone(work: Work, index: number): Promise<boolean> {
  const { step, statements, engine, part } = work
  const statement = statements[index]
  if (!statement || engine.isAtomic(statement)) return false
  if (step.answer) return step.answer === 'done'
  const shown = await wasTableDone(work.journal.work, engine, statement)
  if (shown === undefined) throw inDoubt(step, index, { file: part.file })
  return shown
}

function refuseEdited(work: Work, resume: Entry, kept: number): void {
  if (checksumOf(work, kept) === resume.doneChecksum) return
  throw new MigrationError(
    'SCRIPT_UNFINISHED',
    `script ${labelOf(work.step)} is unfinished, and statements that are done were changed`,
    {
      file: work.part.file,
      hint: `Restore the first ${kept} statements; what comes after them may be changed.`,
    },
  )
}

function checksumOf({ statements }: Work, count: number): string {
  return hash(
    'sha256',
    statements
      .slice(0, count)
      .map(({ text }) => text)
      .join(';\n'),
  )
}

function checkpoint({ context: { signal } }: StepPlace): void {
  if (signal?.aborted) throw interrupted()
}

/** A module in a transaction, which on MySQL holds rows alone. */
async function runModule(place: StepPlace, step: Step): Promise<void> {
  const { context, journal, engine } = place
  const script = step.script!
  const code = await loadScript(script)
  const run = step.direction === 'up' ? code.upgrade : code.downgrade
  if (!run) throw irreversible(step)
  const claim = claimOf(context, step, null)
  const start = performance.now()
  const transaction = code.transaction && context.settings.transaction !== 'none'
  const committed = !engine.undoes || !transaction
  if (committed) refuseTogether(place, step)
  if (committed) await claimModule(place, step, claim)
  try {
    if (transaction) await journal.work.startTransaction()
    if (!committed) await journal.insert(claim, 'running')
    await run(journal.work, engineContext(place, step))
    await journal.update(claim, done(start, 0))
    if (transaction) await journal.work.commitTransaction()
  } catch (error) {
    await rollBack(place)
    const work = { ...place, step }
    throw await (committed
      ? recordedIn(work, claim, error, start)
      : recorded(work, claim, error, start))
  }
}

async function claimModule({ journal }: StepPlace, step: Step, claim: Claim): Promise<void> {
  const { resume, answer, script } = step
  if (!isTakeOver(resume)) return journal.insert(claim, 'running')
  if (answer !== 'not done') throw unfinished(step, script?.file ?? '')
  await journal.takeOver(claim, resume, { checksum: claim.checksum })
}

function irreversible({ revision, script }: Step): MigrationError {
  return new MigrationError('IRREVERSIBLE', `script ${revision} has no downgrade`, {
    file: script?.file,
    hint: 'Write a new script that undoes it, or export an async function called downgrade.',
  })
}

/** Also what a script's own startTransaction has left open. */
export async function rollBack({ journal: { work } }: StepPlace): Promise<void> {
  try {
    while (work.isTransactionActive) await work.rollbackTransaction()
  } catch {
    // the connection is gone, and its transaction with it
  }
}

function done(start: number, statements: number): Record<string, string | number | null> {
  return {
    outcome: 'success',
    statements_done: statements,
    finished_at: new Date().toISOString(),
    duration_ms: Math.round(performance.now() - start),
  }
}

type Failed = StepPlace & { step: Step }

/** The failure, written as an entry of its own: the claim was rolled back. */
async function recorded(
  place: Failed,
  claim: Claim,
  error: unknown,
  start: number,
): Promise<MigrationError> {
  const failure = failureOf(place, error)
  if (isUnrecorded(failure)) return failure
  await noting(place, () =>
    place.journal.insert(claim, 'error', failureColumns(place, failure, start)),
  )
  return failure
}

/** The failure, written into the entry that was claimed, so that a rerun goes on from there. */
async function recordedIn(
  place: Failed,
  claim: Claim,
  error: unknown,
  start: number,
): Promise<MigrationError> {
  const failure = failureOf(place, error)
  if (isUnrecorded(failure)) return failure
  const columns = { ...failureColumns(place, failure, start), outcome: 'error', claim: null }
  await noting(place, () => place.journal.update(claim, columns))
  return failure
}

const isUnrecorded = ({ code }: MigrationError): boolean =>
  code === 'CLAIM_REFUSED' || code === 'CONNECTION_LOST'

function failureOf({ step, engine, context }: Failed, error: unknown): MigrationError {
  if (engine.isConnectionLoss(error)) return connectionLost(labelOf(step), error)
  const failure = codeFailure(error, labelOf(step), step.script?.file ?? '')
  return context.signal?.aborted && failure.code === 'SCRIPT_FAILED'
    ? interruptedBy(failure)
    : failure
}

function failureColumns({ context }: Failed, failure: MigrationError, start: number) {
  const hide = redactor(context.settings.secrets)
  return {
    error: hide(JSON.stringify(errorFields(failure))),
    trace: hide(traceOf(failure)),
    duration_ms: Math.round(performance.now() - start),
    finished_at: new Date().toISOString(),
  }
}

async function noting({ context }: Failed, write: () => Promise<void>): Promise<void> {
  await write().catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    context.observer.notice?.({ kind: 'notice', code: 'FAILURE_NOT_RECORDED', reason })
  })
}

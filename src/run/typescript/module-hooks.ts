import type { QueryRunner } from 'typeorm'
import { eq } from '../../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import { MigrationError, type ErrorFields } from '../../errors'
import { labelOf } from '../../plan/notice'
import { restoreSession } from '../context/session-settings'
import { codeFailure } from '../failure/script-failure'
import { isOutside, type PreparedModule } from '../prepare/prepared-step'
import type { Execution } from '../session/execution'
import { callFunction } from './call-module'
import { rollBackAll } from './module-transactions'

/** With what a script's own recovery and cleanup run. */
interface Hands {
  queryRunner: QueryRunner
  /** Runs a step as scripts run: claim, function, finish. */
  run: (prepared: PreparedModule) => Promise<void>
}

/**
 * Waits for a script, and then runs what it has for the end: after a failure its `rollback`, where the
 * settings say `safe = false`, and in any case its `cleanup`. Of several failures the first is thrown, with
 * the others in its detail; a cleanup that fails after a success is recorded in the script's own entry.
 */
export async function afterwards(
  execution: Execution,
  prepared: PreparedModule,
  hands: Hands,
  work: Promise<void>,
): Promise<void> {
  const first = await failureOf(work)
  const second = first && (await recover(execution, prepared, hands, first))
  // another migrator's script did not begin here
  const begun = !(first instanceof MigrationError && first.code === 'CLAIM_REFUSED')
  const third = begun ? await cleanUp(execution, prepared, hands.queryRunner) : undefined
  if (!first) {
    if (third) await succeededBut(execution, prepared, third)
    return
  }
  const others = [second, third].filter((one) => one instanceof MigrationError)
  if (others.length === 0 || !(first instanceof MigrationError)) throw first
  const whole = withOthers(first, others)
  if (third) await record(execution, prepared, whole, 'error')
  throw whole
}

async function failureOf(work: Promise<void>): Promise<unknown> {
  try {
    await work
    return undefined
  } catch (error) {
    return error
  }
}

/** Only what failed by itself is recovered from: a script that was stopped, or another's, is not. */
async function recover(
  execution: Execution,
  prepared: PreparedModule,
  { run }: Hands,
  first: unknown,
): Promise<MigrationError | undefined> {
  const { context, work } = execution
  const { step, claim, code } = prepared
  const failed = first instanceof MigrationError && first.code === 'SCRIPT_FAILED'
  if (context.settings.safe || !code.recover || !failed || work.lost) return undefined
  if (step.operation === 'rollback') return undefined
  const { resume: _, answer: __, ...own } = step
  const operation = 'rollback'
  const recovery: PreparedModule = {
    ...prepared,
    step: { ...own, direction: 'down', operation },
    claim: { ...claim, operation },
    code: { ...code, downgrade: code.recover },
  }
  execution.started(recovery)
  const error = await failureOf(run(recovery))
  if (error === undefined) {
    execution.finished(recovery, Math.round(execution.elapsed))
    return undefined
  }
  return error instanceof MigrationError ? error : codeFailure(error, 'rollback', prepared.file)
}

async function cleanUp(
  execution: Execution,
  prepared: PreparedModule,
  queryRunner: QueryRunner,
): Promise<MigrationError | undefined> {
  const { cleanup } = prepared.code
  if (!cleanup || execution.work.lost) return undefined
  const error = await failureOf(callFunction(execution, prepared, queryRunner, cleanup))
  if (execution.work.lost) return undefined
  if (execution.work.status !== 'I' && !execution.work.inCallersTransaction)
    await rollBackAll(execution, queryRunner)
  for (const text of restoreSession(execution.work)) await execution.work.send(text)
  if (error === undefined) return undefined
  const place = { form: 'module', outside: isOutside(prepared) } as const
  return codeFailure(error, `${labelOf(prepared.step)}: cleanup`, prepared.file, place)
}

/**
 * The cleanups of scripts that shared one transaction, once that has ended, well or not.
 * @param failed what ended it
 */
export async function cleanUpTogether(
  execution: Execution,
  modules: readonly PreparedModule[],
  queryRunner: QueryRunner,
  failed: unknown,
): Promise<void> {
  const failures: MigrationError[] = []
  for (const prepared of modules) {
    const failure = await cleanUp(execution, prepared, queryRunner)
    if (!failure) continue
    failures.push(failure)
    await record(execution, prepared, failure, failed === undefined ? 'success' : 'error')
  }
  const [first, ...others] = failures
  if (failed instanceof MigrationError && first) throw withOthers(failed, failures)
  if (failed !== undefined) throw failed
  if (first) throw withOthers(first, others)
}

async function succeededBut(
  execution: Execution,
  prepared: PreparedModule,
  failure: MigrationError,
): Promise<never> {
  const { step } = prepared
  const done = step.operation === 'rollback' ? 'reverted' : 'applied'
  const whole = changed(failure, { detail: `The script itself is ${done}.` })
  await record(execution, prepared, whole, 'success')
  execution.finished(prepared, Math.round(execution.elapsed))
  throw whole
}

/** Adds a failure to the entry that the script has already. */
async function record(
  execution: Execution,
  { claim }: PreparedModule,
  failure: MigrationError,
  outcome: 'success' | 'error',
): Promise<void> {
  const { schema, table } = execution.context.settings.journal
  const journal = quoteIdentifier(schema, table)
  const { error, trace } = execution.failureColumns(failure)
  const newest = `SELECT pg_catalog.max(id) FROM ${journal} WHERE run_id ${eq} ${quoteLiteral(claim.runId)} AND revision ${eq} ${claim.revision} AND operation ${eq} ${quoteLiteral(claim.operation)} AND outcome ${eq} '${outcome}'`
  const sent = await execution.work.send(
    `UPDATE ${journal} SET error = ${quoteLiteral(error)}, trace = ${quoteLiteral(trace)} WHERE id ${eq} (${newest})`,
  )
  if (sent.error) {
    const reason = sent.error.message
    execution.context.observer.notice?.({ kind: 'notice', code: 'FAILURE_NOT_RECORDED', reason })
  }
}

function withOthers(first: MigrationError, others: readonly MigrationError[]): MigrationError {
  const facts = [first.detail, ...others.map(({ message }) => `then ${message}`)]
  return changed(first, { detail: facts.filter((fact) => fact !== undefined).join('\n') })
}

function changed(failure: MigrationError, fields: ErrorFields): MigrationError {
  const { code, message, results, ...own } = failure
  const { detail, hint, file, line, column, excerpt, sqlstate } = own
  const known = { detail, hint, file, line, column, excerpt, sqlstate, cause: failure.cause }
  return new MigrationError(code, message, { ...known, results, ...fields })
}

import { basename } from 'node:path'
import { MigrationError } from '../../errors'
import type { Claim } from '../../journal/model/journal-columns'
import type { Session } from '../../database/postgres/session'
import type { Step } from '../../plan/plan'
import type { LoadedScript } from '../../script/typescript/load-script'
import type { ScriptContext } from '../../script/context'
import type { SqlPart } from '../../script/script'
import { readSqlPart } from '../../script/sections/sections'
import { classify, type SqlWork } from '../../script/parser/sql-work'
import { prepareCode } from './preload'
import { claimOf, isTakeOver, type RunContext } from '../context/run-context'
import { labelOf } from '../../plan/notice'
import { checkRole } from '../context/script-role'
import { begunOtherwise } from '../failure/unfinished'

/** A step made ready: everything read, parsed and loaded, nothing run. */
export type PreparedStep = PreparedMark | PreparedSql | PreparedModule

/**
 * How a step runs.
 * - `mark`: nothing runs, the journal is written.
 * - `shared`: its message may carry other scripts too, each in a transaction of its own.
 * - `alone`: its message carries no other script.
 * - `stepwise`: one transaction, a message a statement: it has data for COPY, or text that cannot be cut.
 * - `outside`: statement by statement outside a transaction.
 * - `module`: a TypeScript script in a transaction.
 * - `module outside`: a TypeScript script outside one.
 */
export type Route = PreparedStep['route']

export interface PreparedMark {
  kind: 'mark'
  route: 'mark'
  step: Step
  claim: Claim
}

export interface PreparedSql {
  kind: 'sql'
  step: Step
  claim: Claim
  part: SqlPart
  sql: SqlWork
  route: 'shared' | 'alone' | 'stepwise' | 'outside'
}

export interface PreparedModule {
  kind: 'code'
  step: Step
  claim: Claim
  code: LoadedScript<ScriptContext>
  /** The module. */
  file: string
  route: 'module' | 'module outside'
}

/**
 * Makes every step ready before the first one runs, so that a syntax error of a module or a script
 * without a downgrade is found while nothing has happened yet.
 *
 * @throws {MigrationError} SCRIPT_INVALID, SCRIPT_NOT_LOADABLE, IRREVERSIBLE, TRANSACTION_MODE
 */
export async function prepareSteps(
  context: RunContext,
  steps: readonly Step[],
  session: Session,
): Promise<PreparedStep[]> {
  if (steps.some(({ operation }) => operation !== 'run_skip'))
    await checkRole(session, context.settings)
  // what is wrong with one is reported where it is loaded
  await prepareCode(steps).catch(() => undefined)
  const preparedSteps: PreparedStep[] = []
  for (const step of steps) {
    const prepared = await prepareStep(context, step, session)
    if (session.inCallersTransaction) refuseOutside(prepared, inCallers)
    else if (context.settings.transaction === 'all') refuseOutside(prepared, inOne)
    refuseUnfinished(prepared)
    refuseRole(context, prepared, session)
    preparedSteps.push(prepared)
  }
  for (const prepared of preparedSteps) if (prepared.kind === 'sql') announce(context, prepared)
  return preparedSteps
}

async function prepareStep(
  context: RunContext,
  step: Step,
  session: Session,
): Promise<PreparedStep> {
  const saidDone = step.answer === 'done' && step.script?.kind !== 'sql'
  if (step.operation === 'run_skip' || saidDone) {
    const mark = { kind: 'mark', route: 'mark', step, claim: claimOf(context, step, null) } as const
    const runs = !saidDone && !isTakeOver(step.resume) && step.script?.hooks?.runSkip
    const module = runs ? await codeJob(context, step) : undefined
    return module?.code.runSkip ? module : mark
  }
  if (step.script && step.script.kind !== 'sql') return codeJob(context, step)
  const part = sqlPart(step)
  const effective = inOwnTransactions(context, step, part)
  const sql = await classify(effective, effective.file, session.conforming)
  return {
    kind: 'sql',
    step,
    claim: claimOf(context, step, sql.statements.length),
    part,
    sql,
    route: routeOf(effective, sql, context.observer.statement !== undefined),
  }
}

/** @param each whether somebody wants to know of each statement */
function routeOf(
  { options }: SqlPart,
  { transaction, stepwise }: SqlWork,
  each: boolean,
): PreparedSql['route'] {
  if (!options.transaction || transaction === 'none') return 'outside'
  if (transaction === 'shared') return each ? 'stepwise' : 'shared'
  return stepwise ? 'stepwise' : 'alone'
}

/**
 * Where we give no transaction, a script keeps the one that it brings. What was started outside one goes
 * on outside it, whatever its text says now: in one, the statements that are done would run again.
 */
function inOwnTransactions({ settings }: RunContext, { resume }: Step, part: SqlPart): SqlPart {
  const started = resume?.outcome === 'error' && resume.statementsDone > 0
  if (settings.transaction !== 'none' && !started) return part
  return { ...part, options: { ...part.options, transaction: false } }
}

async function codeJob(context: RunContext, step: Step): Promise<PreparedModule> {
  const { loadScript } = await import('../../script/typescript/load-script.js')
  const script = step.script as NonNullable<Step['script']>
  const code = await loadScript<ScriptContext>(script)
  if (step.direction === 'down' && !code.downgrade) {
    throw new MigrationError('IRREVERSIBLE', `script ${step.revision} has no downgrade`, {
      file: script.file,
      hint: 'Write a new script that undoes it, or export an async function called downgrade.',
    })
  }
  const transaction = code.transaction && context.settings.transaction !== 'none'
  return {
    kind: 'code',
    step,
    claim: claimOf(context, step, null),
    code,
    file: script.file,
    route: transaction ? 'module' : 'module outside',
  }
}

function sqlPart({ script, revision, direction, journalSql }: Step): SqlPart {
  const part = direction === 'up' ? script?.upgrade : script?.downgrade
  if (part) return part
  if (journalSql !== undefined) {
    return readSqlPart(journalSql, `${revision}_downgrade.sql (from the journal)`)
  }
  throw new Error(`a plan holds a step of ${revision} without its SQL`)
}

/** Behind a pooler each statement may meet another session, and only a transaction keeps the role. */
function refuseRole({ settings }: RunContext, prepared: PreparedStep, session: Session): void {
  if (settings.role === undefined || !isOutside(prepared) || !session.pooled) return
  throw new MigrationError(
    'TRANSACTION_MODE',
    `script ${labelOf(prepared.step)} cannot run as role "${settings.role}" outside a transaction behind a pooler`,
    {
      hint: 'Set typeorm.direct_url to an address past the pooler.',
      file: prepared.step.script?.file,
    },
  )
}

/** What was started outside a transaction cannot be gone on with inside one. */
function refuseUnfinished(prepared: PreparedStep): void {
  if (prepared.kind === 'mark' || isOutside(prepared) || !isTakeOver(prepared.step.resume)) return
  const detail = 'It was started outside a transaction, and would now run inside one.'
  throw begunOtherwise(prepared.step, prepared.step.script?.file ?? '', detail)
}

/** True when a step runs outside a transaction. */
export function isOutside({ route }: PreparedStep): boolean {
  return route === 'outside' || route === 'module outside'
}

const inOne = { where: 'one transaction with the others', hint: 'Run with --transaction each.' }
const inCallers = {
  where: 'the transaction that the caller has open',
  hint: 'Commit it before, or give a connection without one, a Pool or a DataSource.',
}

function refuseOutside(prepared: PreparedStep, { where, hint }: typeof inOne): void {
  if (!isOutside(prepared)) return
  const what = prepared.kind === 'sql' ? prepared.sql.nonTransactional[0]?.what : undefined
  const file = prepared.step.script?.file
  throw new MigrationError(
    'TRANSACTION_MODE',
    `script ${labelOf(prepared.step)} cannot run inside ${where}`,
    {
      detail: what && `It holds ${what}, which PostgreSQL refuses in a transaction.`,
      hint,
      file,
    },
  )
}

function announce({ observer, settings }: RunContext, { step, part, sql }: PreparedSql): void {
  if (!sql.inner || !part.options.transaction || settings.transaction === 'none') return
  const { revision, title } = step
  const script = { revision, title }
  observer.notice?.({ kind: 'notice', code: 'OWN_TRANSACTION', script, file: basename(part.file) })
}

export const isMark = (prepared: PreparedStep): prepared is PreparedMark => prepared.kind === 'mark'
export const isCode = (prepared: PreparedStep): prepared is PreparedModule =>
  prepared.kind === 'code'
export const isSql = (prepared: PreparedStep): prepared is PreparedSql => prepared.kind === 'sql'

/** The first prepared steps, as long as they share a route. */
export function leading<Kind extends PreparedStep>(
  preparedSteps: readonly PreparedStep[],
  is: (prepared: PreparedStep) => prepared is Kind,
): Kind[] {
  const taken: Kind[] = []
  for (const prepared of preparedSteps) {
    if (!is(prepared)) break
    taken.push(prepared)
  }
  return taken
}

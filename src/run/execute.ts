import { MigrationError, type StepResult } from '../errors'
import type { JournalState } from '../journal/model/applied-state'
import type { Plan, Request } from '../plan/plan'
import { planSteps } from '../plan/planner'
import type { Script } from '../script/script'
import type { Backend } from './context/backend'
import type { RunReport } from './context/events'
import { betweenRunHooks } from './context/hooks'
import type { Approval } from './context/journal-sql'
import { reportNotices, type ExecutionContext } from './context/run-context'

/**
 * Read the journal, plan, and stop when there is nothing to do: no lock, one round trip. Else take the
 * lock, read and plan again, and run the steps.
 *
 * @param backend is closed at the end.
 * @param reading the scripts, which may be read while the server is asked.
 * @param expected throws where the plan is not the one that the caller has.
 * @throws {MigrationError} whatever planning, the lock or a script refuses; `results` says what was
 *   done before.
 */
export async function execute(
  context: ExecutionContext,
  backend: Backend,
  reading: Promise<readonly Script[]>,
  request: Request,
  expected?: Task['expected'],
): Promise<RunReport> {
  let failed = true
  try {
    const [scripts, state] = await Promise.all([reading, backend.read()])
    const task: Task = { scripts, request, ...(expected && { expected }) }
    const first = planOf(context, task, state)
    if (first.steps.length === 0) expected?.(first, state)
    const report = first.steps.length === 0 ? nothingToDo(context, first) : undefined
    const done = report ?? (await lockAndRun(context, backend, task, { first, state }))
    failed = false
    return done
  } finally {
    await backend.close(failed)
  }
}

/** What an execution is to do. */
export interface Task {
  scripts: readonly Script[]
  request: Request
  /** The plan that the caller saw. */
  first?: Plan
  /** True for the scripts of a set-up, which is not finished before they are. */
  ofSetUp?: true
  /** Throws where a plan is not the one that the caller has: it is carried out as it is, or not at all. */
  expected?: (plan: Plan, state: JournalState) => void
  /** What was agreed to of the SQL of the journal. */
  approval?: Approval
}

async function lockAndRun(
  context: ExecutionContext,
  backend: Backend,
  task: Task,
  { first, state: before }: { first: Plan; state: JournalState },
): Promise<RunReport> {
  // loaded only for a run with something to do
  const journalSql = require('./context/journal-sql') as typeof import('./context/journal-sql')
  const approval = new journalSql.Approval(context.approveJournalSql, context.signal)
  const complete = await backend.complete(first)
  task.expected?.(complete, before)
  await approval.check(complete)
  const isDone = (now: JournalState) => isNothingLeft(context, task, now)
  const upgrades = task.request.command === 'upgrade' && !task.expected
  const { held, state } = await backend.lock(first, upgrades ? isDone : undefined)
  if (!held) return nothingToDo(context, planOf(context, task, state))
  return runUntilDone(context, backend, { ...task, first, approval }, state)
}

/**
 * Plans and runs, under the lock. A claim that is refused says that the journal is newer than the plan: the
 * last script of a migrator that was killed, whose session ran on, or of one that a pooler's lock did not
 * hold back. So read, plan and go on.
 *
 * @param state the journal's, under the lock
 */
export async function runUntilDone(
  context: ExecutionContext,
  backend: Pick<Backend, 'read' | 'complete' | 'run'>,
  task: Task,
  state: JournalState,
): Promise<RunReport> {
  const done: StepResult[] = []
  let last: { refused: MigrationError; plan: Plan } | undefined
  for (let now = state; ;) {
    const plan = await backend.complete(planOf(context, task, now))
    await refuseOther(task, plan, now)
    if (last && keyOf(last.plan) === keyOf(plan)) throw last.refused
    try {
      const report = await runPlan(context, backend, plan)
      return { ...report, steps: [...done, ...report.steps] }
    } catch (error) {
      if (!(error instanceof MigrationError)) throw error
      done.push(...(error.results ?? []))
      error.results = done
      if (error.code !== 'CLAIM_REFUSED' || task.expected || isRelative(task.request)) throw error
      // inside a caller's transaction, what was refused has ended it
      now = await backend.read().catch(() => Promise.reject(error))
      context.observer.notice?.({ kind: 'retry', code: 'PLAN_AGAIN', error })
      last = { refused: error, plan }
    }
  }
}

/** Reports a plan and runs its steps. */
export async function runPlan(
  context: ExecutionContext,
  backend: Pick<Backend, 'run'>,
  plan: Plan,
): Promise<RunReport> {
  reportNotices(context, plan)
  if (plan.steps.length === 0) return { plan, steps: [] }
  context.observer.planned?.(plan)
  return { plan, steps: await betweenRunHooks(context.hooks, plan, () => backend.run(plan)) }
}

/** @throws {MigrationError} NOT_SET_UP where a set-up was cut off, and whatever planning refuses */
function planOf(
  { settings, plan = planSteps }: ExecutionContext,
  { scripts, request, ofSetUp }: Task,
  state: JournalState,
): Plan {
  if (state.setUp?.outcome === 'running' && !ofSetUp) {
    throw new MigrationError(
      'NOT_SET_UP',
      'the set-up of this database was started and not finished',
      { hint: 'Run setup again: it goes on.' },
    )
  }
  return plan(scripts, state, request, settings)
}

function nothingToDo(context: ExecutionContext, plan: Plan): RunReport {
  reportNotices(context, plan)
  return { plan, steps: [] }
}

/** A state that cannot be planned from, such as a set-up that goes on, is nothing to give up for. */
function isNothingLeft(context: ExecutionContext, task: Task, state: JournalState): boolean {
  try {
    return planOf(context, task, state).steps.length === 0
  } catch {
    return false
  }
}

/** Refuses a plan that is not the one that the caller saw, where that matters, and SQL not agreed to. */
async function refuseOther(task: Task, plan: Plan, now: JournalState): Promise<void> {
  const { request, first, approval, expected } = task
  expected?.(plan, now)
  if (first && request.command === 'downgrade' && isRelative(request)) refuseStale(first, plan)
  await approval?.check(plan)
}

/** "The next one" is another one once somebody else has done it. */
function isRelative({ command, target, ...more }: Request): boolean {
  if ('only' in more && more.only !== undefined)
    return [more.only].flat().some((one) => !/^\d+$/.test(one))
  if ('count' in more && more.count !== undefined) return true
  return target === undefined ? command === 'downgrade' : !/^(?:\d+|latest)$/.test(target)
}

/** "Revert the newest" means the one that the caller saw; another migrator may have reverted it meanwhile. */
function refuseStale(first: Plan, plan: Plan): void {
  if (keyOf(first) === keyOf(plan)) return
  throw new MigrationError('STALE_PLAN', 'the database has changed since the plan was made', {
    hint: 'Check status, and run it again.',
  })
}

function keyOf({ steps }: Plan): string {
  return steps.map((step) => `${step.revision}/${step.ordinal}`).join()
}

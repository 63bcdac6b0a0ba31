import type { Session } from '../database/postgres/session'
import { MigrationError, type StepResult } from '../errors'
import type { Plan, Request } from '../plan/plan'
import { runAll } from './single-transaction'
import { runCodes } from './typescript/run-modules'
import { runWithCopies } from './session/copy-from-stdin'
import { enterCallersTransaction } from './lock/callers-transaction'
import { asConnectionLost } from './failure/script-failure'
import { runMarks } from './session/mark'
import { isTakeOver, reportNotices, type RunContext } from './context/run-context'
import {
  isCode,
  isMark,
  isOutside,
  isSql,
  leading,
  prepareJobs,
  type Job,
} from './prepare/prepared-step'
import { acquireLock, type Lock } from './lock/migrator-lock'
import { prepareWork } from './context/application-name'
import type { RunReport } from './context/events'
import { leaveWork } from './lock/work-lock'
import { Runner } from './session/execution'
import { MessageSender } from './batch/sender'
import { runStatements } from './outside/statements'
import { begunOtherwise } from './failure/unfinished'
import { openWork } from './lock/work-connection'

/**
 * Plans and runs. A claim that is refused says that the journal is newer than the plan: the last script
 * of a migrator that was killed, whose backend ran on, or of one that a pooler's lock did not hold back.
 * So plan again and go on.
 */
export async function runUntilDone(
  context: RunContext,
  request: Request,
  sessions: Sessions,
  planAgain: () => Promise<Plan>,
): Promise<RunReport> {
  const done: StepResult[] = []
  let refused: MigrationError | undefined
  for (let last: Plan | undefined; ;) {
    const plan = await planAgain()
    if (refused && last && keyOf(last) === keyOf(plan)) throw refused
    try {
      const report = await runPlan(context, plan, sessions)
      return { ...report, steps: [...done, ...report.steps] }
    } catch (error) {
      if (!(error instanceof MigrationError)) throw error
      done.push(...(error.results ?? []))
      error.results = done
      if (error.code !== 'CLAIM_REFUSED' || sessions.work.status !== 'I') throw error
      if (isRelative(request)) throw error
      context.observer.notice?.({ kind: 'retry', code: 'PLAN_AGAIN', error })
      refused = error
      last = plan
    }
  }
}

/**
 * Holds the journal's lock on `session` while `task` works on a connection opened after it was won.
 *
 * @param elsewhere looks, while somebody else holds the lock, whether that one has done it all, and then
 *   gives what came of it.
 */
export async function underLock<Result>(
  context: RunContext,
  session: Session,
  elsewhere: (waiting: Session) => Promise<Result | undefined>,
  task: (lock: Lock, work: Session) => Promise<Result>,
): Promise<Result> {
  let found: Result | undefined
  const lock = await acquireLock(context, session, async (waiting) => {
    found = await elsewhere(waiting)
    return found !== undefined
  })
  if (!lock) return found!
  const work = await openWork(context, lock.watch).catch(async (error: unknown) => {
    await lock.release()
    throw error
  })
  const quiet = work.onNotice(({ severity, message, completed }) => {
    context.observer.message?.(severity, message, context.running?.(completed))
  })
  const { borrowed } = context.database
  const part = await enterCallersTransaction(work)
  const restore = await prepareWork(work, borrowed ? context.name : undefined)
  try {
    const result = await task(lock, work)
    await part.keep()
    return result
  } catch (error) {
    // a transaction that the script has ended cannot be gone back in
    await part.undo().catch(() => undefined)
    throw error
  } finally {
    quiet()
    // where this fails the connection is gone, and the lock with it
    await leaveWork(context, work, part.undone ? undefined : restore).catch(() => undefined)
    const ours = !borrowed && !work.pooled
    await Promise.all([work.close(), lock.release(ours)])
  }
}

/** "The next one" is another one once somebody else has done it. */
function isRelative({ command, target, ...more }: Request): boolean {
  if ('count' in more && more.count !== undefined) return true
  return target === undefined ? command === 'downgrade' : !/^(?:\d+|latest)$/.test(target)
}

/** "Revert the newest" means the one that the caller saw; another migrator may have reverted it meanwhile. */
export function refuseStale(request: Request, first: Plan, plan: Plan): void {
  if (request.command !== 'downgrade' || !isRelative(request)) return
  if (keyOf(first) === keyOf(plan)) return
  throw new MigrationError('STALE_PLAN', 'the database has changed since the plan was made', {
    hint: 'Look at status, and run it again.',
  })
}

function keyOf({ steps }: Plan): string {
  return steps.map((step) => `${step.revision}/${step.ordinal}`).join()
}

/** The connections of one run. */
export interface Sessions {
  lock: Lock
  work: Session
}

/** Runs a plan's steps; every failure carries the results so far. */
export async function runPlan(
  context: RunContext,
  plan: Plan,
  { lock, work }: Sessions,
): Promise<RunReport> {
  reportNotices(context, plan)
  if (plan.steps.length === 0) return { plan, steps: [] }
  context.observer.planned?.(plan)
  const jobs = await prepareJobs(context, plan.steps, work)
  if (jobs.some(isOutside) && work.pooled) warnOfPooler(context)
  if (!lock.sure) jobs.forEach(refuseUnsure)
  const runner = new Runner(context, work, lock, jobs)
  try {
    const all = context.settings.transaction === 'all' || work.status !== 'I'
    await (all ? runAll(runner, jobs) : runEach(runner, jobs))
  } catch (error) {
    runner.abandon()
    const failure = asConnectionLost(error)
    if (failure instanceof MigrationError) failure.results = runner.results
    throw failure
  }
  return { plan, steps: runner.results }
}

function warnOfPooler({ observer }: RunContext): void {
  observer.notice?.({ kind: 'notice', code: 'POOLED_SETTINGS' })
}

/** Nothing shows whether the migrator that began it is dead, where no lock can be held. */
function refuseUnsure(job: Job): void {
  if (!isTakeOver(job.step.resume)) return
  const detail = 'Behind a pooler, nothing shows whether the migrator that began it still runs.'
  throw begunOtherwise(job.step, job.step.script?.file ?? '', detail)
}

async function runEach(runner: Runner, jobs: readonly Job[]): Promise<void> {
  const sender = new MessageSender(runner, { transaction: true, lonely: new Set() })
  for (let next = 0; next < jobs.length;) {
    runner.checkpoint()
    next += await runNext(runner, sender, jobs.slice(next))
  }
}

/** Runs the first job, and those after it that may travel with it; returns how many are done. */
async function runNext(
  runner: Runner,
  sender: MessageSender,
  jobs: readonly Job[],
): Promise<number> {
  const [job] = jobs
  switch (job?.route) {
    case undefined:
      return 0
    case 'mark':
      return runMarks(runner, leading(jobs, isMark))
    case 'module':
    case 'module outside':
      return runCodes(runner, leading(jobs, isCode))
    case 'shared':
      return sender.send(leading(jobs, isSql))
    case 'alone':
      return sender.send([job])
    case 'stepwise':
      return runWithCopies(runner, job)
    case 'outside':
      return runStatements(runner, job)
  }
}

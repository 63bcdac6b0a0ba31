import { MigrationError, type StepResult } from '../errors'
import type { Plan } from '../plan/plan'
import { runAll } from './single-transaction'
import { runCodes } from './typescript/run-modules'
import { runWithCopies } from './session/copy-from-stdin'
import { asConnectionLost } from './failure/script-failure'
import { runMarks } from './session/mark'
import type { Sessions } from './lock/held'
import { isTakeOver, type RunContext } from './context/run-context'
import {
  isCode,
  isMark,
  isOutside,
  isSql,
  leading,
  prepareJobs,
  type Job,
} from './prepare/prepared-step'
import { Runner } from './session/execution'
import { MessageSender } from './batch/sender'
import { runStatements } from './outside/statements'
import { begunOtherwise } from './failure/unfinished'

/** Runs the steps of a plan; every failure has the results so far. */
export async function runSteps(
  context: RunContext,
  { steps }: Plan,
  { lock, work }: Sessions,
): Promise<readonly StepResult[]> {
  const jobs = await prepareJobs(context, steps, work)
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
  return runner.results
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

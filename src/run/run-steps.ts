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
  prepareSteps,
  type PreparedStep,
} from './prepare/prepared-step'
import { Execution, hooked } from './session/execution'
import { MessageSender } from './batch/sender'
import { runStatements } from './outside/statements'
import { begunOtherwise } from './failure/unfinished'

/** Runs the steps of a plan; every failure has the results so far. */
export async function runSteps(
  context: RunContext,
  plan: Plan,
  { lock, work }: Sessions,
): Promise<readonly StepResult[]> {
  const preparedSteps = await prepareSteps(context, plan.steps, work)
  if (preparedSteps.some(isOutside) && work.pooled) warnOfPooler(context)
  if (!lock.sure) preparedSteps.forEach(refuseUnsure)
  const execution = new Execution(context, work, lock, preparedSteps)
  execution.plan = plan
  try {
    const all = context.settings.transaction === 'all' || work.status !== 'I'
    await (all ? runAll(execution, preparedSteps) : runEach(execution, preparedSteps))
  } catch (error) {
    execution.abandon()
    const failure = asConnectionLost(error)
    if (failure instanceof MigrationError) failure.results = execution.results
    throw failure
  }
  return execution.results
}

function warnOfPooler({ observer }: RunContext): void {
  observer.notice?.({ kind: 'notice', code: 'POOLED_SETTINGS' })
}

/** Nothing shows whether the migrator that began it is dead, where no lock can be held. */
function refuseUnsure(prepared: PreparedStep): void {
  if (!isTakeOver(prepared.step.resume)) return
  const detail = 'Behind a pooler, nothing shows whether the migrator that began it still runs.'
  throw begunOtherwise(prepared.step, prepared.step.script?.file ?? '', detail)
}

async function runEach(
  execution: Execution,
  preparedSteps: readonly PreparedStep[],
): Promise<void> {
  const sender = new MessageSender(execution, { transaction: true, isolated: new Set() })
  for (let next = 0; next < preparedSteps.length;) {
    execution.checkpoint()
    next += await hooked(execution, preparedSteps.slice(next), (some) =>
      runNext(execution, sender, some),
    )
  }
}

/** Runs the first step, and those after it that may travel with it; returns how many are done. */
async function runNext(
  execution: Execution,
  sender: MessageSender,
  preparedSteps: readonly PreparedStep[],
): Promise<number> {
  const [prepared] = preparedSteps
  switch (prepared?.route) {
    case undefined:
      return 0
    case 'mark':
      return runMarks(execution, leading(preparedSteps, isMark))
    case 'module':
    case 'module outside':
      return runCodes(execution, leading(preparedSteps, isCode))
    case 'shared':
      return sender.send(leading(preparedSteps, isSql))
    case 'alone':
      return sender.send([prepared])
    case 'stepwise':
      return runWithCopies(execution, prepared)
    case 'outside':
      return runStatements(execution, prepared)
  }
}

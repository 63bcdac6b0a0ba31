import { interrupted, MigrationError, type StepResult } from '../errors'
import type { Plan, Step } from '../plan/plan'
import { betweenStepHooks, hasStepHooks } from '../run/context/hooks'
import type { ExecutionContext } from '../run/context/run-context'
import { codeFailure } from '../run/failure/script-failure'
import { labelOf } from '../plan/notice'

/**
 * Runs the steps of a plan one after the other, for a backend's `run`: each is reported as started and as
 * finished, and the first that fails ends it. Between two steps it looks whether it is to stop.
 *
 * @param perform claims, does and records one step; what it throws is the step's failure, and SCRIPT_FAILED
 *   unless it is a MigrationError
 * @returns what was done
 * @throws {MigrationError} with `results`: what was done before, and the failed step
 */
export async function runOneByOne(
  { observer, signal, hooks }: Pick<ExecutionContext, 'observer' | 'signal' | 'hooks'>,
  { steps }: Plan,
  perform: (step: Step) => Promise<void>,
): Promise<readonly StepResult[]> {
  const results: StepResult[] = []
  const runStep = async (step: Step): Promise<void> => {
    const index = results.length
    const start = performance.now()
    observer.started?.(step, index, steps.length)
    const failure = await perform(step).then(
      () => undefined,
      (error: unknown) => codeFailure(error, labelOf(step), step.script?.file ?? ''),
    )
    const result = resultOf(step, failure ? 'error' : 'success', performance.now() - start)
    if (!failure || failure.code === 'SCRIPT_FAILED') results.push(result)
    observer.finished?.(result, index, steps.length)
    if (failure) throw withResults(failure, results)
  }
  for (const step of steps) {
    if (signal?.aborted) throw withResults(interrupted(), results)
    const hooked = { step, results, total: steps.length }
    await (hasStepHooks(hooks)
      ? betweenStepHooks(hooks, hooked, () => runStep(step))
      : runStep(step))
  }
  return results
}

function withResults(error: MigrationError, results: readonly StepResult[]): MigrationError {
  error.results = results
  return error
}

function resultOf(step: Step, outcome: 'success' | 'error', ms: number): StepResult {
  const { revision, title, kind, direction, operation } = step
  return { revision, title, kind, direction, operation, outcome, durationMs: Math.round(ms) }
}

import { MigrationError, type StepResult } from '../../errors'
import type { Plan, Step } from '../../plan/plan'

/** How a run ended. */
export interface RunEnd {
  plan: Plan
  /** What was done, and the step that failed. */
  steps: readonly StepResult[]
  /** What ended it, where it did not end well. */
  error?: unknown
}

/**
 * The caller's own work around a run and its scripts; each is waited for. What one throws stops the run with
 * HOOK_FAILED: `beforeRun` with nothing done, the others with what was recorded until then. They are called
 * only where something runs, under the lock, outside of every script's transaction (`transaction = all`:
 * between the scripts, so a throw rolls everything back, and an attempt that is made again calls them again).
 * With a hook for steps each script travels by itself.
 */
export interface RunHooks {
  /** Before the first script. */
  beforeRun?(plan: Plan): void | Promise<void>
  /** After the last one, or the failure. */
  afterRun?(end: RunEnd): void | Promise<void>
  /** Before a script; `index` counts from 0. */
  beforeStep?(step: Step, index: number, total: number): void | Promise<void>
  /** After a script that was done or has failed. */
  afterStep?(result: StepResult, step: Step): void | Promise<void>
}

/** Runs work between the hooks of a run. */
export async function betweenRunHooks(
  hooks: RunHooks | undefined,
  plan: Plan,
  run: () => Promise<readonly StepResult[]>,
): Promise<readonly StepResult[]> {
  if (!hooks) return run()
  await call('beforeRun', () => hooks.beforeRun?.(plan))
  let steps: readonly StepResult[]
  try {
    steps = await run()
  } catch (error) {
    const results = error instanceof MigrationError ? error.results : undefined
    // the failure is what the caller must see
    await call('afterRun', () => hooks.afterRun?.({ plan, steps: results ?? [], error })).catch(
      () => undefined,
    )
    throw error
  }
  await call('afterRun', () => hooks.afterRun?.({ plan, steps }), steps)
  return steps
}

/** A step about to run, and what is known of the run by then. */
export interface HookedStep {
  step: Step
  results: readonly StepResult[]
  total: number
}

/** Runs one step between its hooks. */
export async function betweenStepHooks<Result>(
  hooks: RunHooks,
  { step, results, total }: HookedStep,
  run: () => Promise<Result>,
): Promise<Result> {
  const index = results.length
  await call('beforeStep', () => hooks.beforeStep?.(step, index, total))
  const after = () => {
    const result = results[index]
    return result && call('afterStep', () => hooks.afterStep?.(result, step))
  }
  let done: Result
  try {
    done = await run()
  } catch (error) {
    await after()?.catch(() => undefined) // the failure is what the caller must see
    throw error
  }
  await after()
  return done
}

/** True where scripts must run one by one. */
export function hasStepHooks(hooks: RunHooks | undefined): hooks is RunHooks {
  return hooks?.beforeStep !== undefined || hooks?.afterStep !== undefined
}

async function call(
  name: keyof RunHooks,
  hook: () => void | Promise<void> | undefined,
  results?: readonly StepResult[],
): Promise<void> {
  try {
    await hook()
  } catch (cause) {
    if (cause instanceof MigrationError) throw cause
    throw new MigrationError('HOOK_FAILED', `the hook ${name} failed`, {
      detail: cause instanceof Error ? cause.message : String(cause),
      hint: 'What was done before is recorded; run it again when the hook can succeed.',
      cause,
      results,
    })
  }
}

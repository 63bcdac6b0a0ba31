import type { PlannedStep } from '../model/planned-step'

const phases: readonly PlannedStep['phase'][] = [undefined, 'rows', 'fill', 'keys', 'contract']

/** What is new first, then the values that go there, then the keys; what is dropped last. Pure. */
export function expandFirst(steps: readonly PlannedStep[]): PlannedStep[] {
  if (steps.every(({ phase }) => phase === undefined)) return [...steps]
  return phases.flatMap((phase) => steps.filter((one) => one.phase === phase))
}

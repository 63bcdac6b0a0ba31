import type { JournalState } from '../journal/model/applied-state'
import type { Plan, Planner, Request } from '../plan/plan'
import { planSteps } from '../plan/planner'
import { modulesWithoutDowngrade } from '../script/lacks-downgrade'
import type { Script } from '../script/script'
import type { Settings } from '../settings/value/setting-types'

/** What a request would do; of modules it is read, without importing them, whether they have a downgrade. */
export async function planFor(
  scripts: readonly Script[],
  state: JournalState,
  request: Request,
  settings: Settings,
  plan: Planner = planSteps,
): Promise<Plan> {
  const applied = new Set(state.applied.map(({ revision }) => revision))
  const revertible = ['downgrade', 'to', 'rebuild'].includes(request.command)
    ? scripts.filter(({ revision }) => applied.has(revision))
    : []
  const withoutDowngrade = await modulesWithoutDowngrade(revertible)
  return plan(scripts, state, request, { ...settings, withoutDowngrade })
}

import { MigrationError } from '../errors'
import type { JournalState } from '../journal/model/applied-state'
import { labelOf } from '../plan/notice'
import type { Plan } from '../plan/plan'
import { basisOf, storedStep, type StoredStep, type StoredPlan } from './stored-plan'

/**
 * Refuses a stored plan that is not what would be done now.
 * @throws {MigrationError} STALE_PLAN where the journal or the list of scripts has changed, SCRIPT_CHANGED
 *   where a script has another text
 */
export function refuseOtherPlan(stored: StoredPlan, plan: Plan, state: JournalState): void {
  const basis = basisOf(state)
  if (basis.digest !== stored.basis.digest) throw otherState(stored, basis)
  const now = plan.steps.map(storedStep)
  const known = new Map(now.map((step) => [step.revision, step]))
  for (const step of stored.steps) {
    const found = known.get(step.revision)
    if (found && keyOf(found) === keyOf(step) && textOf(found) !== textOf(step))
      throw otherText(step)
  }
  const [planned, current] = [stored.steps, now].map((steps) => steps.map(keyOf).join('\n'))
  if (planned !== current) throw otherSteps(stored.steps, now)
}

const keyOf = ({ direction, revision, operation, ordinal }: StoredStep): string =>
  `${direction} ${revision} ${operation} ${ordinal}`

const textOf = ({ checksum, checksumKind, sql, kind, file }: StoredStep): string =>
  JSON.stringify([checksum, checksumKind, sql, kind, file])

const again = 'Make a new plan, and have it reviewed.'

function otherState({ basis }: StoredPlan, now: StoredPlan['basis']): MigrationError {
  const said = ({ applied, newest }: StoredPlan['basis']) => `${applied} applied, up to ${newest}`
  return new MigrationError('STALE_PLAN', 'the database has changed since the plan was made', {
    detail: `Planned with ${said(basis)}; now ${said(now)}.`,
    hint: again,
  })
}

function otherText(step: StoredStep): MigrationError {
  return new MigrationError(
    'SCRIPT_CHANGED',
    `script ${labelOf(step)} differs from its text in the plan`,
    { ...(step.file !== null && { file: step.file }), hint: again },
  )
}

function otherSteps(planned: readonly StoredStep[], now: readonly StoredStep[]): MigrationError {
  const only = (some: readonly StoredStep[], others: readonly StoredStep[]) => {
    const keys = new Set(others.map(keyOf))
    return some.filter((step) => !keys.has(keyOf(step))).map(labelOf)
  }
  const lines = [
    ['Only in the plan', only(planned, now)],
    ['Only now', only(now, planned)],
  ] as const
  const detail = lines.flatMap(([said, names]) =>
    names.length > 0 ? [`${said}: ${names.join(', ')}.`] : [],
  )
  return new MigrationError('STALE_PLAN', 'the scripts that would run are not those of the plan', {
    detail: detail.join('\n') || 'They would run in another order.',
    hint: again,
  })
}

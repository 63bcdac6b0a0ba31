import { MigrationError, type ErrorFields } from '../../errors'
import type { Step } from '../../plan/plan'
import { labelOf } from '../../plan/notice'

/** A dead run began this script outside a transaction, and nothing shows how far it came. */
export function unfinished(step: Step, file: string): MigrationError {
  return new MigrationError(
    'SCRIPT_UNFINISHED',
    `script ${labelOf(step)} was interrupted while it ran`,
    {
      file,
      hint: `Look at the database. If its work is complete, run "rebuild ${step.revision} --done"; if it may run again from the start, "rebuild ${step.revision} --not-done".`,
    },
  )
}

/** The catalog does not show whether one statement was done. */
export function inDoubt(step: Step, index: number, place: ErrorFields): MigrationError {
  return new MigrationError(
    'SCRIPT_UNFINISHED',
    `script ${labelOf(step)} was interrupted, and nothing shows whether statement ${index + 1} was done`,
    {
      ...place,
      hint: `Look at the database. If it was done, run "rebuild ${step.revision} --done"; if not, "rebuild ${step.revision} --not-done". Both go on with the rest.`,
    },
  )
}

/** What was started in one way cannot be gone on with in another. */
export function begunOtherwise(step: Step, file: string, detail: string): MigrationError {
  return new MigrationError(
    'SCRIPT_UNFINISHED',
    `script ${labelOf(step)} was interrupted while it ran`,
    {
      file,
      detail,
      hint: `Let it run as it was started, then "rebuild ${step.revision}"; or, when its work is complete, record that with "mark --only ${step.revision}".`,
    },
  )
}

/** Another migrator has made the claim that a step makes: the journal is newer than the plan. */
export function claimRefused(revision: string): MigrationError {
  return new MigrationError('CLAIM_REFUSED', `another migrator has taken script ${revision}`, {
    hint: 'Run it again: what the other one did is recorded.',
  })
}

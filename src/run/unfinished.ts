import { MigrationError } from '../errors'
import type { Step } from '../plan/plan'
import { labelOf } from './label'

/** A dead run began this script outside a transaction, and nothing shows how far it came. */
export function unfinished(step: Step, file: string, detail?: string): MigrationError {
  return new MigrationError(
    'SCRIPT_UNFINISHED',
    `script ${labelOf(step)} was cut off while it ran`,
    {
      file,
      detail,
      hint: `Look at the database; when its work is complete, record that with "mark --only ${step.revision}".`,
    },
  )
}

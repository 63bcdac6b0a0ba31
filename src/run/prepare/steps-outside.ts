import { MigrationError } from '../../errors'
import type { Step } from '../../plan/plan'
import type { TransactionMode } from '../../settings/value/setting-types'
import { classify } from '../../script/parser/sql-work'
import { labelOf } from '../../plan/notice'

/**
 * The SQL steps that will run outside a transaction, by revision: their header says so, or they hold a
 * statement that PostgreSQL refuses in one. What a module asks for is known once it is imported.
 * @throws {MigrationError} TRANSACTION_MODE where all are to run in one; SCRIPT_INVALID
 */
export async function stepsOutside(
  steps: readonly Step[],
  mode: TransactionMode,
): Promise<ReadonlySet<string>> {
  const outside: Step[] = []
  for (const step of steps) if (await isOutside(step, mode)) outside.push(step)
  if (mode === 'all' && outside.length > 0) throw refused(outside)
  return new Set(outside.map(({ revision }) => revision))
}

async function isOutside(
  { script, direction, operation }: Step,
  mode: TransactionMode,
): Promise<boolean> {
  const part = direction === 'up' ? script?.upgrade : script?.downgrade
  if (operation === 'run_skip' || script?.kind !== 'sql' || !part) return false
  if (mode === 'none' || !part.options.transaction) return true
  return (await classify(part)).transaction === 'none'
}

function refused(steps: readonly Step[]): MigrationError {
  const names = steps.map(labelOf).join(', ')
  const which = steps.length === 1 ? `script ${names}` : `scripts ${names}`
  return new MigrationError(
    'TRANSACTION_MODE',
    `${which} cannot run inside one transaction with the others`,
    { hint: 'Run with --transaction each.', file: steps[0]?.script?.file },
  )
}

import { columnKey, type SchemaOperation } from '../../change/model/operation'
import { step, type PlannedStep } from '../../change/model/planned-step'
import { defaultForms } from '../../change/render/online-forms'

/**
 * A column's values for the rows that lack them, in batches, so that no row is locked for long. It does
 * nothing to rows that have a value, so it can be run again. Undefined for any other step. Needs to be
 * run outside a transaction.
 */
export function backfillOf(one: PlannedStep): PlannedStep | undefined {
  const { operation } = one
  if (operation.kind !== 'fill column') return undefined
  const effects = [...one.effects, { kind: 'works in batches' } as const]
  return { ...one, operation: { ...operation, inBatches: true }, effects, transactional: false }
}

/**
 * A new column whose default differs from row to row would be written into every row under the one lock
 * that stops all others: it is added empty, gets its default for new rows, and is filled afterwards.
 */
export function splitDefault(one: PlannedStep): PlannedStep[] {
  const { operation, group } = one
  if (operation.kind !== 'add column') return [one]
  const forms = defaultForms(operation.sql)
  if (!forms) return [one]
  const { column } = operation
  const chain = columnKey(column)
  const own = (operation: SchemaOperation): PlannedStep => ({
    ...step(operation, [column], { chain }),
    group,
  })
  const alter = { kind: 'alter column', column } as const
  return [
    { ...one, operation: { ...operation, hasLateDefault: true }, chain, rewrites: false },
    own({ ...alter, part: 'default', value: forms.expression }),
    {
      ...own({
        kind: 'fill column',
        column,
        expression: 'DEFAULT',
        onlyNulls: true,
      }),
      verb: 'data',
    },
    ...(forms.required ? [own({ ...alter, part: 'required' })] : []),
  ]
}

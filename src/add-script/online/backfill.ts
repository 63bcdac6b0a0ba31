import {
  columnKey,
  step,
  type SchemaOperation,
  type PlannedStep,
} from '../../change/model/operation'
import { defaultForms, inBatches } from '../../change/render/online-forms'

/**
 * A column's values for the rows that lack them, in batches, so that no row is locked for long. It does
 * nothing to rows that have a value, so it can be run again. Undefined for any other step. Needs to be
 * run outside a transaction.
 */
export function backfillOf(one: PlannedStep): PlannedStep | undefined {
  if (one.operation?.kind !== 'fill column') return undefined
  const comment =
    'In batches, each committed by itself. Stopped and run again, it goes on with the rest.'
  const comments = [...one.comments, comment]
  return { ...one, sql: inBatches(one.sql), comments, transactional: false }
}

/**
 * A new column whose default differs from row to row would be written into every row under the one lock
 * that stops all others: it is added empty, gets its default for new rows, and is filled afterwards.
 */
export function splitDefault(one: PlannedStep): PlannedStep[] {
  const { operation, group } = one
  if (operation?.kind !== 'add column') return [one]
  const forms = defaultForms(one.sql)
  if (!forms) return [one]
  const { column } = operation
  const chain = columnKey(column)
  const own = (sql: string, operation: SchemaOperation): PlannedStep => ({
    ...step(sql, [column], { chain, operation }),
    group,
  })
  const alter = { kind: 'alter column', column } as const
  return [
    { ...one, sql: forms.column, chain, rewrites: false },
    own(forms.value, { ...alter, part: 'default', value: forms.expression }),
    {
      ...own(forms.filling, {
        kind: 'fill column',
        column,
        expression: 'DEFAULT',
        onlyNulls: true,
      }),
      verb: 'data',
    },
    ...(forms.required ? [own(forms.required, { ...alter, part: 'required' })] : []),
  ]
}

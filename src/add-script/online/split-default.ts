import { columnOf } from '../../catalog/difference'
import { isA } from '../../catalog/facts'
import { columnKey, type ColumnId } from '../../change/model/operation'
import type { PlannedStep } from '../../change/model/planned-step'
import { isSteady } from '../../change/complete/table-locks'
import type { OnlineContext } from './online-context'

/**
 * A new column whose default differs from row to row would be written into every row under the one lock
 * that stops all others: it is added empty, gets its default for new rows, and is filled afterwards.
 */
export function splitDefaults(context: OnlineContext): PlannedStep[] {
  return context.steps.flatMap((one) => (context.isBusy(one) ? split(one, context) : [one]))
}

function split(one: PlannedStep, context: OnlineContext): PlannedStep[] {
  const { operation } = one
  const { to } = context.sides
  const fact = operation.kind === 'add column' ? to.facts.get(operation.column) : undefined
  if (operation.kind !== 'add column' || !fact || !hasItsSequence(one, context)) return [one]
  const { column } = operation
  const { fullType: type, default: value, notNull, identity, generated } = columnOf(to, fact)
  if (value === undefined || identity || generated !== undefined || isSteady(value)) return [one]
  const own = { chain: columnKey(column) }
  const alter = { kind: 'alter column', column } as const
  const empty = context.own({ kind: 'add empty column', column, type }, one.ids, one)
  const fill = { kind: 'fill column', column, expression: value, onlyNulls: true } as const
  return [
    { ...one, ...empty, ...own },
    context.own({ ...alter, part: 'default', value }, [column], one, own),
    context.own(fill, [column], one, { ...own, verb: 'data' }),
    ...(notNull ? [required(column, one, context)] : []),
  ]
}

function required(column: ColumnId, one: PlannedStep, context: OnlineContext): PlannedStep {
  const operation = { kind: 'alter column', column, part: 'required' } as const
  return context.own(operation, [column], one, { chain: columnKey(column) })
}

/** False for `serial`, whose sequence is made by the same statement. */
function hasItsSequence({ ids }: PlannedStep, { steps, sides }: OnlineContext): boolean {
  return ids.every(
    (id) =>
      !isA(id, 'sequence') ||
      sides.from.facts.has(id) ||
      steps.some(
        ({ operation }) =>
          operation.kind === 'create sequence' && operation.sequence.name === id.name,
      ),
  )
}

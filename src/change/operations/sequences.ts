import { type Difference, type Numbering, numberingOf } from '../../catalog/difference'
import { keyOf } from '../../catalog/facts'
import { sequenceIn, shown } from '../../catalog/object-names'
import { columnKey } from '../model/operation'
import { step, type PlannedStep } from '../model/planned-step'

/** Where a sequence begins to feed a column that has rows, it goes on after their greatest value. */
export function continueSequences(
  steps: readonly PlannedStep[],
  { from }: Difference,
): PlannedStep[] {
  const made = new Set(
    steps.flatMap(({ operation }) =>
      operation.kind === 'create sequence' ? [keyOf(operation.sequence)] : [],
    ),
  )
  return steps.flatMap((one) => {
    const { operation } = one
    if (operation.kind !== 'alter column' || !from.facts.has(operation.column)) return [one]
    const { column } = operation
    const fed = operation.part === 'default' ? sequenceIn(operation.value) : undefined
    const isNew = fed !== undefined && made.has(keyOf({ kind: 'sequence', ...fed }))
    if (!isNew && operation.part !== 'identity') return [one]
    const going = { kind: 'continue sequence', column, ...(isNew && { sequence: fed }) } as const
    return [one, step(going, [column], { verb: 'data', chain: columnKey(column) })]
  })
}

/**
 * PostgreSQL refuses bounds that a sequence is not within: it is moved into the new ones first, as far
 * as they overlap the old ones.
 */
export function moveSequences(
  steps: readonly PlannedStep[],
  { from, to }: Difference,
): PlannedStep[] {
  return steps.flatMap((one) => {
    const id = one.operation.kind === 'alter numbering' ? one.operation.of : undefined
    const [before, target] = id ? [from, to].map(({ facts }) => numberingOf(facts.get(id))) : []
    if (!id || !before || !target || isWithin(before, target) || areApart(before, target))
      return [one]
    const chain = `sequence ${shown(before)}`
    const moved = step({ kind: 'move sequence', before, target }, [id], { verb: 'data', chain })
    return [moved, { ...one, chain }]
  })
}

function isWithin(before: Numbering, target: Numbering): boolean {
  // a column that becomes smaller refuses what its sequence may not hold
  const isOfType = [32_767n, 2_147_483_647n].includes(target.max)
  return before.min >= target.min && (before.max <= target.max || isOfType)
}

/** pg-delta lets it start again. */
function areApart(before: Numbering, target: Numbering): boolean {
  return before.max < target.min || before.min > target.max
}

import type { Catalog } from '../../catalog/catalog'
import { type Difference, type Numbering, numberingOf } from '../../catalog/difference'
import { keyOf, ownerOf } from '../../catalog/facts'
import { type Qualified, sequenceIn, shown } from '../../catalog/object-names'
import { columnKey, type ColumnId } from '../model/operation'
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
    const isMade = fed !== undefined && made.has(keyOf({ kind: 'sequence', ...fed }))
    const isThere = fed !== undefined && !isMade && isIdle(fed, column, from)
    if (!isMade && !isThere && operation.part !== 'identity') return [one]
    const sequence = fed && { sequence: fed, ...(isThere && { isThere }) }
    const going = { kind: 'continue sequence', column, ...sequence } as const
    return [one, step(going, [column], { verb: 'data', chain: columnKey(column) })]
  })
}

/** An earlier script has made it for the column, and nothing takes its numbers yet. */
function isIdle(sequence: Qualified, column: ColumnId, { facts }: Catalog): boolean {
  const id = { kind: 'sequence', ...sequence } as const
  const owner = ownerOf(facts.get(id))
  const isOwn =
    owner?.schema === column.schema && owner.table === column.table && owner.column === column.name
  return isOwn && !facts.incomingEdges(id).some(({ from }) => from.kind === 'default')
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

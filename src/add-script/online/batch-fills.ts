import type { ColumnFill } from '../../change/model/value-sources'
import type { Effect } from '../../change/model/effect'
import { isMadeOf } from '../../change/model/value-sources'
import type { OnlineContext } from './online-context'
import { shownKey, tableIdOf } from './online-context'
import type { Placed } from './online-forms'

/** The columns of one table that are filled together. */
interface Group {
  key: string
  placed: Placed[]
  fills: ColumnFill[]
}

/**
 * Fills the columns of a table by one statement, in batches, so that no row is locked for long and each is
 * written once. A column whose value is made of another one of them comes after it.
 */
export function batchFills(placed: readonly Placed[], context: OnlineContext): Placed[] {
  const groups: Group[] = []
  const others = placed.filter((one) => {
    const { operation } = one.step
    if (one.stage !== 'backfill' || operation.kind !== 'fill column') return true
    const { column, expression } = operation
    const table = tableIdOf(column)
    const key = shownKey(table)
    const group = groups.findLast((each) => each.key === key)
    const isOwn = group && !group.fills.some((each) => isMadeOf(expression, each.column.name))
    if (isOwn) {
      group.placed.push(one)
      group.fills.push({ column, expression })
    } else groups.push({ key, placed: [one], fills: [{ column, expression }] })
    return false
  })
  return [...others, ...groups.map((group) => batched(group, context))]
}

function batched({ placed, fills }: Group, context: OnlineContext): Placed {
  const [{ step: first } = { step: undefined }] = placed
  const [{ column } = { column: undefined }] = fills
  const steps = placed.map((one) => one.step)
  const table = tableIdOf(column!)
  const step = context.own(
    { kind: 'fill in batches', table, fills },
    steps.flatMap(({ ids }) => ids),
    first!,
  )
  const effects: Effect[] = [...steps.flatMap((one) => one.effects), { kind: 'works in batches' }]
  return { stage: 'backfill', step: { ...first!, ...step, verb: 'data', effects } }
}

import type { Catalog } from '../../catalog/catalog'
import type { ColumnChange } from '../../catalog/difference'
import { usingOf, type Decisions, type Using } from '../model/decisions'
import { keyOf } from '../../catalog/facts'
import { type ForeignKey, foreignKeys } from '../../catalog/rule-facts'
import { columnKey, type ColumnId, type OwnOperation } from '../model/operation'
import { step, type PlannedStep } from '../model/planned-step'
import { mappedValue, type ValueMap, type ValueMapPart } from '../model/value-map'

/** The retyped column that this one refers to, whose new values it must get. */
export function follows(
  to: Catalog,
  id: ColumnId,
  retyped: readonly { change: ColumnChange }[],
): ColumnId | undefined {
  for (const { columns, referred } of foreignKeys(to)) {
    const at = columns.findIndex((one) => columnKey(one) === columnKey(id))
    const leader = referred[at]
    if (!leader || columnKey(leader) === columnKey(id)) continue
    const isRetyped = retyped.some(({ change }) => columnKey(change.id) === columnKey(leader))
    if (isRetyped) return leader
  }
  return undefined
}

/** What changes of keys need around the other steps, and the conversions of the columns that follow. */
export interface KeySteps {
  front: PlannedStep[]
  back: PlannedStep[]
  using: Map<string, Using>
}

/**
 * Keys whose two sides cannot be compared half-way are dropped and created again. Where the new values are
 * made row by row, a table of old and new ones takes every referring column along.
 */
export function keySteps(
  from: Catalog,
  to: Catalog,
  retyped: readonly ColumnChange[],
  decisions: Decisions,
): KeySteps {
  const using = new Map(decisions.using)
  const front: PlannedStep[] = []
  const back: PlannedStep[] = []
  for (const { id, from: column, to: target } of retyped) {
    const followers = retyped.filter((one) => {
      const leader = follows(to, one.id, [{ change: { id } as ColumnChange }])
      return leader && !decisions.using.has(columnKey(one.id))
    })
    if (!using.has(columnKey(id))) continue
    const own = usingOf({ ...decisions, using }, id)
    // Nor may USING look at other rows.
    if (followers.length === 0 && !/\bOVER \(/.test(own.expression)) continue
    const map = { column: id, from: column.type, to: target.type, expression: own.expression }
    const { made, removed } = mapSteps(map)
    front.push(...made)
    back.push(...removed)
    for (const each of [id, ...followers.map((one) => one.id)]) {
      const expression = mappedValue(map, each.name)
      const effects = each === id ? own.effects : []
      using.set(columnKey(each), { ...own, expression, effects, breaksKeys: true })
    }
  }
  const broken = new Set(
    retyped.filter(({ id }) => using.get(columnKey(id))?.breaksKeys).map(({ id }) => columnKey(id)),
  )
  const later = new Map(foreignKeys(to).map((key) => [keyOf(key.id), key]))
  for (const key of foreignKeys(from)) {
    const again = later.get(keyOf(key.id))
    const touched = [...key.columns, ...key.referred].some((id) => broken.has(columnKey(id)))
    if (!touched || again?.definition !== key.definition) continue
    front.unshift(step({ kind: 'drop constraint', constraint: key.id }, [key.id]))
    back.unshift(step(addingKey(key), [key.id]))
  }
  return { front, back, using }
}

function addingKey({ id, definition }: ForeignKey): OwnOperation {
  const valid = !definition.endsWith(' NOT VALID')
  return { kind: 'add constraint', constraint: id, rule: 'FOREIGN KEY', valid, definition }
}

function mapSteps(map: ValueMap): { made: PlannedStep[]; removed: PlannedStep[] } {
  const { column } = map
  const data = { verb: 'data' as const, chain: `values of ${columnKey(column)}` }
  const one = (part: ValueMapPart, more: Partial<PlannedStep> = {}) =>
    step({ kind: 'map values', part, map }, [column], { ...data, ...more })
  return {
    made: [
      one('table', { effects: [{ kind: 'keeps references', column }] }),
      one('index'),
      one('function'),
    ],
    removed: [one('drop function'), one('drop table')],
  }
}

import type { ColumnChange, Difference } from '../../catalog/difference'
import type { Effect } from '../model/effect'
import { type Decisions, usingOf } from '../model/decisions'
import type { Id } from '../../catalog/facts'
import { type ColumnAlteration, columnKey, type ColumnId } from '../model/operation'
import { step, changes, type PlannedStep, valuesOf } from '../model/planned-step'
import type { RowValue } from '../model/value-sources'

/**
 * Puts what happens to a column into the one order that works: rows of the old type, DROP DEFAULT
 * where it cannot be cast, TYPE, DEFAULT, the values that were missing, NOT NULL. Conversions are
 * those decided on.
 */
export function arrangeColumns(
  steps: readonly PlannedStep[],
  { columns, newColumns }: Difference,
  decisions: Decisions,
): PlannedStep[] {
  let arranged = [...steps]
  for (const change of columns) {
    arranged = change.retyped
      ? arrangeRetyped(arranged, change, decisions)
      : arrangeRequired(arranged, change, decisions)
  }
  for (const { id } of newColumns) arranged = fillNew(arranged, id, decisions)
  return arranged
}

function arrangeRetyped(
  steps: PlannedStep[],
  change: ColumnChange,
  decisions: Decisions,
): PlannedStep[] {
  const { id } = change
  const isIdentity = (one: PlannedStep) => changes(one, id, 'identity')
  const moved = (one: PlannedStep) => changes(one, id, 'type', 'default', 'no default', 'required') || isIdentity(one) // oxfmt-ignore
  const typeAt = steps.findIndex((one) => changes(one, id, 'type'))
  if (typeAt < 0) return steps
  const firstDefault = steps.findIndex((one) => changes(one, id, 'no default'))
  const early = firstDefault < 0 ? typeAt : Math.min(firstDefault, typeAt)
  const lastDefault = steps.findLastIndex((one) => changes(one, id, 'default'))
  const needed = new Set<Id>(steps.filter(moved).flatMap(({ ids }) => ids))
  const chained = { chain: columnKey(id) }
  const { dropped, before, after } = retyping(change, [...needed], decisions)
  const required = steps.some((one) => changes(one, id, 'required'))
  // an identity is given to a required column of a fitting type only
  const late = [
    ...after,
    ...(required ? requiring(change, decisions) : []),
    ...steps.filter(isIdentity),
  ]
  const result: PlannedStep[] = []
  for (const [at, one] of steps.entries()) {
    if (!moved(one)) result.push(one)
    if (at === early) result.push(...dropped.map((each) => ({ ...each, ...chained })))
    if (at === typeAt)
      result.push(...before.map((each) => ({ ...each, ...chained, ...engineOf(one) })))
    if (at === Math.max(typeAt, lastDefault))
      result.push(...late.map((each) => ({ ...each, ...chained })))
  }
  return result
}

/** What pg-delta knows of the statement that another one replaces. */
function engineOf({ engine }: PlannedStep): Pick<PlannedStep, 'engine'> {
  return engine ? { engine } : {}
}

function alterStep(
  column: ColumnId,
  alteration: ColumnAlteration,
  ids: readonly Id[],
  more: Partial<PlannedStep> = {},
): PlannedStep {
  return step({ kind: 'alter column', column, ...alteration }, ids, more)
}

function retyping(change: ColumnChange, ids: readonly Id[], decisions: Decisions) {
  const { id, from, to } = change
  const using = usingOf(decisions, id)
  const every = [id, ...ids]
  const { effects, destructive, expression } = using
  const converts = expression !== '' && to.generated === undefined
  const hadDefault = from.default !== undefined && from.generated === undefined
  const drops = hadDefault && (using.dropsDefault || to.default === undefined)
  const sets = to.default !== undefined && (drops || to.default !== from.default)
  return {
    dropped: drops ? [alterStep(id, { part: 'no default' }, [id], { verb: 'drop' })] : [],
    before: [
      alterStep(
        id,
        { part: 'type', type: to.fullType, ...(converts && { using: expression }) },
        every,
        {
          effects,
          destructive,
          failsOnRows: using.raises ? [valuesOf(id)] : [],
          loses: destructive ? [valuesOf(id)] : [],
          converts: converts ? [valuesOf(id)] : [],
        },
      ),
    ],
    after: sets ? [alterStep(id, { part: 'default', value: to.default! }, every)] : [],
  }
}

function arrangeRequired(
  steps: PlannedStep[],
  change: ColumnChange,
  decisions: Decisions,
): PlannedStep[] {
  const { id, to } = change
  const isRequired = (one: PlannedStep) => changes(one, id, 'required')
  if (!steps.some(isRequired)) return steps
  const rest = steps.filter((one) => !isRequired(one))
  const at = rest.findLastIndex((one) => changes(one, id, 'default'))
  const late = requiring(change, decisions)
  // An identity is given to a required column only.
  const identity = rest.findIndex((one) => changes(one, id, 'identity'))
  if (to.identity && identity >= 0) return rest.toSpliced(identity, 0, ...late)
  const original = steps.findIndex(isRequired)
  return rest.toSpliced(Math.max(at + 1, original), 0, ...late)
}

function requiring({ id }: ColumnChange, decisions: Decisions): PlannedStep[] {
  const fill = decisions.backfill.get(columnKey(id))
  const chained = { chain: columnKey(id) }
  const required = alterStep(id, { part: 'required' }, [id], chained)
  if (!fill) return [required]
  if (fill.expression === '')
    return [{ ...required, effects: fill.effects, failsOnRows: [valuesOf(id)] }]
  return [filling(id, fill.expression, fill.effects, true), required]
}

function filling(
  id: ColumnId,
  expression: RowValue,
  effects: readonly Effect[],
  onlyMissing: boolean,
): PlannedStep {
  const operation = { kind: 'fill column', column: id, expression, onlyNulls: onlyMissing } as const
  return step(operation, [id], { verb: 'data', effects, chain: columnKey(id) })
}

/** A required column without a default is added empty, filled, and only then required. */
function fillNew(steps: PlannedStep[], id: ColumnId, decisions: Decisions): PlannedStep[] {
  const fill = decisions.backfill.get(columnKey(id))
  if (!fill) return steps
  return steps.flatMap((one) => {
    const { operation } = one
    const isAdded = operation.kind === 'add column' && columnKey(operation.column) === columnKey(id)
    if (!isAdded) return [one]
    if (fill.expression === '') {
      const { schema, table: name } = id
      return [{ ...one, effects: fill.effects, failsOnRows: [{ schema, table: name }] }]
    }
    const chain = columnKey(id)
    const isMissing = ({ kind }: Effect) => kind === 'fails unless none'
    const effects = fill.effects.filter(isMissing)
    const others = fill.effects.filter((one) => !isMissing(one))
    const failsOnRows = effects.length > 0 ? [{ schema: id.schema, table: id.table }] : []
    return [
      { ...one, operation: { ...operation, isFilledLater: true }, chain },
      filling(id, fill.expression, others, false),
      alterStep(id, { part: 'required' }, [id], { chain, effects, failsOnRows }),
    ]
  })
}

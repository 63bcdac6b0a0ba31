import type { Difference } from '../../catalog/difference'
import { type ColumnId, columnKey, factsOf, type IdOf, isA, keyOf } from '../../catalog/facts'
import { foreignKeys } from '../../catalog/rule-facts'
import { step, addsForeignKey, changes, type PlannedStep, valuesOf } from '../model/planned-step'
import { completeSteps } from '../complete/complete-steps'
import type { Fill, Move } from './move-parts'
import { columnNamesOf, nameOf } from './table-shapes'

/**
 * Adds the statements that move values, and says of the others when they run: what is dropped goes last.
 * Where something is dropped that a person may want to move by hand, the first of it is marked.
 */
export function placeMoves(
  steps: readonly PlannedStep[],
  moves: readonly Move[],
  difference: Difference,
): PlannedStep[] {
  if (moves.length === 0) return markPlace(steps, difference)
  const rows = moves.flatMap((one) =>
    one.rows.map((operation, at) =>
      step(operation, [one.into], {
        verb: 'data',
        phase: 'rows',
        effects:
          at === 0 && one.from.length > 0
            ? [{ kind: 'moves', from: one.from, into: one.into }]
            : [],
      }),
    ),
  )
  const fills = moves.flatMap((one) => one.fills)
  const tables = new Set(moves.flatMap((one) => [one.into, ...one.from].map(nameOf)))
  const found = foundKeys(moves, difference)
  const placed = inPhases(steps, fills, tables).map((one) => lastWhereMoved(findsRows(one, found), moves)) // oxfmt-ignore
  const added = [...rows, ...missing(fills, placed)]
  return markPlace([...placed, ...completeSteps(added, difference.from, difference.to)], difference)
}

/** The same for the downgrade: the old columns get their values before the new tables go. */
export function placeBack(
  steps: readonly PlannedStep[],
  moves: readonly Move[],
  { newColumns, from, to }: Difference,
): PlannedStep[] {
  const back = new Set(newColumns.map(({ id }) => columnKey(id)))
  const fills = moves.flatMap((one) => one.back.filter(({ column }) => back.has(columnKey(column))))
  if (fills.length === 0) return [...steps]
  const tables = new Set(fills.map(({ column }) => nameOf(column)))
  const gone = new Set(moves.map(({ into }) => nameOf(into)))
  const unused = new Set(moves.flatMap((one) => one.fills.map(({ column }) => columnKey(column))))
  const placed = inPhases(steps, fills, tables).map((one) => {
    const { drops } = one
    const isGone =
      drops !== undefined &&
      ((isA(drops, 'table') && gone.has(nameOf(drops))) ||
        (isA(drops, 'column') && unused.has(columnKey(drops))))
    return isGone ? { ...one, phase: 'contract' as const } : one
  })
  return [...placed, ...completeSteps(missing(fills, placed), from, to)]
}

/** Foreign keys to tables whose rows are made from the values that refer to them. */
function foundKeys(moves: readonly Move[], { to }: Difference): ReadonlySet<string> {
  const made = new Set(moves.map(({ into }) => nameOf(into)))
  const keys = foreignKeys(to).filter(({ referred: [one] }) => one && made.has(nameOf(one)))
  return new Set(keys.map(({ id }) => keyOf(id)))
}

/** No row stops such a key. */
function findsRows(one: PlannedStep, found: ReadonlySet<string>): PlannedStep {
  const { operation } = one
  if (operation.kind !== 'add constraint' || !found.has(keyOf(operation.constraint))) return one
  return { ...one, effects: one.effects.filter(({ kind }) => kind !== 'fails unless none'), failsOnRows: [] } // oxfmt-ignore
}

/** Values come before the rule that they are there, and before the keys. */
function inPhases(
  steps: readonly PlannedStep[],
  fills: readonly Fill[],
  tables: ReadonlySet<string>,
): PlannedStep[] {
  return steps.map((one) => {
    const isFill = fills.some(
      ({ column }) => isFillOf(one, column) || changes(one, column, 'required'),
    )
    if (isFill) return { ...one, phase: 'fill' }
    const { operation } = one
    const isKey = addsForeignKey(one) && operation.kind === 'add constraint'
    if (!isKey || !tables.has(`${operation.constraint.schema}.${operation.constraint.table}`))
      return one
    return { ...one, phase: 'keys' }
  })
}

function isFillOf({ operation }: PlannedStep, column: ColumnId): boolean {
  return operation.kind === 'fill column' && columnKey(operation.column) === columnKey(column)
}

/** Fills of columns that may be empty are no part of the plan yet. */
function missing(fills: readonly Fill[], placed: readonly PlannedStep[]): PlannedStep[] {
  const open = fills.filter(({ column }) => !placed.some((one) => isFillOf(one, column)))
  return open.map(({ column, expression, effects = [] }) =>
    step({ kind: 'fill column', column, expression, onlyNulls: false }, [column], {
      verb: 'data',
      phase: 'fill',
      chain: columnKey(column),
      effects,
      failsOnRows: effects.length > 0 ? [valuesOf(column)] : [],
    }),
  )
}

function lastWhereMoved(one: PlannedStep, moves: readonly Move[]): PlannedStep {
  const { drops } = one
  if (!drops || !isA(drops, 'column')) return one
  const key = columnKey(drops)
  const found = moves.find(({ from }) => from.some((column) => columnKey(column) === key))
  if (!found) return one
  const effects = [{ kind: 'drops moved', column: drops, into: found.into } as const]
  return { ...one, effects, phase: 'contract', isMoved: true }
}

/** Where values are dropped beside something new that may take them, the place is marked for a person. */
function markPlace(steps: readonly PlannedStep[], difference: Difference): PlannedStep[] {
  const isOpen = (one: PlannedStep) =>
    one.isMoved !== true && one.loses.length > 0 && mayMove(one, difference)
  const first = steps.findIndex(isOpen)
  return steps.map((one, at) => {
    if (!isOpen(one)) return one
    return { ...one, phase: 'contract', ...(at === first && { moveHere: true }) }
  })
}

function mayMove({ drops }: PlannedStep, difference: Difference): boolean {
  if (!drops) return false
  if (isA(drops, 'column')) return columnMayMove(drops, difference)
  return isA(drops, 'table') && tableMayMove(drops, difference)
}

/** Its table gets a new column, or a new table has one of its name. */
function columnMayMove(column: ColumnId, { from, to, newColumns }: Difference): boolean {
  const isBeside = newColumns.some(
    ({ id, to: { generated } }) => nameOf(id) === nameOf(column) && generated === undefined,
  )
  return isBeside || newTables(from, to).some((id) => columnNamesOf(to, id).includes(column.name))
}

/** A new table has most of its columns but the key. */
function tableMayMove(table: IdOf<'table'>, { from, to }: Difference): boolean {
  const own = columnNamesOf(from, table).filter((name) => name !== 'id')
  return newTables(from, to).some((id) => {
    const names = columnNamesOf(to, id)
    return own.filter((name) => names.includes(name)).length * 2 > own.length
  })
}

function newTables(from: Difference['from'], to: Difference['to']): IdOf<'table'>[] {
  return factsOf(to.facts, 'table').flatMap(({ id }) => (from.facts.has(id) ? [] : [id]))
}

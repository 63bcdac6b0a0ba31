import { backfillOf, splitDefault } from './backfill'
import { requiredCheck, uniqueForms } from '../../change/render/online-forms'
import { keyOf, tablePlace } from '../../catalog/facts'
import type { Catalog } from '../../catalog/catalog'
import { relationOf } from '../../catalog/object-names'
import { columnKey } from '../../change/model/operation'
import type { SchemaOperation } from '../../change/model/operation'
import { changes, step, type PlannedStep } from '../../change/model/planned-step'

/** Steps that are a script of their own. */
export interface ScriptStage {
  purpose: string
  transaction: boolean
  steps: readonly PlannedStep[]
}

/** The scripts that a change is split into. */
class Stages {
  readonly main: PlannedStep[] = []
  readonly backfill: PlannedStep[] = []
  readonly concurrently: PlannedStep[] = []
  readonly constraints: PlannedStep[] = []
  readonly validate: PlannedStep[] = []
  readonly drops: PlannedStep[] = []

  get all(): ScriptStage[] {
    const stages: ScriptStage[] = [
      { purpose: '', transaction: true, steps: this.main },
      { purpose: 'backfill', transaction: false, steps: this.backfill },
      { purpose: 'concurrently', transaction: false, steps: this.concurrently },
      { purpose: 'constraints', transaction: true, steps: this.constraints },
      { purpose: 'validate', transaction: true, steps: this.validate },
      { purpose: 'drops', transaction: true, steps: this.drops },
    ]
    const needed = stages.filter(({ steps }) => steps.length > 0)
    return needed.length > 0 ? needed : stages.slice(0, 1)
  }
}

/**
 * Writes the forms that let an application go on: indexes built CONCURRENTLY outside a transaction,
 * keys and checks NOT VALID and validated in a later script, NOT NULL set after a validated check, rows
 * filled in batches. What has no such form says which lock it takes. Tables that the change itself
 * makes need none of it.
 *
 * @see https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
 */
export function inStages(steps: readonly PlannedStep[], from: Catalog): ScriptStage[] {
  const stages = new Stages()
  const hasUnique = steps.some((one) => isBusy(one, from) && uniqueOf(one) !== undefined)
  for (const one of steps.flatMap((each) => (isBusy(each, from) ? splitDefault(each) : [each]))) {
    if (one.phase === 'contract') {
      stages.drops.push(one)
      continue
    }
    const isPlain =
      !isBusy(one, from) ||
      !(
        placeIndex(one, steps, stages) ||
        placeBackfill(one, stages) ||
        placeUnique(one, stages) ||
        placeConstraint(one, stages, hasUnique) ||
        placeNotNull(one, steps, stages)
      )
    if (isPlain) stages.main.push(isBusy(one, from) ? withLock(one) : one)
  }
  return stages.all
}

/** A step that rewrites its table says which lock it takes. */
function withLock(one: PlannedStep): PlannedStep {
  const [table] = one.ids.flatMap((id) => relationOf(id) ?? [])
  if (!table || one.rewrites !== true) return one
  return { ...one, effects: [...one.effects, { kind: 'rewrites', table }] }
}

/** On a table that has rows, and is none of partitions, for which these forms do not exist. */
function isBusy({ ids }: PlannedStep, { facts }: Catalog): boolean {
  return ids.some((id) => {
    const own = facts.get(id)
    const parent = id.kind === 'index' ? own?.parent : undefined
    const table =
      id.kind === 'table'
        ? own
        : 'table' in id
          ? facts.get({ kind: 'table', schema: id.schema, name: id.table })
          : parent && facts.get(parent)
    return table?.id.kind === 'table' && tablePlace(table).key === undefined
  })
}

function placeBackfill(one: PlannedStep, { backfill }: Stages): boolean {
  const batched = backfillOf(one)
  if (batched) backfill.push(batched)
  return batched !== undefined
}

function placeIndex(one: PlannedStep, steps: readonly PlannedStep[], stages: Stages): boolean {
  const { operation } = one
  if (operation.kind !== 'create index' && operation.kind !== 'drop index') return false
  const isMade = (other: PlannedStep) =>
    other.operation.kind === 'create index' &&
    keyOf(other.operation.index) === keyOf(operation.index)
  if (operation.kind === 'drop index' && steps.some(isMade)) return false
  stages.concurrently.push({
    ...one,
    operation: { ...operation, concurrently: true },
    transactional: false,
    lock: 'shareUpdateExclusive',
  })
  return true
}

function uniqueOf({ operation }: PlannedStep) {
  return operation.kind === 'add constraint' ? uniqueForms(operation) : undefined
}

function placeUnique(one: PlannedStep, { concurrently, constraints }: Stages): boolean {
  const forms = uniqueOf(one)
  if (!forms) return false
  concurrently.push({ ...one, operation: forms.index, transactional: false })
  constraints.push({ ...one, operation: forms.constraint, effects: [] })
  return true
}

function placeConstraint(one: PlannedStep, stages: Stages, hasUnique: boolean): boolean {
  const { operation } = one
  if (operation.kind !== 'add constraint' || !operation.valid) return false
  if (operation.rule !== 'FOREIGN KEY' && operation.rule !== 'CHECK') return false
  // A key may refer to one that is only now being built.
  const isLate = hasUnique && operation.rule === 'FOREIGN KEY'
  const stage = isLate ? stages.constraints : stages.main
  const { constraint, of = 'TABLE', definition } = operation
  const unchecked = { ...operation, valid: false, definition: `${definition} NOT VALID` }
  stage.push({ ...one, operation: unchecked, effects: [], failsOnRows: [] })
  const validation = { kind: 'validate constraint', constraint, of } as const
  stages.validate.push({ ...one, operation: validation, verb: 'alter' })
  return true
}

function placeNotNull(one: PlannedStep, steps: readonly PlannedStep[], stages: Stages): boolean {
  const { main, backfill, constraints, validate } = stages
  const { operation } = one
  if (operation.kind !== 'alter column' || operation.part !== 'required') return false
  const { column } = operation
  if (steps.some((other) => changes(other, column, 'identity'))) return false
  const check = requiredCheck(column)
  const { constraint } = check
  const isFilled = backfill.some(({ chain }) => chain === columnKey(column))
  // a row that lacks its value yet must stay one that the application can change
  ;(isFilled ? constraints : main).push({ ...one, operation: check, effects: [], failsOnRows: [] })
  const { effects, failsOnRows, group } = one
  const own = (done: SchemaOperation) => ({ ...step(done, one.ids), group })
  const validated = own({ kind: 'validate constraint', constraint, of: 'TABLE' })
  validate.push(
    { ...validated, effects, failsOnRows },
    { ...one, effects: [], failsOnRows: [] },
    own({ kind: 'drop constraint', constraint }),
  )
  return true
}

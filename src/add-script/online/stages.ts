import { keyOf, type Id } from '../../catalog/facts'
import { columnKey } from '../../change/model/operation'
import type { PlannedStep } from '../../change/model/planned-step'
import { onlineForm, type Placed, type StageName } from './online-forms'
import { OnlineContext, shownKey, type OnlineSides } from './online-context'
import { splitDefaults } from './split-default'
import { batchFills } from './batch-fills'
import { lockedWorks } from '../../change/complete/table-locks'

/** Steps that are a script of their own. */
export interface ScriptStage {
  purpose: string
  /** False: each statement is a transaction of its own. */
  transaction: boolean
  steps: readonly PlannedStep[]
  /** The order of its steps may be changed on the copy, and each that works long is cut out. */
  isMain?: true
  /** What leads back, where that is more than a difference of catalogs can say. */
  down?: readonly PlannedStep[]
}

/** In the order in which they run. */
const order: readonly StageName[] = [
  'main',
  'backfill',
  'concurrently',
  'validate',
  'required',
  'swap',
  'constraints',
  'validate keys',
  'drops',
]

/** Scripts of these stages are a transaction on one table. */
const byTable: ReadonlySet<StageName> = new Set(['required', 'swap'])

/**
 * Cuts a change into scripts that let an application go on. The rules:
 *
 * - a transaction holds one class of lock, on one table;
 * - indexes are built and dropped CONCURRENTLY, unique and primary keys made of such an index; one that
 *   changes is built under another name, and the two change names in one short transaction;
 * - foreign keys and checks are added NOT VALID, and validated each by itself;
 * - NOT NULL is first a check, which is there before the values that were missing, so that none comes in
 *   between; once it is validated, SET NOT NULL reads no rows and goes with the drop of the check;
 * - values are filled in batches, all columns of a table at once;
 * - what has no such form is alone in its transaction, and says which lock it takes.
 *
 * Tables that the change itself makes need none of it. Pure.
 *
 * @see https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
 */
export function inStages(steps: readonly PlannedStep[], sides: OnlineSides): ScriptStage[] {
  const bare = steps.map((one) => ({
    ...one,
    effects: one.effects.filter(({ kind }) => kind !== 'works under a lock'),
  }))
  const context = new OnlineContext(splitDefaults(new OnlineContext(bare, sides)), sides)
  const placed = context.steps.flatMap((one) => onlineForm(one, context))
  const late = afterWhatTheyNeed(batchFills(placed, context))
  const scripts = order.flatMap((stage) => {
    const own = late.filter((one) => one.stage === stage)
    return byTable.has(stage) ? tableScripts(stage, own, context) : script(stage, own, context)
  })
  return scripts.length > 0 ? scripts : [{ purpose: '', transaction: true, steps: [] }]
}

/** What is about an index or a constraint that only a later script makes goes to a later one. */
function afterWhatTheyNeed(placed: readonly Placed[]): Placed[] {
  const isMadeLater = ({ stage, step: { verb } }: Placed) =>
    stage === 'swap' || (stage !== 'main' && verb === 'create')
  const made = new Set(placed.filter(isMadeLater).flatMap(({ step }) => firstKey(step)))
  return placed.map((one) => {
    const { ids, drops } = one.step
    const needsThem = drops === undefined && ids.some((id) => made.has(keyOf(subject(id))))
    const isLate = one.stage === 'main' && needsThem
    return isLate ? { ...one, stage: 'constraints' } : one
  })
}

function firstKey({ ids: [id] }: PlannedStep): string[] {
  return id ? [keyOf(id)] : []
}

function subject(id: Id): Id {
  return 'target' in id ? id.target : id
}

const purposes: Partial<Record<StageName, string>> = { main: '' }

function script(
  stage: StageName,
  placed: readonly Placed[],
  context: OnlineContext,
): ScriptStage[] {
  if (placed.length === 0) return []
  const steps = placed.map((one) => one.step)
  const plain = { purpose: purposes[stage] ?? stage, steps, transaction: isOneLock(steps, context) }
  return [stage === 'main' ? { ...plain, isMain: true } : plain]
}

/** One script a table, named after it where there are several. */
function tableScripts(
  stage: StageName,
  placed: readonly Placed[],
  context: OnlineContext,
): ScriptStage[] {
  const tables = new Map<string, Placed[]>()
  for (const one of placed) {
    const [table] = context.tablesOf(one.step)
    const key = table ? shownKey(table) : ''
    tables.set(key, [...(tables.get(key) ?? []), one])
  }
  return [...tables.values()].map((own) => {
    const [{ step } = { step: undefined }] = own
    const down = own.toReversed().flatMap((one) => one.down ?? [])
    return {
      purpose: tables.size === 1 ? stage : `${stage} ${step?.group}`,
      transaction: true,
      steps: own.map((one) => one.step),
      ...(down.length > 0 && { down }),
    }
  })
}

/** True where the steps may be one transaction: it holds one class of lock on one table. */
export function isOneLock(steps: readonly PlannedStep[], context: OnlineContext): boolean {
  if (steps.some(({ transactional }) => !transactional)) return false
  const locking = steps.filter((one) => (one.lock ?? 'none') !== 'none' && context.isBusy(one))
  if (locking.length <= 1) return true
  const locks = new Set(locking.map(({ lock }) => lock))
  const tables = new Set(locking.flatMap((one) => context.tablesOf(one).map(shownKey)))
  return locks.size <= 1 && tables.size <= 1
}

/**
 * Cuts the main script, its steps in an order that works: what works long under a lock is alone in its
 * transaction, with what is to happen to the same column in the same moment. Values that are mapped by a
 * temporary table stay in one.
 */
export function cutMain(
  stage: ScriptStage,
  steps: readonly PlannedStep[],
  sides: OnlineSides,
): ScriptStage[] {
  const context = new OnlineContext(steps, sides)
  if (steps.some(({ operation }) => operation.kind === 'map values'))
    return [{ ...stage, transaction: true, steps }]
  const isLocked = (one: PlannedStep) => lockedWorks(one, sides.from, steps).length > 0
  const mates = new Set(steps.filter(isLocked).flatMap(mateOf))
  const runs: { long: boolean; steps: PlannedStep[] }[] = []
  for (const one of steps) {
    const long = isLocked(one) || mateOf(one).some((mate) => mates.has(mate))
    const last = runs.at(-1)
    const isSame = last && last.long === long && (!long || isMate(last.steps, one))
    if (isSame) last.steps.push(one)
    else runs.push({ long, steps: [one] })
  }
  return runs.map(({ long, steps: own }, at) => ({
    purpose: long ? 'under a lock' : at === 0 ? stage.purpose : 'rest',
    transaction: long || isOneLock(own, context),
    steps: own,
  }))
}

/** What is to happen to the same column in the same moment. */
function mateOf({ chain, operation }: PlannedStep): string[] {
  if (chain !== undefined) return [chain]
  return operation.kind === 'alter column' ? [columnKey(operation.column)] : []
}

function isMate(steps: readonly PlannedStep[], one: PlannedStep): boolean {
  const [mate] = mateOf(one)
  return mate !== undefined && steps.every((other) => mateOf(other)[0] === mate)
}

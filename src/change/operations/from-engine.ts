import { MigrationError } from '../../errors'
import { arrangeColumns } from './columns'
import type { Catalog } from '../../catalog/catalog'
import { compare, type Difference } from '../../catalog/difference'
import type { Decisions } from '../model/decisions'
import { disguise, type Disguised } from './in-place'
import type { Engine } from '../../catalog/engine'
import {
  type Action,
  constraintType,
  type Delta,
  type IdOf,
  isA,
  keyOf,
  subjectOf,
  tablePlace,
} from '../../catalog/facts'
import type { Qualified } from '../../catalog/object-names'
import { withLeftOut } from './left-out'
import { keySteps } from './foreign-keys'
import { afterRebuilt, mapEnumValues } from './enums'
import { withoutBlocking, withoutCircles } from './blocking-dependents'
import { replaceableViews, undropped } from './views'
import { inlineColumns, inlineRules, settingSteps } from './properties'
import { attachSteps, isWhole, withoutRulesBelow } from '../partitions/attached-indexes'
import { unquoted } from '../model/option-values'
import type { OwnOperation, Rule } from '../model/operation'
import { addsForeignKey, type PlannedStep } from '../model/planned-step'
import { continueSequences, moveSequences } from './sequences'
import { stepOf } from './read-action'
import { refuseChanges } from './refused-changes'

/**
 * Every step from one catalog to the other, in an order that works, in pg-delta's own words.
 * @throws {MigrationError} DIFFERENCE_REFUSED where PostgreSQL cannot make the change
 */
export function draftSteps(
  engine: Engine,
  difference: Difference,
  decisions: Decisions,
  major: number,
): PlannedStep[] {
  const { from, to } = difference
  refuseChanges(difference)
  const open = withoutCircles(engine, difference)
  if (open !== from)
    return [
      ...planSteps(engine, from, open),
      ...draftSteps(engine, compare(open, to), decisions, major),
    ]
  const whole = planInPlace(engine, difference, major)
  const held = withoutBlocking(engine, difference, whole.actions)
  if (held === from) return draftFrom(difference, decisions, whole)
  const rest = compare(held, to)
  return [
    ...planSteps(engine, from, held),
    ...draftFrom(rest, decisions, planInPlace(engine, rest, major)),
  ]
}

interface Planned extends Disguised {
  actions: readonly Action[]
  steps: readonly PlannedStep[]
}

/** A view that has to go for another reason takes its new query when it is made again. */
function planInPlace(engine: Engine, difference: Difference, major: number): Planned {
  const { from, to } = difference
  let views = replaceableViews(from, to)
  for (;;) {
    const disguised = disguise(engine, difference, { major, views })
    const plan = planned(engine, from, disguised.to)
    const left = undropped(views, plan.actions)
    if (left.length === views.length)
      return { ...disguised, actions: plan.actions, steps: stepsOf(plan, [to, from]) }
    views = left
  }
}

function draftFrom(
  difference: Difference,
  decisions: Decisions,
  { steps: engineSteps, ...disguised }: Planned,
): PlannedStep[] {
  const { from, to, columns } = difference
  const retyped = columns.filter((change) => change.retyped)
  const keys = keySteps(from, to, retyped, decisions)
  const repairedSteps = withoutRulesBelow(engineSteps, from, to).map((one) => repaired(one, to))
  const arranged = arrangeColumns(repairedSteps, difference, { ...decisions, using: keys.using })
  const steps = mapEnumValues(
    afterRebuilt(moveSequences(continueSequences(arranged, difference), difference), difference),
    difference,
    decisions,
  )
  const { dropped, set } = settingSteps(from, to)
  const attached = attachSteps(from, to)
  // Keys may refer to rows that go with a table that is detached, or come with one.
  const early = disguised.front.length > 0 ? steps.filter((one) => dropsKey(one, from)) : []
  const late = disguised.back.length > 0 ? steps.filter(addsForeignKey) : []
  const apart = new Set([...early, ...late])
  return [
    ...dropped,
    ...keys.front,
    ...early,
    ...disguised.front,
    ...steps.filter((one) => !apart.has(one)),
    ...disguised.back,
    ...late,
    ...keys.back,
    ...attached,
    ...set,
  ]
}

function dropsKey({ drops }: PlannedStep, { facts }: Catalog): boolean {
  return drops?.kind === 'constraint' && constraintType(facts.get(drops)) === 'f'
}

/** What would still lead from one catalog to the other; nothing when the two are equal. */
export function remainingSteps(engine: Engine, from: Catalog, to: Catalog): PlannedStep[] {
  const { dropped, set } = settingSteps(from, to)
  const own = [...dropped, ...attachSteps(from, to), ...set]
  return [...planSteps(engine, from, to), ...own]
}

type EnginePlan = Pick<ReturnType<Engine['plan']>, 'actions' | 'deltas'>

function planSteps(engine: Engine, from: Catalog, to: Catalog): PlannedStep[] {
  return stepsOf(planned(engine, from, to), [to, from])
}

function stepsOf({ actions, deltas }: EnginePlan, sides: readonly Catalog[]): PlannedStep[] {
  const bySubject = new Map<string, Delta[]>()
  for (const delta of deltas) {
    const key = keyOf(subjectOf(delta))
    bySubject.set(key, [...(bySubject.get(key) ?? []), delta])
  }
  return actions.map((action) => {
    const one = stepOf(action, bySubject)
    return { ...one, operation: withLeftOut(one.operation, one.ids, sides) }
  })
}

function planned(engine: Engine, from: Catalog, to: Catalog): EnginePlan {
  const assumedRoles = [...new Set([...from.roles, ...to.roles])]
  try {
    const plan = engine.plan(from.facts, to.facts, { renames: 'off', assumedRoles })
    refuseSecrets(plan.actions)
    return plan
  } catch (cause) {
    if (cause instanceof MigrationError) throw cause
    // It refuses what PostgreSQL cannot do in place, in words meant for its users.
    throw new MigrationError('DIFFERENCE_REFUSED', 'a change cannot be written as SQL', {
      detail: cause instanceof Error ? cause.message : String(cause),
      hint: 'Write this script by hand: add_script --from none makes an empty one.',
      cause,
    })
  }
}

/** pg-delta reads placeholders for passwords of foreign servers, and a script is no place for them. */
function refuseSecrets(actions: readonly Action[]): void {
  const action = actions.find(({ sql }) => /__OPTION_[A-Z0-9_]+__/.test(sql))
  if (!action) return
  throw new MigrationError('DIFFERENCE_REFUSED', 'a secret would be written into the script', {
    detail: action.sql,
    hint: 'Create what needs the secret by hand, outside the scripts.',
  })
}

function repaired(one: PlannedStep, to: Catalog): PlannedStep {
  return { ...one, operation: repairedOperation(one, to) }
}

function repairedOperation({ operation, verb, ids: [id] }: PlannedStep, to: Catalog) {
  if (operation.kind === 'create index')
    return { ...operation, ofPartitions: isOfAll(operation.index, to) }
  if (operation.kind === 'add constraint') return alone(operation, to)
  if (operation.kind === 'create table' && isA(operation.table, 'table')) {
    const own = { partition: inlineColumns, columns: inlineRules, foreign: undefined }[
      operation.form
    ]
    const parents = severalParents(operation.table, to)
    return {
      ...operation,
      ...(own && { own: own(operation.table, to) }),
      ...(parents && { parents }),
    }
  }
  const tags = verb === 'create' && id && isA(id, 'eventTrigger') ? tagsOf(id, to) : undefined
  if (operation.kind !== 'engine' || !tags) return operation
  return { ...operation, kind: 'create event trigger' as const, tags }
}

function severalParents(id: IdOf<'table'>, { facts }: Catalog): readonly Qualified[] | undefined {
  const fact = facts.get(id)
  const { parents } = fact ? tablePlace(fact) : { parents: [] }
  return parents.length > 1 ? parents : undefined
}

/** An index or a key of a partitioned table comes with those of its partitions, if they all have one. */
function isOfAll(index: IdOf<'index'>, to: Catalog): boolean {
  const table = to.facts.get(index)?.parent
  return table?.kind === 'table' && isWhole(to, index, table.name)
}

function alone(operation: Extract<OwnOperation, { kind: 'add constraint' }>, to: Catalog) {
  const { rule, constraint } = operation
  const isAlone = indexed.includes(rule) && !isWhole(to, constraint, constraint.table)
  return isAlone ? { ...operation, isAlone } : operation
}

/** As they were declared: pg-delta sorts them. */
function tagsOf({ name }: IdOf<'eventTrigger'>, to: Catalog): readonly string[] | undefined {
  const all = [...to.details.objects.values()]
  const own = all.find(({ key, tags }) => tags && unquoted(key.replace(/^event trigger /, '')) === name) // oxfmt-ignore
  return own?.tags ?? undefined
}

const indexed: readonly Rule[] = ['PRIMARY KEY', 'UNIQUE', 'EXCLUDE']

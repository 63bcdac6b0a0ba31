import { MigrationError } from '../../errors'
import { arrangeColumns, continueSequences, raiseSequences } from './columns'
import type { Catalog } from '../../catalog/catalog'
import { compare, type Difference } from '../../catalog/difference'
import type { Decisions } from '../model/decisions'
import { disguise, type Disguised } from './in-place'
import type { Engine } from '../../catalog/engine'
import { type Action, constraintType } from '../../catalog/facts'
import { keySteps } from './foreign-keys'
import { afterRebuilt, mapLabels } from './enums'
import { letGo } from './blocking-dependents'
import { replaceableViews, undropped } from './views'
import { settingSteps } from './properties'
import { addsForeignKey, type PlannedStep } from '../model/operation'
import { repairedSql } from '../render/engine-sql'
import { stepOf } from './read-action'

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
  const whole = planInPlace(engine, difference, major)
  const held = letGo(engine, difference, whole.actions)
  if (held === from) return draftFrom(difference, decisions, whole)
  const rest = compare(held, to)
  return [
    ...planActions(engine, from, held).map(stepOf),
    ...draftFrom(rest, decisions, planInPlace(engine, rest, major)),
  ]
}

interface Planned extends Disguised {
  actions: readonly Action[]
}

/** A view that has to go for another reason takes its new query when it is made again. */
function planInPlace(engine: Engine, difference: Difference, major: number): Planned {
  const { from, to } = difference
  let views = replaceableViews(from, to)
  for (;;) {
    const disguised = disguise(engine, difference, { major, views })
    const actions = planActions(engine, from, disguised.to)
    const left = undropped(views, actions)
    if (left.length === views.length) return { ...disguised, actions }
    views = left
  }
}

function draftFrom(
  difference: Difference,
  decisions: Decisions,
  { actions, ...disguised }: Planned,
): PlannedStep[] {
  const { from, to, columns } = difference
  const retyped = columns.filter((change) => change.retyped)
  const keys = keySteps(from, to, retyped, decisions)
  const planned = actions.map(stepOf).map(repaired)
  const arranged = arrangeColumns(planned, difference, { ...decisions, using: keys.using })
  const steps = mapLabels(
    afterRebuilt(raiseSequences(continueSequences(arranged, difference), difference), difference),
    difference,
    decisions,
  )
  const { dropped, set } = settingSteps(from, to)
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
    ...set,
  ]
}

function dropsKey({ drops }: PlannedStep, { facts }: Catalog): boolean {
  return drops?.kind === 'constraint' && constraintType(facts.get(drops)) === 'f'
}

/** What differs still, a few words each; nothing when the two are equal. */
export function remaining(engine: Engine, from: Catalog, to: Catalog): string[] {
  const actions = planActions(engine, from, to).map(({ sql }) => sql)
  const { dropped, set } = settingSteps(from, to)
  return [...actions, ...[...dropped, ...set].map(({ sql }) => sql)]
}

function planActions(engine: Engine, from: Catalog, to: Catalog): Action[] {
  const assumedRoles = [...new Set([...from.roles, ...to.roles])]
  try {
    const { actions } = engine.plan(from.facts, to.facts, { renames: 'off', assumedRoles })
    refuseSecrets(actions)
    return actions
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
  throw new MigrationError('DIFFERENCE_REFUSED', 'a secret would stand in the script', {
    detail: action.sql,
    hint: 'Make what needs the secret by hand, outside the scripts.',
  })
}

function repaired(one: PlannedStep): PlannedStep {
  return { ...one, sql: repairedSql(one.sql) }
}

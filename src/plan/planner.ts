import { MigrationError } from '../errors'
import type { Entry } from '../journal/model/entry'
import type { JournalState } from '../journal/model/applied-state'
import { isAfter, newestOf } from '../script/revision'
import type { Script } from '../script/script'
import { refuseBelowUnfinished, refuseWorkGone } from './half-done'
import { refuseIrreversible } from './irreversible'
import { labelOf, type PlanNotice, type ScriptName } from './notice'
import type { PendingScript, Plan, PlanOptions, Request, Step } from './plan'
import { rebuild } from './rebuild'
import type { Situation } from './situation'
import { upStep, downStep } from './step'
import { numbered } from './numbering/repeatable-scripts'
import { settleNames } from './numbering/settle-names'
import { settleSquashed, survey } from './survey'
import { resolveTarget } from './target'
import { refusePartial, refuseUnusable, refuseUnwritten } from './usable'

/**
 * Decides what to do: (scripts, journal, request) → plan. Pure: reads nothing, writes nothing.
 *
 * - `upgrade V` applies what is pending up to and including V, in order of revision, late ones too.
 * - `downgrade` reverts the newest application; `downgrade V` every applied revision greater than V,
 *   newest application first; V stays.
 * - `to V` does both where both are needed, so that exactly the revisions up to V are applied.
 * - `mark` records what `upgrade` would run.
 * - `only V` is one script alone, where nothing older is pending, or nothing was applied after it, or `force`
 *   says that this is no matter.
 * - `rebuild V` runs V again where it failed or was interrupted, whichever way it went.
 *
 * @throws {MigrationError} SCRIPT_INVALID for a text that cannot run; UNKNOWN_REVISION, USAGE (a target that
 *   makes no sense for the command), OUT_OF_ORDER, IRREVERSIBLE, SCRIPT_UNFINISHED, SCRIPT_MISSING, SCRIPT_CHANGED and
 *   SCRIPT_MISSING with `strict`, SCRIPT_LATE with
 *   `lateScripts: 'refuse'`.
 */
export function planSteps(
  named: readonly Script[],
  state: JournalState,
  request: Request,
  options: PlanOptions,
): Plan {
  const scripts = settleNames(named, state)
  const { withoutDowngrade } = options
  const known = { scripts, state, ...(withoutDowngrade && { withoutDowngrade }) }
  const found = survey(scripts, state)
  refuseUnusable(found)
  const situation: Situation = { ...found, ...known }
  if (options.strict) refuseDrift(situation)
  const steps = stepsFor(situation, request)
  refuseUnwritten(steps)
  if (steps.some(({ direction }) => direction === 'up')) {
    const applied = new Set(state.applied.map(({ revision }) => revision))
    refusePartial(settleSquashed(scripts, applied))
  }
  if (options.lateScripts === 'refuse' && !isNamed(request)) refuseLate(steps, situation)
  const passed = isAlone(request) ? passedOver(situation, steps) : []
  const notices = [...noticesOf(situation, steps), ...passed]
  return { ...found, steps, ...migrationsOf(scripts, steps), notices }
}

function migrationsOf(
  scripts: readonly Script[],
  steps: readonly Step[],
): Pick<Plan, 'migrations'> {
  if (!steps.some(({ script }) => script?.migration !== undefined)) return {}
  const named = scripts.flatMap(({ revision, migration }) =>
    migration === undefined ? [] : [[revision, migration] as const],
  )
  return { migrations: new Map(named) }
}

/** Who rebuilds a script, or forces one, names it, late or not. */
function isNamed(request: Request): boolean {
  return request.command === 'rebuild' || (isAlone(request) && request.force === true)
}

function isAlone(request: Request): request is AloneRequest {
  return request.command !== 'mark' && 'only' in request && request.only !== undefined
}

type AloneRequest = Extract<Request, { command: 'upgrade' | 'downgrade' }> & {
  only: string | readonly string[]
}

function stepsFor(situation: Situation, request: Request): Step[] {
  if (isAlone(request)) return alone(situation, request)
  switch (request.command) {
    case 'upgrade':
      return ups(situation, request.target, request.count, 'run')
    case 'mark':
      if (request.revisions) return markEach(situation, new Set(request.revisions))
      return request.only === undefined
        ? ups(situation, request.target, request.count, 'run_skip')
        : markOne(situation, request.only)
    case 'downgrade':
      return downs(situation, request.target, request.count)
    case 'to':
      return arriveAt(situation, request.target)
    case 'rebuild':
      return rebuild(situation, request)
  }
}

function ups(
  situation: Situation,
  target: string | undefined,
  count: number | undefined,
  operation: 'run' | 'run_skip',
): Step[] {
  const bound = target === undefined ? undefined : resolveTarget('up', target, situation)
  const chosen = situation.pending
    .filter(({ script }) => !script.repeatable)
    .filter(({ script }) => bound === undefined || !isAfter(script.revision, bound))
    .slice(0, count)
  return [...chosen, ...repeatablesAfter(situation, chosen)].map(({ script, late }) => {
    if (operation === 'run') refuseWorkGone(situation, script.revision)
    return upStep(situation, script, late, operation)
  })
}

/** What runs again may need all that comes before it. */
function repeatablesAfter(
  { pending }: Situation,
  chosen: readonly PendingScript[],
): readonly PendingScript[] {
  const repeatables = pending.filter(({ script }) => script.repeatable)
  return pending.length === chosen.length + repeatables.length ? repeatables : []
}

function markEach(situation: Situation, revisions: ReadonlySet<string>): Step[] {
  return situation.pending
    .filter(({ script }) => revisions.has(script.revision))
    .map(({ script, late }) => upStep(situation, script, late, 'run_skip'))
}

function alone(situation: Situation, { command, only, force }: AloneRequest): Step[] {
  const named = [only].flat()
  const steps = command === 'upgrade' ? upOnly(situation, named) : downOnly(situation, named)
  const [passed] = force ? [] : passedOver(situation, steps)
  if (!passed) return steps
  const up = command === 'upgrade'
  throw new MigrationError(
    'OUT_OF_ORDER',
    `script ${labelOf(passed.script)} is not the ${up ? 'next to apply' : 'newest application'}`,
    {
      detail: `${up ? 'Pending before it' : 'Applied after it'}: ${names(passed.scripts)}.`,
      hint: `It may depend on them: ${up ? 'apply' : 'revert'} them first, or force it (--force).`,
    },
  )
}

function upOnly(situation: Situation, only: readonly string[]): Step[] {
  const named = new Set(only.map((one) => resolveTarget('up', one, situation)))
  const pending = situation.pending.filter(({ script }) => named.has(script.revision))
  return pending.map(({ script, late }) => {
    refuseWorkGone(situation, script.revision)
    return upStep(situation, script, late, 'run')
  })
}

function downOnly(situation: Situation, only: readonly string[]): Step[] {
  const named = new Set(only.map((one) => revertible(situation, one)))
  const entries = situation.applied.toReversed().filter(({ revision }) => named.has(revision))
  if (entries.length > 0) refuseBelowUnfinished(situation, entries, undefined)
  return revert(situation, entries)
}

function revertible(situation: Situation, only: string): string {
  const revision = resolveTarget('down', only, situation)
  if (revision !== '0' && /^\d+$/.test(only)) return revision
  throw new MigrationError('USAGE', `"${only}" is not a script to revert alone`, {
    hint: 'Give the digits of its revision.',
  })
}

/** What each step goes past: older pending scripts, or what was applied after it, and is no step itself. */
function passedOver({ pending, applied }: Situation, steps: readonly Step[]) {
  const own = new Set(steps.map(({ revision }) => revision))
  return steps.flatMap((step) => {
    const order = numbered(applied)
    const after = order.slice(order.findIndex((one) => one.revision === step.revision) + 1)
    const older = pending
      .map(({ script }) => script)
      .filter(({ revision }) => isAfter(step.revision, revision))
    const past = step.direction === 'up' ? older : after
    const scripts = past.filter(({ revision }) => !own.has(revision)).map(nameOnly)
    const { direction } = step
    const code = 'PASSED_OVER' as const
    return scripts.length > 0
      ? [{ kind: 'notice' as const, code, script: nameOnly(step), direction, scripts }]
      : []
  })
}

function nameOnly({ revision, title }: ScriptName): ScriptName {
  return { revision, title }
}

function markOne(situation: Situation, only: string): Step[] {
  const revision = resolveTarget('up', only, situation)
  const pending = situation.pending.find(({ script }) => script.revision === revision)
  return pending ? [upStep(situation, pending.script, pending.late, 'run_skip')] : []
}

function downs(situation: Situation, target: string | undefined, count?: number): Step[] {
  const newestFirst = numbered(situation.applied).toReversed()
  const bound = target === undefined ? undefined : resolveTarget('down', target, situation)
  const above = newestFirst.filter((entry) => bound === undefined || isAfter(entry.revision, bound))
  const reverted = above.slice(0, count ?? (bound === undefined ? 1 : undefined))
  if (count !== 0) refuseBelowUnfinished(situation, reverted, bound)
  return revert(situation, reverted)
}

function arriveAt(situation: Situation, target: string): Step[] {
  if (target === 'next') return ups(situation, undefined, 1, 'run')
  if (target === 'previous') return downs(situation, undefined, 1)
  if (target === 'latest') return ups(situation, undefined, undefined, 'run')
  return [
    ...downs(situation, target),
    ...(/^0+$/.test(target) ? [] : ups(situation, target, undefined, 'run')),
  ]
}

function revert(situation: Situation, entries: readonly Entry[]): Step[] {
  refuseIrreversible(entries, situation)
  return entries.map((entry) => downStep(situation, entry))
}

function refuseDrift({ changed, missing }: Situation): void {
  if (missing.length > 0) {
    throw new MigrationError('SCRIPT_MISSING', `applied scripts are missing: ${names(missing)}`, {
      hint: 'Restore their files, or run without --strict.',
    })
  }
  if (changed.length > 0) {
    const list = names(changed.map(({ entry }) => entry))
    throw new MigrationError('SCRIPT_CHANGED', `applied scripts have changed: ${list}`, {
      hint: 'Restore their text and put the change into a new script, or run without --strict.',
    })
  }
}

function refuseLate(steps: readonly Step[], { applied }: Situation): void {
  const late = steps.filter((step) => step.late && step.operation !== 'run_skip')
  if (late.length === 0) return
  const newest = newestOf(numbered(applied).map(({ revision }) => revision))
  throw new MigrationError(
    'SCRIPT_LATE',
    `pending scripts are older than ${newest}: ${names(late)}`,
    {
      hint: 'Give them newer revisions, or set late_scripts = run.',
    },
  )
}

function noticesOf(situation: Situation, steps: readonly Step[]): PlanNotice[] {
  const { missing, changed } = situation
  const late = steps.filter((step) => step.late && step.operation === 'run')
  return [
    ...about('LATE', late),
    ...about('MISSING', missing),
    ...about(
      'CHANGED',
      changed.map(({ entry }) => entry),
    ),
    ...about('HALF_REVERTED', halfReverted(situation, steps)),
    ...about(
      'CLASS_NUMBER',
      steps.flatMap(({ script }) => (script?.numberedBy === 'class' ? [script] : [])),
    ),
  ]
}

function about(
  code: 'LATE' | 'MISSING' | 'CHANGED' | 'HALF_REVERTED' | 'CLASS_NUMBER',
  list: readonly ScriptName[],
): PlanNotice[] {
  const scripts = list.map(nameOnly)
  return scripts.length > 0 ? [{ kind: 'notice', code, scripts }] : []
}

/** What is applied on top of a downgrade that stopped half-way may miss what that took away. */
function halfReverted({ unfinished }: Situation, steps: readonly Step[]): Entry[] {
  const named = new Set(steps.map(({ revision }) => revision))
  return unfinished.filter(
    ({ operation, revision }) => operation === 'rollback' && !named.has(revision),
  )
}

function names(list: readonly ScriptName[]): string {
  return list.map(labelOf).join(', ')
}

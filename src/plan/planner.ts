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
import { survey } from './survey'
import { resolveTarget } from './target'
import { refuseUnusable, refuseUnwritten } from './usable'

/**
 * Decides what to do: (scripts, journal, request) → plan. Pure: reads nothing, writes nothing.
 *
 * - `upgrade V` applies what is pending up to and including V, in order of revision, late ones too.
 * - `downgrade` reverts the newest application; `downgrade V` every applied revision greater than V,
 *   newest application first; V stays.
 * - `to V` does both where both are needed, so that exactly the revisions up to V are applied.
 * - `mark` records what `upgrade` would run.
 * - `rebuild V` runs V again where it failed or was cut off, whichever way it went.
 *
 * @throws {MigrationError} SCRIPT_INVALID for a text that cannot run; UNKNOWN_REVISION, USAGE (a target that
 *   makes no sense for the command), IRREVERSIBLE, SCRIPT_UNFINISHED, SCRIPT_MISSING, SCRIPT_CHANGED and
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
  // who rebuilds a script names it, late or not
  if (options.lateScripts === 'refuse' && request.command !== 'rebuild')
    refuseLate(steps, situation)
  return { ...found, steps, ...migrationsOf(scripts, steps), notices: noticesOf(situation, steps) }
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

function stepsFor(situation: Situation, request: Request): Step[] {
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
  const wanted = situation.pending
    .filter(({ script }) => !script.repeatable)
    .filter(({ script }) => bound === undefined || !isAfter(script.revision, bound))
    .slice(0, count)
  return [...wanted, ...repeatablesAfter(situation, wanted)].map(({ script, late }) => {
    if (operation === 'run') refuseWorkGone(situation, script.revision)
    return upStep(situation, script, late, operation)
  })
}

/** What runs again may need all that comes before it. */
function repeatablesAfter(
  { pending }: Situation,
  wanted: readonly PendingScript[],
): readonly PendingScript[] {
  const repeatables = pending.filter(({ script }) => script.repeatable)
  return pending.length === wanted.length + repeatables.length ? repeatables : []
}

function markEach(situation: Situation, revisions: ReadonlySet<string>): Step[] {
  return situation.pending
    .filter(({ script }) => revisions.has(script.revision))
    .map(({ script, late }) => upStep(situation, script, late, 'run_skip'))
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
  const scripts = list.map(({ revision, title }) => ({ revision, title }))
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

import { describeNotice } from '../../run/context/notice-text'
import type { Plan, Step } from '../../plan/plan'
import type { TransactionMode } from '../../settings/value/setting-types'
import { standing, verbOf } from './render-report'
import type { Style } from '../text/style'
import { alignColumns, type TableCell } from '../text/table'
import { counted, indented, titleWords, visibleLines } from '../text/text'

/** How a plan would run. */
export interface PlanView {
  /** Absent: what runs it has transactions of its own, or none. */
  transaction: TransactionMode | undefined
  /** The steps that run outside a transaction, by revision. */
  outside: ReadonlySet<string>
}

/** What would be done, and what a person should know about it. Pure. */
export function renderPlan(plan: Plan, manner: PlanView, database: string, style: Style): string {
  const steps = alignColumns(plan.steps.map((step) => row(step, manner.outside, style)))
  return [
    style.bold(database),
    ...plan.steps.flatMap((step, index) => [`  ${steps[index]}`, ...described(step, style)]),
    ...plan.steps.flatMap((step) => renderJournalSql(step, style)),
    summary(plan, manner),
    ...plan.notices.map((notice) => `${style.yellow('notice:')} ${describeNotice(notice)}`),
  ].join('\n')
}

/** What its comments say of it. */
function described({ script, direction }: Step, style: Style): string[] {
  const lines = script?.describe?.(direction) ?? []
  return lines.map((line) => `      ${style.dim(visibleLines(line))}`)
}

/** The SQL of the journal that a step would run; nothing for any other step. Pure. */
export function renderJournalSql({ revision, journalSql }: Step, style: Style): string[] {
  if (journalSql === undefined) return []
  const title = style.yellow(`SQL of the journal that reverts ${revision}:`)
  return [title, indented(visibleLines(journalSql.trim()), '    ')]
}

function row(step: Step, outside: ReadonlySet<string>, style: Style): TableCell[] {
  const paint = step.direction === 'up' ? style.green : style.yellow
  return [
    { text: verbOf(step), paint },
    step.revision,
    titleWords(step.title),
    { text: remarks(step, outside).join(', '), paint: style.yellow },
  ]
}

function remarks(step: Step, outside: ReadonlySet<string>): string[] {
  const runs = step.operation !== 'run_skip'
  return [
    ...(step.late ? ['late'] : []),
    ...(step.resume && runs ? [resumption(step)] : []),
    ...(step.script ? [] : ['its file is gone: reverted from the journal']),
    ...(outside.has(step.revision) ? ['not in a transaction'] : []),
    ...(isIrreversible(step) ? ['irreversible'] : []),
  ]
}

/** Of a module that is known only once it is imported. */
function isIrreversible({ direction, script }: Step): boolean {
  return direction === 'up' && script?.kind === 'sql' && script.downgrade === undefined
}

function resumption({ answer, kind, resumeFrom }: Step): string {
  if (resumeFrom === 'start') return 'runs again from the start'
  if (answer === undefined) return 'goes on from where it had stopped'
  if (kind !== 'sql') return answer === 'done' ? 'recorded as done' : 'runs again from the start'
  return answer === 'done'
    ? 'goes on after the statement that was cut off'
    : 'goes on with the statement that was cut off'
}

function summary(plan: Plan, manner: PlanView): string {
  const { steps } = plan
  if (steps.length === 0) return `nothing to do: ${standing(plan)}`
  const down = steps.filter(({ direction }) => direction === 'down').length
  const marked = steps.filter(({ operation }) => operation === 'run_skip').length
  const up = steps.length - down - marked
  const parts = [
    ...(down ? [`${counted(down, 'script')} would be reverted`] : []),
    ...(up ? [`${counted(up, 'script')} would be applied`] : []),
    ...(marked ? [`${counted(marked, 'script')} would be marked as applied`] : []),
  ]
  return parts.join(', ') + inTransactions(up + down, manner)
}

function inTransactions(count: number, { transaction, outside }: PlanView): string {
  if (count === 0 || transaction === undefined) return ''
  if (transaction === 'all') return ', all in one transaction'
  if (transaction === 'none' || outside.size === count) return ', outside a transaction'
  const which = outside.size === 0 ? 'each' : `${count - outside.size} of them each`
  return `, ${which} in a transaction of its own`
}

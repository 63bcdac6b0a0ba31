import type { Migrator } from '../../migrator/migrator'
import type { ExecuteOptions } from '../../migrator/option-shapes'
import type { Alone, Answer, Plan, Request } from '../../plan/plan'
import type { TransactionMode } from '../../settings/value/setting-types'
import type { JournalSql } from '../../run/context/journal-sql'
import { canAsk, confirm, isAgreed } from '../context/ask'
import { answer, settingsOf, type Context, type Handler } from '../context/command-context'
import { follow } from '../context/run-observer'
import { planDocument, runDocument } from '../render/json'
import { withFailureExplained } from '../render/next-step'
import type { Call } from '../arguments/parse'
import { renderJournalSql, renderPlan } from '../render/render-plan'
import { renderSummary } from '../render/render-report'
import { stoppable } from '../context/signals'
import { stopwatch } from '../terminal/stopwatch'
import { describeNotice } from '../../run/context/notice-text'
import { counted, visibleLines } from '../text/text'
import { withMigrator } from '../context/with-migrator'

/** upgrade, downgrade, to, mark, skip and rebuild: runs the request, or shows its plan with `--dry-run`. */
export const execute: Handler = (context) =>
  withMigrator(context, async (migrator, label) => {
    const request = downRequest(context, migrator) ?? requestOf(context.call)
    if (context.call.options.dryRun) {
      await showPlan(context, migrator, await migrator.plan(request))
      return 0
    }
    if (request.command === 'mark') await confirmMark(context, migrator, request)
    const agreed = await confirmAlone(context, migrator, request)
    context.output.heading(context.output.noteStyle.bold(label))
    await run(context, migrator, agreed)
    if (isDownAlone(context.call)) await offerMore(context, migrator)
    return 0
  })

/** `--down` alone: how far is left open. */
function isDownAlone({ options, version, count }: Call): boolean {
  return (
    options.down === true &&
    version === undefined &&
    count === undefined &&
    options.only === undefined
  )
}

/** Everything, where that was said beforehand; and where a version is kept, as link-migration has it. */
function downRequest({ call }: Context, { settings }: Migrator): Request | undefined {
  const isAll = call.options.yes || settings.database.kind === 'versions'
  return isDownAlone(call) && isAll ? { command: 'downgrade', target: '0' } : undefined
}

/** After the newest one, on a terminal: whether the others are to be reverted too. */
async function offerMore(context: Context, migrator: Migrator): Promise<void> {
  if (!canAsk(context) || context.call.options.yes) return
  const request: Request = { command: 'downgrade', target: '0' }
  const { steps } = await migrator.plan(request).catch(() => ({ steps: [] }))
  if (steps.length === 0) return
  const what = steps.length === 1 ? 'the other one' : `the other ${steps.length}`
  if (await isAgreed(context, `Revert ${what} too?`)) await run(context, migrator, request)
}

/** What a call asks of the migrator. */
export function requestOf({ command, version, count, options }: Call): Request {
  const target = version === undefined ? {} : { target: version }
  const bounded = { ...target, ...(count !== undefined && { count }) }
  switch (command) {
    case 'upgrade':
    case 'downgrade':
      return { command, ...bounded, ...aloneOf(options) }
    case 'mark':
      return { command, ...bounded, ...(options.only !== undefined && { only: options.only }) }
    case 'skip':
      return { command: 'mark', count: 1 }
    case 'rebuild':
      return { command, ...target, ...answerOf(options) }
    case 'to':
      if (version !== undefined) return { command, target: version }
      throw new Error('to without a version')
    default:
      throw new Error(`${command} executes nothing`)
  }
}

function aloneOf({ only, force, yes }: Call['options']): Alone {
  if (only === undefined) return {}
  return { only, ...((force || yes) && { force: true }) }
}

function answerOf({ done, notDone }: Call['options']): { answer?: Answer } {
  if (done) return { answer: 'done' }
  return notDone ? { answer: 'not done' } : {}
}

/** @throws {MigrationError} what the run would be refused for before its first script */
export async function showPlan(
  context: Context,
  { label: ownLabel, settings }: Migrator,
  plan: Plan,
): Promise<void> {
  const { output, place } = context
  const { database, transaction: mode } = settings
  const isPostgres = database.kind === 'postgres' || database.kind === 'embedded'
  const transaction = isPostgres || database.kind === 'data_source' ? mode : undefined
  const outside = transaction ? await outsideOf(plan, transaction) : new Set<string>()
  const manner = { transaction, outside }
  answer(context, planDocument(plan, outside))
  output.result(renderPlan(plan, manner, place?.label ?? ownLabel, output.style))
}

function outsideOf({ steps }: Plan, transaction: TransactionMode): Promise<ReadonlySet<string>> {
  const { stepsOutside } =
    require('../../run/prepare/steps-outside') as typeof import('../../run/prepare/steps-outside')
  return stepsOutside(steps, transaction)
}

async function confirmMark(context: Context, migrator: Migrator, request: Request): Promise<void> {
  if (context.call.options.yes || !context.io.terminal.stdin) return
  const { steps } = await migrator.plan(request)
  const [first] = steps
  if (!first) return
  const what = steps.length === 1 ? `script ${first.revision}` : counted(steps.length, 'script')
  const label = context.place?.label ?? migrator.label
  await confirm(context, `Mark ${what} as applied in ${label} without running?`)
}

/** Where a script alone goes past others, a person is asked, with what the catalog shows. */
async function confirmAlone(
  context: Context,
  migrator: Migrator,
  request: Request,
): Promise<Request> {
  if (!('only' in request) || request.command === 'mark') return request
  if (request.only === undefined || request.force || !canAsk(context)) return request
  const forced = { ...request, force: true }
  const plan = await migrator.plan(forced)
  const passed = plan.notices.filter(({ code }) => code === 'PASSED_OVER')
  if (passed.length === 0) return request
  const { dependentsOf } = await import('../../upkeep/dependents.js')
  const dependents = await dependentsOf(await settingsOf(context), plan.steps)
  const lines = [...passed.map(describeNotice), ...dependents.map((one) => `${one} depends on it`)]
  context.output.error(visibleLines(lines.join('\n')))
  const label = context.place?.label ?? migrator.label
  await confirm(context, `${request.command === 'upgrade' ? 'Apply' : 'Revert'} it in ${label}?`)
  return forced
}

async function run(context: Context, migrator: Migrator, request: Request): Promise<void> {
  const { io, output } = context
  const passed = stopwatch()
  const { observer, end } = follow(output, io, migrator.settings.debug)
  try {
    const approval = approvalOf(context, migrator)
    const work = (signal: AbortSignal) =>
      migrator.execute(request, { observer, signal, ...approval })
    const report = await withFailureExplained(migrator, context.call.command, () =>
      stoppable(context, work),
    )
    const { steps, plan } = report
    answer(context, runDocument(report))
    output.result(renderSummary(steps, plan, passed()))
  } finally {
    end()
  }
}

/** Shows the SQL and asks, on a terminal; elsewhere what only the journal's owner can have written runs. */
function approvalOf(
  context: Context,
  { label }: Migrator,
): Pick<ExecuteOptions, 'approveJournalSql'> {
  const { call, output } = context
  if (call.options.yes) return { approveJournalSql: true }
  if (!canAsk(context)) return {}
  const approveJournalSql = async ({ steps, writers }: JournalSql) => {
    const release = output.moving?.hold()
    try {
      const lines = steps.flatMap((step) => renderJournalSql(step, output.noteStyle))
      if (writers.length > 0) lines.push(`Others may have written it: ${writers.join(', ')}`)
      output.error(visibleLines(lines.join('\n')))
      await confirm(context, `Run this SQL of the journal in ${label}?`)
      return true
    } finally {
      release?.()
    }
  }
  return { approveJournalSql }
}

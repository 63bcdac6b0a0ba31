import type { Migrator } from '../../migrator/migrator'
import { answer, type Context, type Handler } from '../context/command-context'
import { follow } from '../context/run-observer'
import { runDocument } from '../render/json'
import { withFailureExplained } from '../render/next-step'
import { renderSetUp } from '../render/render-report'
import { stoppable } from '../context/signals'
import { withMigrator } from '../context/with-migrator'
import { showPlan } from './execute'

/** Sets an empty database up; with `--dry-run` shows what would be done with the scripts. */
export const setup: Handler = (context) =>
  withMigrator(context, async (migrator, label) => {
    if (context.call.options.dryRun) await showSetUp(context, migrator)
    else await setUp(context, migrator, label)
    return 0
  })

async function setUp(context: Context, migrator: Migrator, label: string): Promise<void> {
  const { call, io, output } = context
  output.heading(output.noteStyle.bold(label))
  const startedAt = performance.now()
  const { observer, end } = follow(output, io, migrator.settings.debug)
  try {
    const work = (signal: AbortSignal) =>
      migrator.setUp({ observer, signal, ...runScripts(context) })
    const report = await withFailureExplained(migrator, call.command, () =>
      stoppable(context, work),
    )
    const { setUp = false, steps, plan } = report
    answer(context, runDocument({ ...report, setUp }))
    output.result(renderSetUp(setUp, steps, plan, performance.now() - startedAt))
  } finally {
    end()
  }
}

async function showSetUp(context: Context, migrator: Migrator): Promise<void> {
  const builds = !context.call.options.runScripts && migrator.settings.schema !== undefined
  const command = builds ? 'mark' : 'upgrade'
  const status = await migrator.status()
  const isSetUp = status.applied.length + status.unfinished.length > 0
  await showPlan(context, migrator, isSetUp ? status : await migrator.plan({ command }))
  if (isSetUp) context.output.note('The database is set up already: setup would leave it as it is.')
  else context.output.note(firstStep(migrator, builds))
}

function firstStep({ settings: { schema } }: Migrator, builds: boolean): string {
  return builds
    ? `Before that, the canonical schema would be loaded: ${schema}`
    : 'No canonical schema is loaded: setup would run the scripts.'
}

function runScripts({ call }: Context): { runScripts?: true } {
  return call.options.runScripts ? { runScripts: true } : {}
}

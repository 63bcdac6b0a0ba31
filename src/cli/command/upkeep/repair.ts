import { withMigrationSources } from '../../../database/application/migration-sources'
import { findDisagreements, repairAll, type Disagreement } from '../../../upkeep/repair'
import { finishTouch, type RenamedFile } from '../../../upkeep/half-touched'
import { usageError } from '../../arguments/usage-error'
import {
  answer,
  layoutOf,
  settingsOf,
  type Context,
  type Handler,
} from '../../context/command-context'
import { askerOf } from '../../context/prompt'
import { stoppable } from '../../context/signals'
import { withoutMigrator } from '../../context/without-migrator'
import { counted, pathFrom, titleWords, visibleLines } from '../../text/text'

/** Shows which scripts and which entries of the journal do not agree, and repairs what is agreed to. */
export const repair: Handler = async (context) => {
  const { call, output } = context
  const settings = await withMigrationSources(await settingsOf(context))
  const revision = revisionOf(call.version)
  return withoutMigrator(context, settings, async ({ observer, label }) => {
    const options = {
      layout: layoutOf(context, settings),
      observer,
      ...(revision !== undefined && { revision }),
    }
    const { dryRun = false } = call.options
    const renamed = await finishTouch(settings, { ...options, dryRun })
    if (dryRun && renamed.length > 0) return halfTouched(context, renamed)
    const found = await findDisagreements(settings, options)
    output.result(output.style.bold(label))
    if (renamed.length > 0) output.result(renamings(context, renamed))
    const repaired = await stoppable(context, async (signal): Promise<readonly string[]> => {
      const agreed = await agreedAmong(context, found, signal)
      return agreed.length === 0 ? [] : repairAll(settings, agreed, { ...options, signal })
    })
    const isDone = repaired.length === found.length
    const members = found.map((one) => ({ ...one, repaired: repaired.includes(one.revision) }))
    answer(context, { scripts: members, renamed }, isDone ? 0 : 3)
    output.result(summaryOf(found, repaired))
    return isDone ? 0 : 3
  })
}

/** Before that is done, the folder cannot be compared with the journal. */
function halfTouched(context: Context, renamed: readonly RenamedFile[]): number {
  answer(context, { scripts: [], renamed }, 3)
  context.output.result(renamings(context, renamed))
  return 3
}

function renamings({ io }: Context, renamed: readonly RenamedFile[]): string {
  const lines = renamed.map(
    ({ from, to }) => `  ${pathFrom(io.cwd, from)} -> ${pathFrom(io.cwd, to)}`,
  )
  return ['files that touch left between two numbers:', ...lines].join('\n')
}

function revisionOf(version: string | undefined): string | undefined {
  if (version === undefined || /^\d+$/.test(version)) return version?.replace(/^0+(?=\d)/, '')
  throw usageError(`repair takes the revision of a script, found "${version}"`)
}

/** Shows each, and asks where there is a terminal; elsewhere --yes agrees to all, and nothing else does. */
async function agreedAmong(
  context: Context,
  found: readonly Disagreement[],
  signal: AbortSignal,
): Promise<Disagreement[]> {
  const { call, output } = context
  const { yes = false, dryRun = false } = call.options
  const asker = yes || dryRun ? undefined : askerOf(context, signal)
  const agreed: Disagreement[] = []
  try {
    for (const one of found) {
      output.result(rendered(context, one))
      if (one.repair === null || dryRun) continue
      if (yes) agreed.push(one)
      else if ((await asker?.ask(questionFor(context, one))) === 'yes') agreed.push(one)
    }
  } finally {
    asker?.close()
  }
  return agreed
}

function questionFor({ io }: Context, { revision, file, repair: way }: Disagreement) {
  const path = pathFrom(io.cwd, file)
  const text =
    way === 'write'
      ? `Write ${revision} back to ${path}?`
      : `Take the text of ${path} into the journal?`
  const effects = { yes: 'it is repaired', no: 'it stays as it is' }
  const offers = Object.entries(effects).map(([answer, effect]) => {
    return { answer, effect, flag: '--yes' }
  })
  const place = { number: 1, of: 1, facts: [] }
  return { ...place, flag: '--yes', text, offers, choices: ['yes', 'no'], suggestion: 'no' }
}

const differences = {
  layout: 'only layout and comments differ',
  meaning: 'it means something else now',
  unknown: 'the journal has no text to compare with',
} as const

function rendered({ io, output }: Context, one: Disagreement): string {
  const { revision, title, problem, difference, file, diff, repair: way } = one
  const { style } = output
  const name = `${revision} ${titleWords(title)}`.trimEnd()
  const head = `${style.yellow(problem)}  ${style.bold(name)}  ${pathFrom(io.cwd, file)}`
  if (problem === 'changed') {
    return [`${head}: ${differences[difference]}`, ...diffLines(diff, output.style)].join('\n')
  }
  if (way === 'write')
    return [`${head}: as the journal has it`, ...diffLines(diff, style)].join('\n')
  return `${head}: the journal does not have its text; restore it from version control`
}

function diffLines(diff: string, { green, red, dim }: Context['output']['style']): string[] {
  const lines = visibleLines(diff.trimEnd()).split('\n')
  return (diff === '' ? [] : lines).map((line) => {
    if (/^(?:---|\+\+\+|@@)/.test(line)) return `  ${dim(line)}`
    return `  ${line.startsWith('+') ? green(line) : line.startsWith('-') ? red(line) : line}`
  })
}

function summaryOf(found: readonly Disagreement[], repaired: readonly string[]): string {
  if (found.length === 0) return 'scripts and journal agree'
  const left = found.length - repaired.length
  const done = `${counted(repaired.length, 'script')} repaired`
  return left === 0 ? done : `${done}, ${left} left; on a terminal it asks, and --yes agrees to all`
}

import type { AlignReport } from '../../../align/align'
import type { AlignOptions } from '../../../align/align-options'
import { canAsk, confirm } from '../../context/ask'
import {
  answer,
  layoutOf,
  settingsOf,
  type Context,
  type Handler,
} from '../../context/command-context'
import { progressOn } from '../../context/progress-line'
import { sourceFrom, toldAnswers } from '../../context/script-answers'
import { stoppable } from '../../context/signals'
import { usageError } from '../../arguments/usage-error'
import { counted, indented, pathFrom } from '../../text/text'

/** Writes one script that renames what differs in its name alone. */
export const alignCommand: Handler = async (context) => {
  const { output } = context
  const options = optionsOf(context)
  const settings = await settingsOf(context)
  const { alignNames } = await import('../../../align/align.js')
  const { progress, begin, end } = progressOn(context)
  const agree = async (report: AlignReport) => {
    end()
    if (!context.call.options.yes && canAsk(context)) output.note(proposed(report))
    const where = settings.vcs === 'none' ? 'Write' : 'Write and commit'
    await confirm(context, `${where} a script with ${counted(report.renames.length, 'rename')}?`)
    begin()
  }
  let report: AlignReport
  try {
    report = await stoppable(context, (signal) => {
      const layout = layoutOf(context, settings)
      return alignNames(settings, { ...options, layout, agree, signal, progress })
    })
  } finally {
    end()
  }
  answer(context, membersOf(report))
  for (const note of report.notes) output.note(`${output.noteStyle.yellow('note:')} ${note}`)
  output.result(rendered(report, context))
  return 0
}

function optionsOf({ call }: Context): Omit<AlignOptions, 'layout'> {
  const { words, options } = call
  const { ts, pair, from, message, commit, dryRun } = options
  if (ts && pair) throw usageError('--ts and --pair contradict each other', 'Give one of them.')
  const title = words.join(' ').trim()
  return {
    title: title === '' ? 'align names' : title,
    renames: toldAnswers(options).renames ?? [],
    form: ts ? 'ts' : pair ? 'pair' : 'sql',
    from: sourceFrom(from),
    ...(message !== undefined && { message }),
    ...(commit !== undefined && { commit }),
    ...(dryRun && { dryRun }),
  }
}

function membersOf(report: AlignReport): object {
  const { outcome, source, renames, undecided, left, locked, scripts, notes, commit } = report
  return {
    result: outcome,
    source,
    renames,
    undecided,
    left,
    locked,
    scripts: scripts.map(({ revision, title, files }) => ({
      revision,
      title,
      files: files.map(({ path, text }) => ({ path, text: outcome === 'shown' ? text : null })),
    })),
    notes,
    commit: commit ?? null,
  }
}

function rendered(report: AlignReport, context: Context): string {
  const { outcome } = report
  if (outcome === 'nothing')
    return [`No name alone differs. No script is needed.`, ...leftLines(report)].join('\n')
  const { output, io } = context
  const files = report.scripts.flatMap((script) => script.files)
  const lines = files.map(({ path, text }) => {
    const name = pathFrom(io.cwd, path)
    return outcome === 'shown'
      ? `${output.style.bold(name)}\n${indented(text, '  ').trimEnd()}`
      : name
  })
  const { commit } = report
  return [
    ...(outcome === 'shown' ? ['Would write:'] : []),
    ...lines,
    ...(commit === undefined ? [] : [`committed as ${commit.slice(0, 10)}`]),
    ...leftLines(report),
  ].join('\n')
}

/** What a person agrees to. */
function proposed(report: AlignReport): string {
  const renames = report.renames.map(({ object, to }) => `${object} → ${to}`)
  return [...listed('Names alone that differ:', renames), ...leftLines(report)].join('\n')
}

/** What is not in the script, and why. */
function leftLines({ undecided, left, source }: AlignReport): string[] {
  const wanted = source === 'entities' ? 'the entities' : 'the canonical schema'
  const heads = {
    missing: `only in ${wanted}`,
    extra: 'only in the scripts',
    different: `otherwise in ${wanted}`,
  }
  const items = left.map(({ is, object }) => `${object}: ${heads[is]}`)
  return [
    ...listed(
      'Left, since nothing says which new name each has (--rename OLD:NEW does), or PostgreSQL refuses it:',
      undecided.map(({ objects, to, reason }) => {
        const why = reason === null ? '' : `: ${reason}`
        return `${objects.join(', ')} → ${to.join(', ')}${why}`
      }),
    ),
    ...listed('Left, since more than a name differs:', items),
  ]
}

function listed(head: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return []
  const shown = lines.slice(0, most).map((line) => `  ${line}`)
  const more = lines.length - shown.length
  return [
    head,
    ...shown,
    ...(more > 0 ? [`  … and ${more} more; --dry-run --json has them all`] : []),
  ]
}

const most = 20

import { join } from 'node:path'
import type { AddScriptOptions, AddScriptReport } from '../../add-script/deliver/add-script-options'
import type { AddedScript } from '../../add-script/deliver/add-script-options'
import type { NextCall } from '../../add-script/deliver/add-script-options'
import { usualLayout } from '../../script/layout/layout'
import type { Question } from '../../change/model/answers'
import type { Settings } from '../../settings/value/setting-types'
import type { OpenQuestions } from '../../change/model/interview'
import { MigrationError } from '../../errors'
import { commandLine } from '../context/command-line'
import { askerOf } from '../context/prompt'
import {
  answer,
  layoutOf,
  settingsOf,
  type Context,
  type Handler,
} from '../context/command-context'
import { editorOf } from '../context/editor'
import { progressOn } from '../context/progress-line'
import { stoppable } from '../context/signals'
import { indented, pathFrom } from '../text/text'
import { sourceFrom, toldAnswers } from '../context/script-answers'
import { readNumber } from '../arguments/journal-options'
import { usageError } from '../arguments/usage-error'

/** Writes the next script from what differs; with `--check` only says whether anything does. */
export const addScriptCommand: Handler = async (context) => {
  const { call, output } = context
  const title = call.words.join(' ').trim()
  const check = call.options.check ?? false
  if (title === '' && !check) {
    throw usageError('add_script needs a title', 'Write add_script and what the script does.')
  }
  const options = { ...optionsOf(context), title: title || 'check' }
  const settings = await settingsOf(context)
  let next: NextCall | undefined
  const report = await adding(context, settings, options, (call) => (next = call))
  const exitStatus = check && report.outcome !== 'nothing' ? 3 : 0
  answer(context, membersOf(report), exitStatus)
  if (report.answered.length > 0) {
    output.note(`The same without questions:\n  ${commandLine(call, report.answered)}`)
  }
  for (const note of report.notes) output.note(`${output.noteStyle.yellow('note:')} ${note}`)
  output.result(rendered(report, context))
  if (next && context.programLayout === usualLayout) context.io.startProcess?.(preparing, next)
  return exitStatus
}

/** Gets ready for the next script while nobody waits. */
const preparing = join(__dirname, '../prepare-process.js')

async function adding(
  context: Context,
  settings: Settings,
  options: AddScriptOptions,
  written: (next: NextCall) => void,
): Promise<AddScriptReport> {
  const { addScriptIn, OpenQuestions } = await import('../../add-script/add-script.js')
  const { progress, begin, end } = progressOn(context)
  const { edit: open } = options
  const edit =
    open &&
    (async (scripts: readonly AddedScript[]) => {
      end()
      const saved = await open(scripts)
      begin()
      return saved
    })
  return stoppable(context, async (signal) => {
    const asker = options.check ? undefined : askerOf(context, signal)
    const ask =
      asker &&
      (async (question: Question) => {
        end()
        const answer = await asker.ask(question)
        begin()
        return answer
      })
    const answers = { ...options.answers, ...(ask && { ask }) }
    try {
      const more = { ...options, answers, signal, progress, ...(edit && { edit }) }
      return await addScriptIn(layoutOf(context, settings), settings, more, written)
    } catch (error) {
      throw error instanceof OpenQuestions ? withCommandLine(error, context) : error
    } finally {
      asker?.close()
      end()
    }
  })
}

/** One line with every proposal, to be looked through and run. */
function withCommandLine(error: OpenQuestions, { call }: Context): MigrationError {
  const line = commandLine(call, error.flags)
  return new MigrationError(error.code, error.message, {
    detail: error.detail,
    hint: `Answer on a terminal, or check the proposals and run: ${line}`,
    cause: error.cause,
  })
}

function optionsOf(context: Context): Omit<AddScriptOptions, 'title'> {
  const { options } = context.call
  if (options.ts && options.pair) {
    throw usageError('--ts and --pair contradict each other', 'Give one of them.')
  }
  const { from, message, commit, verify, withSchema, withSource, dryRun, check, edit } = options
  const { onlineRows: rows } = options
  if (edit && (check ?? dryRun)) {
    const other = check ? '--check' : '--dry-run'
    throw usageError(`--edit and ${other} contradict each other`, 'Give one of them.')
  }
  if (rows !== undefined && options.online === undefined)
    throw usageError('--online-rows is for --online', 'Give --online too.')
  const source = sourceFrom(from)
  return {
    answers: toldAnswers(options),
    form: options.ts ? 'ts' : options.pair ? 'pair' : 'sql',
    ...(source && { from: source }),
    ...(message !== undefined && { message }),
    ...(commit !== undefined && { commit }),
    ...(verify !== undefined && { verify }),
    ...(withSchema && { withSchema }),
    ...(withSource && { withSource }),
    ...(dryRun && { dryRun }),
    ...(check && { check }),
    ...(edit && { edit: editorOf(context) }),
    ...(rows !== undefined && {
      onlineRows: readNumber(rows, '--online-rows', 'Give how many rows, 100000 for instance.'),
    }),
  }
}

function membersOf(report: AddScriptReport): object {
  const { outcome, source, scripts, notes, destructive, proven, commit } = report
  const members = scripts.map(({ revision, title, files }) => ({
    revision,
    title,
    files: files.map(({ path, text }) => ({ path, text: outcome === 'shown' ? text : null })),
  }))
  const result = { result: outcome, source, scripts: members, destructive, proven }
  return { ...result, notes, commit: commit ?? null }
}

const nothing: Readonly<Record<AddScriptReport['source'], string>> = {
  schema: 'Nothing differs between the scripts and the canonical schema.',
  entities: 'Nothing differs between the scripts and the entities.',
  command: 'schema_diff_cmd says that nothing differs.',
  none: '',
}

function rendered(report: AddScriptReport, { io, output, call }: Context): string {
  const { outcome, scripts, commit } = report
  if (outcome === 'nothing') return `${nothing[report.source]} No script is needed.`
  const shown = (path: string) => pathFrom(io.cwd, path)
  const files = scripts.flatMap((script: AddedScript) => script.files)
  if (outcome === 'shown') {
    const verb = call.options.check ? 'Something differs' : 'Would write'
    const texts = files.map(
      ({ path, text }) => `${output.style.bold(shown(path))}\n${indented(text, '  ')}`,
    )
    return `${verb}:\n${texts.join('\n')}`.trimEnd()
  }
  const lines = files.map(({ path }) => shown(path))
  if (commit !== undefined) lines.push(`committed as ${commit.slice(0, 10)}`)
  return lines.join('\n')
}

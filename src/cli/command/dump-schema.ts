import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { DumpSchemaOptions, DumpSchemaReport } from '../../dump-schema/dump-options'
import { canAsk, confirm } from '../context/ask'
import {
  answer,
  layoutOf,
  settingsOf,
  type Context,
  type Handler,
} from '../context/command-context'
import { progressOn } from '../context/progress-line'
import { stoppable } from '../context/signals'
import { counted, indented, pathFrom } from '../text/text'
import { usageError } from '../arguments/usage-error'

/** Writes the canonical schema from the scripts; with `--check` only says whether the file builds the same. */
export const dumpSchemaCommand: Handler = async (context) => {
  const { call, output } = context
  const file = fileOf(context)
  const settings = await settingsOf(context)
  const report = await dumping(context, async (options) => {
    const { dumpSchemaIn } = await import('../../dump-schema/dump-schema.js')
    const named = { ...options, ...(file !== undefined && { file }) }
    return dumpSchemaIn(layoutOf(context, settings), settings, named)
  })
  const { outcome, text, difference, filled, notes } = report
  const isNo = (call.options.check ?? false) && outcome === 'differs'
  const members = { result: outcome, file: report.file ?? null, difference, filled, notes }
  answer(context, { ...members, text: outcome === 'shown' ? (text ?? '') : null }, isNo ? 3 : 0)
  for (const note of [...notes, ...rowNotes(report)]) {
    output.note(`${output.noteStyle.yellow('note:')} ${note}`)
  }
  output.result(rendered(report, context))
  return isNo ? 3 : 0
}

/** The file that the call names; false: none, but stdout. @throws {MigrationError} USAGE */
function fileOf({ call, io }: Context): string | false | undefined {
  const [word, more] = call.words
  if (more !== undefined) throw usageError(`dump_schema takes one file, found "${more}" too`)
  if (word === '-' && call.options.check) {
    throw usageError('--check and - contradict each other', 'Name the file that is to be checked.')
  }
  if (word === undefined) return undefined
  if (word === '-') return false
  const path = resolve(io.cwd, word)
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path
  throw usageError(
    `"${word}" is a folder, and dump_schema takes the file to write`,
    `If it is the scripts' folder, write --directory ${word}.`,
  )
}

async function dumping(
  context: Context,
  work: (options: DumpSchemaOptions) => Promise<DumpSchemaReport>,
): Promise<DumpSchemaReport> {
  const { dryRun, check, yes } = context.call.options
  const { progress, begin, end } = progressOn(context)
  const ask = async (question: string) => {
    end()
    await confirm(context, question)
    begin()
    return true
  }
  const given = { dryRun: dryRun ?? false, check: check ?? false, overwrite: yes ?? false }
  try {
    return await stoppable(context, (signal) =>
      work({ ...given, ...(canAsk(context) && { ask }), signal, progress }),
    )
  } finally {
    end()
  }
}

function rowNotes({ outcome, filled }: DumpSchemaReport): string[] {
  if (!['written', 'shown'].includes(outcome) || filled.length === 0) return []
  const tables = `${filled.length === 1 ? 'table' : 'tables'} ${filled.join(', ')}`
  return [`Scripts insert rows into ${tables}: a schema holds none, nor does setup make any.`]
}

function rendered(report: DumpSchemaReport, { io, call }: Context): string {
  const { outcome, file = '', text = '', difference } = report
  const name = pathFrom(io.cwd, file)
  if (outcome === 'shown') return text.trimEnd()
  if (outcome === 'written') return name
  if (outcome === 'same') {
    return call.options.check
      ? `${name} builds what the scripts build.`
      : `${name} is as it should be: nothing was written.`
  }
  if (difference.length === 0) return 'Run migrate dump_schema to write it.'
  const lines = difference.slice(0, most).map((sql) => indented(sql, '  '))
  const left = difference.length - lines.length
  const more = left > 0 ? `\n  … and ${counted(left, 'statement')} more` : ''
  return `${name} builds another schema than the scripts. It lacks:\n${lines.join('\n')}${more}`
}

const most = 10

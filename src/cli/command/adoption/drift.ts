import type { DriftItem, DriftReport } from '../../../drift/drift'
import { answer, layoutOf, settingsOf, type Handler } from '../../context/command-context'
import { progressOn } from '../../context/progress-line'
import { stoppable } from '../../context/signals'
import { reach } from '../../context/with-migrator'
import { counted, indented } from '../../text/text'

const answerIsNo = 3

/** Says what differs between the database and the scripts that it has applied. */
export const driftCommand: Handler = async (context) => {
  const { call, output } = context
  const settings = await settingsOf(context)
  const { label } = await reach(context, settings)
  const { findDrift } = await import('../../../drift/drift.js')
  const ignore = call.options.ignore ?? []
  const { progress, end } = progressOn(context)
  let report: DriftReport
  try {
    report = await stoppable(context, (signal) =>
      findDrift(settings, { layout: layoutOf(context, settings), ignore, signal, progress }),
    )
  } finally {
    end()
  }
  const { items, sql, notes } = report
  const differs = items.length + sql.length > 0
  answer(context, { differences: items, sql, notes }, differs ? answerIsNo : 0)
  for (const note of notes) output.note(`${output.noteStyle.yellow('note:')} ${note}`)
  output.result(differs ? rendered(report) : `${label} is what its scripts build.`)
  return differs ? answerIsNo : 0
}

const words: Readonly<Record<DriftItem['is'], string>> = {
  missing: 'missing here, though the scripts make it',
  extra: 'here, and no script makes it',
  different: 'not as the scripts make it',
}

function rendered({ items, sql }: DriftReport): string {
  const parts = (['missing', 'extra', 'different'] as const).flatMap((is) => {
    const names = items.filter((item) => item.is === is).map(({ object }) => `  ${object}`)
    return names.length === 0 ? [] : [`${words[is]}:`, ...names]
  })
  const statements = sql
    .slice(0, most)
    .map((one) => indented(`${one.replace(/;?\s*$/, '')};`, '  '))
  const left = sql.length - statements.length
  return [
    ...parts,
    ...(sql.length > 0 ? ['', 'what would make it so:', ...statements] : []),
    ...(left > 0 ? [`  … and ${counted(left, 'statement')} more; --json has them all`] : []),
  ].join('\n')
}

const most = 20

import type { Diagnosis } from '../../../doctor/diagnose'
import { answer, layoutOf, settingsOf, type Handler } from '../../context/command-context'

const answerIsNo = 3

/** Says what would make a command fail, and what to do. */
export const doctorCommand: Handler = async (context) => {
  const { output } = context
  const settings = await settingsOf(context)
  const { diagnose } = await import('../../../doctor/diagnose.js')
  const found = await diagnose(settings, layoutOf(context, settings))
  const exitStatus = found.some(({ is }) => is === 'problem') ? answerIsNo : 0
  answer(context, { diagnoses: found }, exitStatus)
  output.result(found.flatMap((one) => rendered(one, output.style)).join('\n'))
  return exitStatus
}

function rendered(
  { is, check, fact, hint, file }: Diagnosis,
  style: { red(text: string): string; yellow(text: string): string; green(text: string): string },
): string[] {
  const mark = {
    fine: style.green('ok     '),
    warning: style.yellow('warning'),
    problem: style.red('problem'),
  }[is]
  const more = [...(file === undefined ? [] : [`in ${file}`]), ...(hint === null ? [] : [hint])]
  return [`${mark}  ${check}: ${fact}`, ...more.map((line) => `         ${line}`)]
}

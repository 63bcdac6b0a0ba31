import { insertRow, markTakenOver, rewriteClaim } from '../../journal/model/claim'
import { isTakeOver } from '../context/run-context'
import type { PreparedMark } from '../prepare/prepared-step'
import { claimRefused, type Execution } from './execution'

/** Records every mark of a run at once, in one transaction. */
export async function runMarks(
  execution: Execution,
  preparedSteps: readonly PreparedMark[],
): Promise<number> {
  const { context, work } = execution
  const { journal } = context.settings
  const rows = preparedSteps.map(({ claim, step }) => {
    const finished = { outcome: 'success', duration_ms: 0 }
    if (!isTakeOver(step.resume)) return insertRow(journal, claim, finished)
    const { id, attempt } = step.resume
    const mark = markTakenOver(journal, context.runId, id, attempt, step.operation)
    return `${rewriteClaim(journal, claim, id)};\n${mark}`
  })
  const text = rows.join(';\n')
  const own = work.status === 'I'
  const { error } = await work.send(own ? `BEGIN;\n${text};\nCOMMIT` : text)
  if (error) {
    // a transaction that was open is its caller's to roll back
    if (own && !work.lost) await work.send('ROLLBACK')
    if (execution.isClaimRefused(error) || error.code === '22012')
      throw claimRefused(preparedSteps[0]?.step.revision ?? '')
    throw error
  }
  for (const prepared of preparedSteps) {
    execution.started(prepared)
    execution.finished(prepared, 0)
  }
  return preparedSteps.length
}

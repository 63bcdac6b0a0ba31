import { insertRow, markTakenOver, rewriteClaim } from '../../journal/model/claim'
import { isTakeOver } from '../context/run-context'
import type { MarkJob } from '../prepare/prepared-step'
import { claimRefused, type Runner } from './execution'

/** Records every mark of a run at once, in one transaction. */
export async function runMarks(runner: Runner, jobs: readonly MarkJob[]): Promise<number> {
  const { context, work } = runner
  const { journal } = context.settings
  const rows = jobs.map(({ claim, step }) => {
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
    if (runner.isClaimRefused(error) || error.code === '22012')
      throw claimRefused(jobs[0]?.step.revision ?? '')
    throw error
  }
  for (const job of jobs) {
    runner.started(job)
    runner.finished(job, 0)
  }
  return jobs.length
}

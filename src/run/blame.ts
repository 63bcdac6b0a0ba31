import type { SqlJob } from './job'
import type { FailurePlace } from './failure'
import type { Verdict } from './batch'

/** Where in a SQL script a message stopped: the server's position, else the start of its statement. */
export function placeOfFailure(
  job: SqlJob,
  failure: NonNullable<Verdict['failure']>,
): FailurePlace | undefined {
  const { stage, statement, position } = failure
  if (stage === 'claim' || stage === 'before') return undefined
  const fallback = job.sql.statements[statement]?.firstTokenStart ?? 0
  const last = job.sql.statements.at(-1)?.firstTokenStart ?? 0
  if (stage === 'script') return { part: job.part, offset: position ?? fallback, stage: 'script' }
  return { part: job.part, offset: last, stage: 'finish' }
}

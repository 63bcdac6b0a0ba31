import type { SqlJob } from '../prepare/prepared-step'
import type { FailurePlace } from '../failure/script-failure'
import type { Verdict } from './message'

/** Where in a SQL script a message stopped: the server's position, else the start of its statement. */
export function placeOfFailure(
  job: SqlJob,
  failure: NonNullable<Verdict['failure']>,
): FailurePlace | undefined {
  const { stage, statement, position } = failure
  if (stage === 'claim' || stage === 'before') return placeOfLead(job)
  const fallback = job.sql.statements[statement]?.firstTokenStart ?? 0
  const last = job.sql.statements.at(-1)?.firstTokenStart ?? 0
  if (stage === 'script') return { part: job.part, offset: position ?? fallback, stage: 'script' }
  return { part: job.part, offset: last, stage: 'finish' }
}

/** What a SET TRANSACTION asks for shows at our claim, which comes after it. */
function placeOfLead({ part, sql }: SqlJob): FailurePlace | undefined {
  const [first] = sql.statements
  if (first?.words[0] !== 'SET' || first.words[1] !== 'TRANSACTION') return undefined
  return { part, offset: first.firstTokenStart, stage: 'finish' }
}

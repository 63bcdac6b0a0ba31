import type { Session } from '../../database/postgres/session'
import { durationsSoFar } from '../lock/probe'
import type { MessageVerdict } from './message'
import type { SqlJob } from '../prepare/prepared-step'
import type { Runner, Start } from '../session/execution'

/** Reports what a long message has done so far, since the server's own answer comes in lumps. */
export class ReportedEarly {
  count = 0

  constructor(
    private readonly runner: Runner,
    private readonly jobs: readonly SqlJob[],
  ) {}

  readonly look = async (session: Session): Promise<void> => {
    const { runner, jobs } = this
    const claims = jobs.map(({ claim }) => claim)
    const durations = await durationsSoFar(session, runner.context.settings.journal, claims)
    for (const job of jobs.slice(this.count, durations.length)) {
      runner.finished(job, durations[this.count] ?? 0)
      this.count++
      const next = jobs[this.count]
      if (next) runner.started(next)
    }
  }
}

/** When the scripts of a message began that was sent at `sent`, as `performance.now()` has it. */
export function startsIn({ began }: MessageVerdict, sent: number): Start[] {
  const first = began[0] ?? 0
  return began.map((milliseconds) => ({ since: sent + milliseconds - first, began: milliseconds }))
}

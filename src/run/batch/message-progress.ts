import type { Session } from '../../database/postgres/session'
import { durationsSoFar } from '../lock/probe'
import type { MessageVerdict } from './message'
import type { PreparedSql } from '../prepare/prepared-step'
import type { Execution, Start } from '../session/execution'

/** Reports what a long message has done so far, since the server's own answer comes in lumps. */
export class ReportedEarly {
  count = 0

  constructor(
    private readonly execution: Execution,
    private readonly preparedSteps: readonly PreparedSql[],
  ) {}

  readonly look = async (session: Session): Promise<void> => {
    const { execution, preparedSteps } = this
    const claims = preparedSteps.map(({ claim }) => claim)
    const durations = await durationsSoFar(session, execution.context.settings.journal, claims)
    for (const prepared of preparedSteps.slice(this.count, durations.length)) {
      execution.finished(prepared, durations[this.count] ?? 0)
      this.count++
      const next = preparedSteps[this.count]
      if (next) execution.started(next)
    }
  }
}

/** When the scripts of a message began that was sent at `sent`, as `performance.now()` has it. */
export function startsIn({ began }: MessageVerdict, sent: number): Start[] {
  const first = began[0] ?? 0
  return began.map((milliseconds) => ({ since: sent + milliseconds - first, began: milliseconds }))
}

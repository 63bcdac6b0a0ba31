import { confirmSurely } from '../context/ask'
import { answer, type Handler } from '../context/command-context'
import { renderLockSession, renderLockSessions } from '../render/render-lock'
import { counted } from '../text/text'
import { withMigrator } from '../context/with-migrator'

/** Shows who holds the lock; with `--terminate` ends it, after a question. */
export const unlock: Handler = (context) =>
  withMigrator(context, async (migrator, label) => {
    const { call, output } = context
    const sessions = await migrator.lockSessions()
    output.result(renderLockSessions(sessions, label, output.style))
    let ended: number[] = []
    if (call.options.terminate && sessions.length > 0) {
      // a question comes below what it is about
      if (output.json) sessions.forEach((one) => output.note(renderLockSession(one)))
      await confirmSurely(context, `End ${counted(sessions.length, 'backend')} of ${label}?`)
      ended = await migrator.unlock(sessions)
      output.result(`ended ${ended.length === 0 ? 'nothing: it was gone' : endedText(ended)}`)
    }
    answer(context, { sessions, ended })
    return 0
  })

function endedText(pids: readonly number[]): string {
  return `backend ${pids.join(' and ')}`
}

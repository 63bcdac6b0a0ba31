import type { Database } from '../../database/postgres/database'
import { untilReleased } from '../../database/postgres/give-back'
import type { Session } from '../../database/postgres/session'

/** A connection that is being made while something else is done. */
export interface Opening {
  session: Promise<Session>
  /** Closes it; one that is still connecting is closed once it is open, and not waited for. */
  close(): Promise<void>
}

/** Starts to connect; a failure is thrown to whoever awaits `session`. */
export function openAhead(database: Database): Opening {
  let open: Session | undefined
  const session = database.open('lock').then((made) => (open = made))
  return {
    session,
    async close() {
      if (open) return open.close()
      if (database.borrowed && !database.single) return untilReleased(session)
      session.then(
        (late) => late.close(),
        () => undefined, // thrown to whoever awaits it; otherwise nobody needs the connection
      )
    },
  }
}

import type { DatabaseError } from 'pg'

/** True when an error says that the connection is gone, whoever closed it. */
export function isConnectionLoss(error: unknown): boolean {
  const {
    code = '',
    message = '',
    severity = '',
  } = (error as { driverError?: DatabaseError }).driverError ?? (error as Partial<DatabaseError>)
  return (
    // whatever it was about (a full disk, say), the server ends the session with it
    /^(?:FATAL|PANIC)$/.test(severity) ||
    /^(?:08...|57P0[1-5]|ECONNRESET|EPIPE|ETIMEDOUT)$/.test(code) ||
    /^(?:Connection terminated|Client was closed|Client has encountered)/.test(message)
  )
}

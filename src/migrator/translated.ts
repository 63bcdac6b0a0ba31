import type { DatabaseError } from 'pg'
import { MigrationError } from '../errors'
import { systemFailure } from '../system-error'

/** A server's error outside any script is about the journal or the connection; a bug passes as it is. */
export async function translated<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (thrown) {
    const { asConnectionLost } =
      require('../run/failure/script-failure') as typeof import('../run/failure/script-failure')
    const error = asConnectionLost(thrown)
    const { severity, code, message } = error as Partial<DatabaseError>
    if (error instanceof MigrationError) throw error
    const system = systemFailure(error)
    if (system) throw system
    if (severity === undefined && code === undefined) throw error
    throw new MigrationError('JOURNAL_FAILED', 'the database refused the journal or the lock', {
      detail: message,
      hint: (error as DatabaseError).hint ?? 'Check the rights of the role, and the server.',
      sqlstate: code,
      cause: error,
    })
  }
}

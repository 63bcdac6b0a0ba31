import { MigrationError } from '../../src/errors'

/** Waits for work that is expected to be refused, and returns the refusal. */
export async function failureOf(work: Promise<unknown>): Promise<MigrationError> {
  try {
    await work
  } catch (error) {
    if (error instanceof MigrationError) return error
    throw error
  }
  throw new Error('nothing failed')
}

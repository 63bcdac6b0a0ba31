import { MigrationError } from '../../errors'
import { nearest } from '../../settings/value/nearest'

/** A call that is wrong: USAGE, exit status 2. */
export function usageError(message: string, hint?: string, detail?: string): MigrationError {
  return new MigrationError('USAGE', message, { hint, detail })
}

/** `Did you mean upgrade?`, or `otherwise` where no candidate is near. */
export function didYouMean(word: string, candidates: Iterable<string>, otherwise: string): string {
  const meant = nearest(word, candidates)
  return meant === undefined ? otherwise : `Did you mean ${meant}?`
}

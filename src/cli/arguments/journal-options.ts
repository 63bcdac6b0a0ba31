import { parseDuration } from '../../settings/value/duration'
import { usageError } from './usage-error'

/** Reads the value of `--limit`. @throws {MigrationError} USAGE unless it is a whole number from 1 upwards. */
export function readLimit(text: string): number {
  return readNumber(text, '--limit', 'Give how many entries, 20 for instance.')
}

/** Reads the value of an option that counts. @throws {MigrationError} USAGE unless it is a whole number from 1 upwards. */
export function readNumber(text: string, flag: string, hint: string): number {
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text)
  throw usageError(`${flag} takes a number, found "${text}"`, hint)
}

const isoTime = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/

/**
 * Reads the value of `--since`: an ISO date or time, which is UTC unless it says otherwise, as all times
 * that are shown are; or a duration before `now`.
 * @throws {MigrationError} USAGE
 */
export function readSince(text: string, now: Date): Date {
  const duration = /^[\d.]+\s*(?:s|min|h|d)$/.test(text) ? parseDuration(text) : undefined
  if (duration !== undefined) return new Date(now.getTime() - duration)
  if (isoTime.test(text)) {
    const isUtc = text.length > 10 && !/(?:Z|[+-]\d\d:?\d\d)$/.test(text)
    const time = new Date(`${text.replace(' ', 'T')}${isUtc ? 'Z' : ''}`)
    if (!Number.isNaN(time.getTime())) return time
  }
  throw usageError(
    `--since takes a time or a duration, found "${text}"`,
    'Write 2026-01-31, 2026-01-31T12:00Z, or 2h or 7d.',
  )
}

import { nearest } from '../../settings/value/nearest'
import { usageError } from './usage-error'

const versionWords = ['latest', 'next', 'previous']

/** True for what a command takes as a version: digits (0 = nothing applied) or one of three words. */
export function isVersion(text: string): boolean {
  return /^\d+$/.test(text) || versionWords.includes(text)
}

/** The same where scripts have names: letters, digits, and what file names have between them. */
export function isNamedVersion(text: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{N}_.:-]*$/u.test(text)
}

/** @throws {MigrationError} USAGE unless the option's value is a version. */
export function checkVersionOption(flag: string, text: string, named: boolean): void {
  if (isVersion(text) || (named && isNamedVersion(text))) return
  const hint = versionHint(text, 'A version is digits, latest, next, previous or 0.')
  throw usageError(`${flag} takes a version, found "${text}"`, hint)
}

/** @throws {MigrationError} USAGE unless the value of `--revision` is digits. */
export function checkRevision(text: string): void {
  if (/^\d+$/.test(text)) return
  const hint = versionHint(text, 'A script is named by its digits.')
  throw usageError(`--revision takes the digits of a script, found "${text}"`, hint)
}

/** What a person may have meant who wrote something that is no version; always a full sentence. */
export function versionHint(text: string, otherwise: string): string {
  const meant = nearest(text, versionWords)
  if (meant) return `Did you mean ${meant}?`
  const digits = /(?:^|\/)(\d+)[_.-]/.exec(text)?.[1]
  if (digits) return `A script is named by its digits alone: ${digits}.`
  return otherwise
}

/**
 * Reads the value of `--count`; undefined for -1, which leaves it open.
 * @throws {MigrationError} USAGE unless it is a whole number from -1 upwards.
 */
export function readCount(text: string): number | undefined {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  if (text === '-1') return undefined
  const hint = /[./]/.test(text)
    ? 'A configuration module is a .ts or .js file that exists, or a folder with conf.ts or config.ts.'
    : 'Give the greatest number of scripts, 1 for instance.'
  throw usageError(`--count takes a number, found "${text}"`, hint)
}

import { MigrationError } from '../../errors'
import { nearest } from './nearest'

/** What an argument must be, in words, and whether it is that. */
export interface Check {
  what: string
  holds: (value: unknown) => boolean
}

export type Shape = Readonly<Record<string, Check>>

export const text: Check = {
  what: 'a text that is not empty',
  holds: (value) => typeof value === 'string' && value !== '',
}
export const flag: Check = { what: 'true or false', holds: (value) => typeof value === 'boolean' }
export const callable: Check = { what: 'a function', holds: (value) => typeof value === 'function' }
export const listOfTexts: Check = {
  what: 'a list of texts',
  holds: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
}
export const object: Check = { what: 'an object', holds: isObject }
export const count: Check = {
  what: 'a whole number from 0',
  holds: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
}
export const signal: Check = {
  what: 'an AbortSignal',
  holds: (value) =>
    isObject(value) &&
    typeof value['aborted'] === 'boolean' &&
    typeof value['addEventListener'] === 'function',
}

/** One of several texts. */
export function oneOf(...words: readonly string[]): Check {
  return { what: words.join(' or '), holds: (value) => words.includes(value as string) }
}

/** An object of whose known members each that is there is a function. */
export function methods(...names: readonly string[]): Check {
  return {
    what: `an object whose ${names.join(', ')} are functions`,
    holds: (value) =>
      isObject(value) &&
      names.every((name) => value[name] === undefined || typeof value[name] === 'function'),
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Checks one argument of a public function; nothing is done with one that is wrong. A member that is
 * undefined counts as absent.
 * @param called for messages: `the request`
 * @throws {MigrationError} USAGE
 */
export function checkArgument(
  called: string,
  value: unknown,
  shape: Shape,
  required: readonly string[] = [],
): void {
  if (!isObject(value)) throw wrong(called, value, 'an object')
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(shape, key)) continue
    const meant = nearest(key, Object.keys(shape))
    const hint = meant ? `Did you mean ${meant}?` : `It knows ${Object.keys(shape).join(', ')}.`
    throw new MigrationError('USAGE', `${called} has an unknown key "${key}"`, { hint })
  }
  for (const [key, check] of Object.entries(shape)) {
    const member = value[key]
    const absent = member === undefined && !required.includes(key)
    if (!absent && !check.holds(member)) throw wrong(`${key} of ${called}`, member, check.what)
  }
}

/** @throws {MigrationError} USAGE */
export function checkValue(called: string, value: unknown, { what, holds }: Check): void {
  if (!holds(value)) throw wrong(called, value, what)
}

function wrong(called: string, value: unknown, what: string): MigrationError {
  return new MigrationError('USAGE', `${called} is ${shown(value)}, not ${what}`, {
    hint: `Give ${what}.`,
  })
}

/** A text may be a secret by mistake, so only what it is and a short word are shown. */
function shown(value: unknown): string {
  if (typeof value === 'string') return /^\w{1,20}$/.test(value) ? `"${value}"` : 'another text'
  if (value === null || ['undefined', 'number', 'boolean'].includes(typeof value)) {
    return String(value)
  }
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

import { parseDuration } from './duration'
import { nearest } from './nearest'
import type { Problems, Sourced } from './problems'

/** True or false as Paste reads them; undefined for anything else. */
export function parseBoolean(text: string): boolean | undefined {
  const lower = text.trim().toLowerCase()
  if (['true', 'yes', 'on', 'y', 't', '1'].includes(lower)) return true
  if (['false', 'no', 'off', 'n', 'f', '0'].includes(lower)) return false
  return undefined
}

/** Items separated by commas, spaces or lines; a comma within braces (`{a,b}`) separates nothing. */
export function parseList(text: string): string[] {
  const items = ['']
  let depth = 0
  for (const character of text) {
    if (character === '{') depth += 1
    if (character === '}') depth = Math.max(0, depth - 1)
    if (/\s/.test(character) || (character === ',' && depth === 0)) items.push('')
    else items[items.length - 1] += character
  }
  return items.filter(Boolean)
}

/** One reader of a value per kind: gives undefined after it has added a problem. */
export interface ValueReader {
  boolean(key: string, found: Sourced): boolean | undefined
  number(key: string, found: Sourced): number | undefined
  duration(key: string, found: Sourced): number | undefined
  choice<T extends string>(key: string, found: Sourced, choices: readonly T[]): T | undefined
  identifier(key: string, found: Sourced): string | undefined
}

/** Makes the readers that add what is wrong to `problems`. */
export function valueReader(problems: Problems): ValueReader {
  const wrong = (found: Sourced, message: string, hint?: string): undefined => {
    problems.add(found, message, hint)
  }
  return {
    boolean(key, found) {
      const value = parseBoolean(found.value)
      return value ?? wrong(found, `${key} is neither true nor false: ${quoted(found.value)}`)
    },
    number(key, found) {
      const value = /^-?\d+(?:\.\d+)?$/.test(found.value) ? Number(found.value) : undefined
      return value ?? wrong(found, `${key} is no number: ${quoted(found.value)}`)
    },
    duration(key, found) {
      const hint = 'Write 500ms, 5s, 2min, 1h, or a number of milliseconds; 0 is none.'
      const value = parseDuration(found.value)
      return value ?? wrong(found, `${key} is no duration: ${quoted(found.value)}`, hint)
    },
    choice(key, found, choices) {
      const value = choices.find((choice) => choice === found.value.toLowerCase())
      if (value !== undefined) return value
      const meant = nearest(found.value, choices)
      const message = `${key} is none of ${choices.join(', ')}: ${quoted(found.value)}`
      return wrong(found, message, meant && `Did you mean ${meant}?`)
    },
    identifier(key, found) {
      const bytes = new TextEncoder().encode(found.value).length
      if (bytes <= 63 && !/[\0\n]/.test(found.value)) return found.value
      return wrong(found, `${key} is no name that PostgreSQL can hold (63 bytes, one line)`)
    },
  }
}

function quoted(value: string): string {
  return JSON.stringify(value.length > 60 ? value.slice(0, 60) + '…' : value)
}

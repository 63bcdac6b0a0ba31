import { addressUrl, looksLikeAddress, parseAddress } from './address/address'
import { secretsInCommand } from './value/command-secrets'
import { maskPasswords } from './value/mask'
import type { Sourced } from './value/problems'
import { redactor } from './value/redact'
import type { SettingOrigin } from './value/setting-types'

/** True for the name of a setting whose value must never be shown. */
export function isSecretKey(key: string): boolean {
  return /pass|pwd|secret|token|credential|key$/i.test(key) && !/_(?:command|file)$/i.test(key)
}

/** True for the name of a setting whose value a shell runs. */
function isCommand(key: string): boolean {
  return /_(?:command|cmd)$/.test(key)
}

/** A setting and its place, ready to print: secrets are masked, a text of several lines is one line. */
export function originOf(
  key: string,
  { value, from }: Pick<Sourced, 'value' | 'from'>,
): SettingOrigin {
  if (isSecretKey(key)) return { key, shown: '***', from }
  const hide = isCommand(key) ? redactor(secretsInCommand(value)) : (text: string) => text
  return { key, shown: hide(shownValue(value)), from }
}

function shownValue(value: string): string {
  if (value.includes('-----BEGIN ')) return '(PEM text)'
  const reading = looksLikeAddress(value) ? parseAddress(value) : undefined
  if (reading && 'address' in reading && reading.address.kind === 'postgres') {
    return addressUrl(reading.address.connection, { masked: true })
  }
  return maskPasswords(value.replace(/\s*\n\s*/g, ' ').trim())
}

const urlLogin = /([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):([^\s]+)@/gi

/** `password=` of a connection string within a command line. */
const keywordValue = /\bpass(?:word|wd)?=(?:'([^']*)'|([^\s&;'"]+))/gi

/** The secrets that a value holds: itself where its name says so, else the passwords of URLs in it. */
export function secretsIn(key: string, value: string): string[] {
  if (isSecretKey(key)) return [value]
  const reading = looksLikeAddress(value) ? parseAddress(value) : undefined
  if (reading && 'address' in reading && reading.address.kind === 'postgres') {
    const { connection, rawPassword } = reading.address
    return [...secretMembers(connection), ...(rawPassword ? [rawPassword] : [])]
  }
  const logins = [...value.matchAll(urlLogin)].map((match) => match[2] ?? '')
  const keywords = [...value.matchAll(keywordValue)].map((match) => match[1] ?? match[2] ?? '')
  const given = isCommand(key) ? secretsInCommand(value) : []
  return [...logins, ...keywords, ...given].filter(Boolean)
}

/** Every text within an options object whose name says that it is secret. */
function secretMembers(options: object): string[] {
  return Object.entries(options).flatMap(([key, value]: [string, unknown]) => {
    if (typeof value === 'string') return isSecretKey(key) && value ? [value] : []
    return typeof value === 'object' && value !== null ? secretMembers(value) : []
  })
}

/**
 * Every secret there is but those that are no secret because they are also a name that is shown:
 * the user's or the database's own name as its password.
 */
export function secretTexts(
  found: ReadonlySet<string>,
  values: ReadonlyMap<string, Pick<Sourced, 'value'>>,
  result: object,
): string[] {
  const all = new Set([...found, ...secretMembers(result)])
  for (const [key, { value }] of values) for (const secret of secretsIn(key, value)) all.add(secret)
  for (const name of shownNames(result)) all.delete(name)
  return [...all]
}

function shownNames(options: object): string[] {
  return Object.entries(options).flatMap(([key, value]: [string, unknown]) => {
    if (typeof value === 'object' && value !== null) return shownNames(value)
    return ['user', 'database', 'host'].includes(key) && typeof value === 'string' ? [value] : []
  })
}

import type { Io } from './io'
import { nearest } from '../../settings/value/nearest'
import { usageError } from '../arguments/usage-error'

/** How stderr is written: for people, or as events of one JSON object a line. */
export type LogFormat = (typeof formats)[number]

const formats = ['text', 'json'] as const

/** How much an event matters. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** `--log`, else MIGRATE_LOG, else text; what is neither counts as text until `checkLog` refuses it. */
export function logFormat(option: string | undefined, env: Io['env']): LogFormat {
  return formats.find((format) => format === named(option, env)?.value) ?? 'text'
}

/** @throws {MigrationError} USAGE for a format that does not exist */
export function checkLog(option: string | undefined, env: Io['env']): void {
  const found = named(option, env)
  if (!found || formats.some((format) => format === found.value)) return
  const meant = nearest(found.value, formats)
  throw usageError(
    `${found.from} is neither text nor json: "${found.value}"`,
    meant ? `Did you mean ${meant}?` : 'Write text, or json for one JSON object a line.',
  )
}

function named(option: string | undefined, env: Io['env']) {
  if (option !== undefined) return { from: '--log', value: option }
  const value = env['MIGRATE_LOG']
  return value ? { from: 'environment MIGRATE_LOG', value } : undefined
}

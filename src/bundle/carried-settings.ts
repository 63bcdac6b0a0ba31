import { findConfig } from '../settings/sources'
import { readSections, type IniSections } from '../settings/ini-sections'
import type { MigrationKey } from '../settings/migration-keys'
import type { SettingsRequest } from '../settings/read-settings'
import { isSecretKey, secretsIn } from '../settings/origins'
import { kindOf } from '../settings/typeorm/typeorm-keys'
import { Problems, type Sourced } from '../settings/value/problems'

/** Settings of a project, as they go into a bundle. */
export interface SettingsToCarry {
  /** By the keys of `[migration]`, with their `${ENV}`. */
  values: Record<string, string>
  /** Keys of the ini that stay out: secrets, addresses, files of this machine. */
  left: string[]
}

/** What says how scripts run and are recorded; all else is about the folder, or for development. */
const carriedKeys: readonly MigrationKey[] = [
  'duplicate_revisions',
  'journal_schema',
  'journal_table',
  'journal_text',
  'transaction',
  'isolation',
  'late_scripts',
  'other_tools',
  'lock_wait',
  'lock_timeout',
  'statement_timeout',
  'wait',
  'strict',
  'role',
  'safe',
  'debug',
]

/**
 * The settings of an ini that hold wherever the bundle runs. Reads the ini alone.
 * @param config as on the command line
 * @throws {MigrationError} SETTINGS_INVALID, SETTINGS_NOT_FOUND
 */
export async function settingsToCarry(
  config: string | undefined,
  { cwd, env }: Pick<SettingsRequest, 'cwd' | 'env'>,
): Promise<SettingsToCarry> {
  const problems = new Problems()
  const source = await findConfig(config, cwd, problems)
  const sections = readSections(source, (name) => env[name], problems, { keepVariables: true })
  problems.throwIfAny(config ?? 'development.ini')
  const own = [...sections.migration].filter(([key]) => carriedKeys.includes(key))
  const { values, left } = typeormSettings(sections)
  return { values: { ...plain(own), ...values }, left }
}

function plain(entries: readonly (readonly [string, Sourced])[]): Record<string, string> {
  return Object.fromEntries(entries.map(([key, { value }]) => [key, value]))
}

function typeormSettings({ overrides, application }: IniSections): SettingsToCarry {
  const all = [...new Map([...application, ...overrides])]
  const carried = all.filter(([key, { value }]) => isCarried(key, value))
  const names = new Set(carried.map(([key]) => key))
  const left = all.flatMap(([key]) =>
    names.has(key) || replaced.has(key) ? [] : [`typeorm.${key}`],
  )
  return { values: plain(carried.map(([key, found]) => [`typeorm.${key}`, found])), left }
}

/** These are in the bundle as modules. */
const replaced = new Set(['data_source', 'entities', 'subscribers', 'migrations'])

const address =
  /^(?:url|direct_url|data_source|host|port|username|password|password_command|password_file|database)$/

function isCarried(key: string, value: string): boolean {
  if (address.test(key) || isSecretKey(key) || secretsIn(key, value).length > 0) return false
  const kind = kindOf(key.split('.'))
  return kind !== 'file' && kind !== 'paths'
}

import { existsSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { readSettings, type SettingFlags } from './read-settings'
import { looksLikeAddress } from './address/address'
import { checkValue, text } from './value/arguments'
import { refuseMalformedAddress } from './sources'
import type { Settings } from './value/setting-types'

/** What a library function takes in place of the command line's CONFIG. */
export type SettingsSource = string | Settings

/** A folder of scripts whose settings are all default; the caller brings the connection. */
const anyDatabase = 'postgres://localhost/postgres'

/**
 * Settings for a library call: an ini file, a folder of scripts (everything else default), or settings
 * read before. Paths start from the working folder. With `url` that database is the one; the process's
 * environment counts only for an ini.
 *
 * @throws {MigrationError} SETTINGS_NOT_FOUND, SETTINGS_INVALID
 */
export async function settingsFor(
  source: SettingsSource,
  url?: string,
  flags: SettingFlags = {},
): Promise<Settings> {
  checkSource(source)
  const cwd = process.cwd()
  if (typeof source !== 'string') return url === undefined ? source : withUrl(source, url)
  const address = url ?? anyDatabase
  if (!/\.(ini|cfg|conf)$/.test(source) && !looksLikeAddress(source)) {
    if (!existsSync(resolve(cwd, source))) refuseMalformedAddress(source)
    const directory = isAbsolute(source) ? source : resolve(cwd, source)
    return readSettings({ config: address, cwd, env: {}, flags: { ...flags, directory } })
  }
  const settings = await readSettings({ config: source, cwd, env: process.env, flags })
  return url === undefined ? settings : withUrl(settings, url)
}

/** Settings that were read before have at least these. */
function checkSource(source: unknown): void {
  if (text.holds(source)) return
  const settings = source as Partial<Settings> | null | undefined
  const read =
    typeof settings === 'object' &&
    typeof settings?.directory === 'string' &&
    typeof settings.journal === 'object'
  checkValue('the source', source, {
    what: 'the path of an ini file or a folder, or settings read before',
    holds: () => read,
  })
}

async function withUrl(settings: Settings, url: string): Promise<Settings> {
  const { database, secrets } = await readSettings({ config: url, cwd: process.cwd(), env: {} })
  return { ...settings, database, secrets: [...settings.secrets, ...secrets] }
}

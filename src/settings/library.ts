import { existsSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { MigrationError } from '../errors'
import { readSettings, type SettingFlags } from './read-settings'
import { looksLikeAddress } from './address/address'
import { checkValue, text } from './value/arguments'
import { meansAddress } from './value/mask'
import { refuseMalformedAddress } from './sources'
import type { Settings } from './value/setting-types'

/** What a library function takes in place of the command line's CONFIG. */
export type SettingsSource = string | Settings | readonly (string | object)[]

/** A folder of scripts whose settings are all default; the caller brings the connection. */
const anyDatabase = 'postgres://localhost/postgres'

/**
 * Settings for a library call: an ini file, a folder of scripts (everything else default), a glob, a list of
 * folders, globs and scripts that are values, or settings read before. Paths start from the working folder. With `url` that database is the one; the process's
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
  if (isList(source)) return listed(source, url, flags)
  if (typeof source !== 'string') {
    refuseFlags(flags)
    return url === undefined ? source : withUrl(source, url)
  }
  const isGlob = globbed.test(source) && !meansAddress(source)
  if (isGlob && !existsSync(resolve(cwd, source))) return listed([source], url, flags)
  const address = url ?? anyDatabase
  if (!/\.(ini|cfg|conf)$/.test(source) && !looksLikeAddress(source)) {
    if (!existsSync(resolve(cwd, source))) refuseMalformedAddress(source)
    const directory = isAbsolute(source) ? source : resolve(cwd, source)
    return readSettings({ config: address, cwd, env: {}, flags: { ...flags, directory } })
  }
  const settings = await readSettings({ config: source, cwd, env: process.env, flags })
  return url === undefined ? settings : withUrl(settings, url)
}

const globbed = /[*?{[]|[!@+]\(/

function isList(source: SettingsSource): source is readonly (string | object)[] {
  return Array.isArray(source)
}

/** Paths start from the working folder; what else a script that is a value must be is checked when it is read. */
async function listed(
  list: readonly (string | object)[],
  url: string | undefined,
  flags: SettingFlags,
): Promise<Settings> {
  const cwd = process.cwd()
  const settings = await readSettings({ config: url ?? anyDatabase, cwd, env: {}, flags })
  const packages = list.filter((one) => typeof one === 'string').map((one) => resolve(cwd, one))
  const sources = list.filter((one) => typeof one === 'object')
  const { packageIsDefault: _, ...rest } = settings
  return {
    ...rest,
    directory: packages.find((one) => !globbed.test(one)) ?? cwd,
    ...(packages.length > 0 && { packages }),
    ...(sources.length > 0 && { sources }),
  }
}

/** @throws {MigrationError} USAGE */
function refuseFlags(flags: SettingFlags): void {
  const [name] = Object.keys(flags)
  if (name === undefined) return
  throw new MigrationError('USAGE', `${name} is given beside settings that were read before`, {
    hint: 'Give it where they are read: readSettings({ flags }).',
  })
}

/** Settings that were read before have at least these. */
function checkSource(source: unknown): void {
  if (text.holds(source)) return
  if (Array.isArray(source)) return checkList(source)
  const settings = source as Partial<Settings> | null | undefined
  const read =
    typeof settings === 'object' &&
    typeof settings?.directory === 'string' &&
    typeof settings.journal === 'object'
  checkValue('the source', source, {
    what: 'the path of an ini file or a folder, a list of scripts, or settings read before',
    holds: () => read,
  })
}

function checkList(source: readonly unknown[]): void {
  checkValue('the list of scripts', source, {
    what: 'a list of folders, globs and scripts with a name',
    holds: () =>
      source.length > 0 &&
      source.every(
        (one) => text.holds(one) || text.holds((one as { name?: unknown } | null)?.name),
      ),
  })
}

async function withUrl(settings: Settings, url: string): Promise<Settings> {
  const { database, secrets } = await readSettings({ config: url, cwd: process.cwd(), env: {} })
  return { ...settings, database, secrets: [...settings.secrets, ...secrets] }
}

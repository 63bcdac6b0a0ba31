import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { MigrationError } from '../../src/errors'
import { readSettings, type SettingsRequest } from '../../src/settings/read-settings'
import type { Settings } from '../../src/settings/value/setting-types'

/** Files of a folder by name; a text alone is `development.ini`. */
export type Files = string | Readonly<Record<string, string | Uint8Array>>

type Request = Partial<Omit<SettingsRequest, 'cwd'>>

/** Reads settings in a new folder; `here` in the result stands for that folder. */
export async function settingsOf(files: Files, request: Request = {}): Promise<Settings> {
  const cwd = await realpath(await mkdtemp(join(tmpdir(), 'settings-')))
  try {
    const named = typeof files === 'string' ? { 'development.ini': files } : files
    for (const [name, content] of Object.entries(named)) {
      await mkdir(dirname(join(cwd, name)), { recursive: true })
      await writeFile(join(cwd, name), content)
    }
    const settings = await readSettings({ cwd, env: {}, ...request })
    return JSON.parse(JSON.stringify(settings).replaceAll(cwd, 'HERE')) as Settings
  } finally {
    await rm(cwd, { recursive: true })
  }
}

/**
 * The error that reading the settings ends in, as its code, message, detail and hint. A single problem is
 * shown as a line of several would be.
 */
export async function refusalOf(files: Files, request: Request = {}): Promise<string[]> {
  try {
    await settingsOf(files, request)
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error
    const { code, message, detail, hint, file, line } = error
    if (code === 'SETTINGS_INVALID' && detail === undefined) {
      const place = [file, line].filter((part) => part !== undefined).join(':')
      return [code, `${place && `${place}: `}${message}${hint ? `. ${hint}` : ''}`]
    }
    return [`${code}: ${message}`, ...(detail?.split('\n') ?? []), `hint: ${hint ?? 'none'}`]
  }
  throw new Error('the settings were accepted')
}

/** The connection of settings with a postgres address, under `[migration]` alone. */
export async function connectionOf(lines: string, request: Request = {}) {
  const { database } = await settingsOf(`[migration]\n${lines}`, request)
  if (database.kind !== 'postgres') throw new Error(`address of kind ${database.kind}`)
  return database.connection
}

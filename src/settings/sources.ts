import { systemFact } from '../system-error'
import { isUtf8 } from 'node:buffer'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { MigrationError } from '../errors'
import { IrregularFile, readRegular } from '../regular-file'
import { looksLikeAddress } from './address/address'
import { parseDotenv, type Dotenv } from './ini/dotenv'
import { parseIni, type Ini } from './ini/ini'
import { meansAddress } from './value/mask'
import { configModule } from './elsewhere/version-module'
import { nearest } from './value/nearest'
import type { Problems } from './value/problems'

/** The settings' file where none is named. */
export const defaultIni = 'development.ini'

/** An ini file as found. */
export interface IniFile {
  /** Absolute path. */
  path: string
  /** As the user would name it. */
  name: string
  ini: Ini
}

export type ConfigSource =
  | { kind: 'ini'; file: IniFile }
  | { kind: 'address'; url: string }
  /** Where the file of the usual name is not there; or where none is looked for. */
  | { kind: 'environment'; usual: string | undefined }
  /** A configuration module that keeps the version. */
  | { kind: 'module'; path: string }

/**
 * Decides what CONFIG means and reads it: a database URL, an ini file, or without CONFIG the
 * `development.ini` of `cwd`, and where there is none the environment.
 * @param usual the file where CONFIG names none; undefined: the environment
 * @throws {MigrationError} SETTINGS_NOT_FOUND for a file that does not exist, SETTINGS_INVALID for one
 * that cannot be read.
 */
export async function findConfig(
  config: string | undefined,
  cwd: string,
  problems: Problems,
  usual: string | undefined = defaultIni,
): Promise<ConfigSource> {
  if (config !== undefined && looksLikeAddress(config)) return { kind: 'address', url: config }
  const name = config ?? usual
  if (name === undefined) return { kind: 'environment', usual }
  const path = resolve(cwd, name)
  if (config !== undefined && !existsSync(path)) refuseMalformedAddress(config)
  const module = config === undefined ? undefined : configModule(path)
  if (module !== undefined) return { kind: 'module', path: module }
  const text = readText(path, name, problems)
  problems.throwIfAny(name)
  if (text !== undefined) return { kind: 'ini', file: iniFile(path, name, text, problems) }
  if (config === undefined) return { kind: 'environment', usual }
  throw new MigrationError('SETTINGS_NOT_FOUND', `settings file "${config}" does not exist`, {
    hint: await hintForMissing(path),
    file: config,
  })
}

/** The configuration module that the settings are, if they are one. */
export function moduleOf(source: ConfigSource): string | undefined {
  return source.kind === 'module' ? source.path : undefined
}

/** The folder from which paths start. */
export function folderOf(source: ConfigSource, cwd: string): string {
  if (source.kind === 'ini') return dirname(source.file.path)
  return source.kind === 'module' ? dirname(source.path) : cwd
}

/**
 * Refuses what was meant as an address and is none, without a word of it.
 * @throws {MigrationError} SETTINGS_INVALID
 */
export function refuseMalformedAddress(word: string): void {
  if (!meansAddress(word)) return
  throw new MigrationError('SETTINGS_INVALID', 'the database address cannot be understood', {
    hint: 'Write postgres://user@host:5432/database, or embedded:PATH.',
  })
}

function iniFile(path: string, name: string, text: string, problems: Problems): IniFile {
  const ini = parseIni(text)
  for (const { line, message, hint } of ini.problems) {
    problems.add({ from: `${name}:${line}`, file: name, line }, message, hint)
  }
  return { path, name, ini }
}

async function hintForMissing(path: string): Promise<string> {
  const folder = dirname(path)
  const names = await readdir(folder).catch(() => []) // an unreadable folder has nothing to propose
  const inis = names.filter((name) => name.endsWith('.ini'))
  const meant = nearest(relative(folder, path), inis) ?? (inis.length === 1 ? inis[0] : undefined)
  return meant
    ? `Did you mean ${meant}?`
    : 'Name an ini file, or a postgres:// or embedded: address.'
}

/** Reads a `.env`, when there is one. */
export function readDotenv(
  folder: string,
  cwd: string,
  problems: Problems,
): { dotenv: Dotenv; dotenvFile: string } | undefined {
  const path = join(folder, '.env')
  const dotenvFile = nameFor(path, cwd)
  const text = readText(path, dotenvFile, problems)
  if (text === undefined) return undefined
  const dotenv = parseDotenv(text)
  for (const { line, message } of dotenv.problems) {
    problems.add({ from: `${dotenvFile}:${line}`, file: dotenvFile, line }, message)
  }
  return { dotenv, dotenvFile }
}

/** A path as a user in `cwd` would name it. */
export function nameFor(path: string, cwd: string): string {
  const short = relative(cwd, path)
  return short.startsWith('..') ? path : short
}

/** No settings are longer; `/dev/zero` is. */
const longestSettings = 1024 * 1024

/**
 * The text of a UTF-8 file; undefined where there is none, empty where it cannot be read. In one call: the
 * four files that may hold settings took longer by way of promises than all the rest of reading them.
 */
export function readText(path: string, name: string, problems: Problems): string | undefined {
  const place = { from: name, file: name }
  let bytes: Buffer
  try {
    bytes = readRegular(path, longestSettings)
  } catch (error) {
    if (error instanceof IrregularFile) {
      problems.add(place, `the file ${error.problem}`)
      return ''
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    const known = systemFact(error)
    problems.add(place, `the file cannot be read: ${known?.fact ?? code}`, known?.hint)
    return ''
  }
  if (isUtf8(bytes)) return bytes.toString('utf8').replace(/^\uFEFF/, '')
  problems.add(place, 'the file is not UTF-8 text', 'Save the file as UTF-8.')
  return ''
}

/** The name of the user who runs this, as pg and then libpq find it; undefined for an id without one. */
export function userName(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const named = env['USER'] || env['LOGNAME'] || env['USERNAME']
  if (named) return named
  try {
    return userInfo().username
  } catch {
    return undefined // a container's user id may have no name: then the server says what is missing
  }
}

import { join } from 'node:path'
import { iniValue, refuseUnknownKeys, type IniContext } from './ini-values'
import { parseIni } from './ini/ini'
import { developmentKeys, type MigrationKey, type MigrationValue } from './migration-keys'
import { nearest } from './value/nearest'
import type { Problems } from './value/problems'
import { nameFor, readText } from './sources'

/**
 * What `setup.cfg` (section `[migration]`) and package.json (object `migration`) beside the ini say
 * about the tools of development; `setup.cfg` comes before package.json. Other parts of these files
 * are other tools' business and are not checked.
 */
export function developmentValues(
  here: string,
  cwd: string,
  env: IniContext['env'],
  problems: Problems,
): [MigrationKey, MigrationValue][] {
  const manifest = join(here, 'package.json')
  const config = join(here, 'setup.cfg')
  return [
    ...fromManifest(manifest, nameFor(manifest, cwd), problems),
    ...fromSetupConfig(config, nameFor(config, cwd), env, problems),
  ].map(([key, found]) => [key, { ...found, base: here }])
}

type Found = [MigrationKey, Omit<MigrationValue, 'base'>][]

function fromSetupConfig(
  path: string,
  name: string,
  env: IniContext['env'],
  problems: Problems,
): Found {
  const text = readText(path, name, problems)
  if (text === undefined) return []
  const ini = parseIni(text)
  if (!ini.sections.has('migration')) return []
  for (const { line, message, hint, section } of ini.problems) {
    if (section === 'migration') {
      problems.add({ from: `${name}:${line}`, file: name, line }, message, hint)
    }
  }
  const context: IniContext = { path, name, ini, env, problems }
  refuseUnknownKeys(context, 'migration', developmentKeys)
  return developmentKeys.flatMap((key): Found => {
    const found = iniValue(context, 'migration', key)
    return found ? [[key, found]] : []
  })
}

function fromManifest(path: string, name: string, problems: Problems): Found {
  const text = readText(path, name, problems)
  if (!text?.includes('"migration"')) return []
  const place = { from: name, file: name }
  const own = migrationObject(text)
  if (own === 'unreadable') problems.add(place, 'the file is no JSON')
  if (typeof own !== 'object') return []
  return Object.entries(own).flatMap(([key, value]: [string, unknown]): Found => {
    const known = developmentKeys.find((developmentKey) => developmentKey === key)
    if (known && typeof value === 'string') return value ? [[known, { value, from: name }]] : []
    if (known) problems.add(place, `"migration": ${key} is no string`)
    const meant = known ? undefined : nearest(key, developmentKeys)
    if (meant) problems.add(place, `unknown key "${key}" in "migration"`, `Did you mean ${meant}?`)
    return []
  })
}

function migrationObject(text: string): object | 'unreadable' | undefined {
  try {
    const manifest: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    if (typeof manifest !== 'object' || manifest === null || !('migration' in manifest)) return
    const { migration } = manifest
    return typeof migration === 'object' && migration !== null ? migration : undefined
  } catch {
    return 'unreadable' // why does not matter: npm says it better
  }
}

import { dirname } from 'node:path'
import { expandKey, rawEntry } from './ini/expand'
import type { Ini } from './ini/ini'
import { migrationKeys } from './migration-keys'
import { nearest } from './value/nearest'
import type { SettingPlace, Problems, Sourced } from './value/problems'

/** An ini file and what its values may refer to. */
export interface IniContext {
  path: string
  name: string
  ini: Ini
  env: (name: string) => string | undefined
  problems: Problems
  /** True: values keep their `${ENV}`, for who expands them elsewhere. */
  keepVariables?: boolean | undefined
  /** True for a key, by its raw value, that is taken for absent. */
  omits?: ((key: string, raw: string) => boolean) | undefined
}

/** Where a key of a section is, the `[DEFAULT]` section included. */
export function placeOf({ ini, name }: IniContext, section: string, key: string): SettingPlace {
  const line = rawEntry(ini, section, key)?.line ?? 0
  return { from: `${name}:${line}`, file: name, line }
}

/** One key of a section, expanded; undefined where it is absent or empty, or wrong (a problem). */
export function iniValue(context: IniContext, section: string, key: string): Sourced | undefined {
  const { ini, env, path, problems, keepVariables, omits } = context
  if (omits?.(key, rawEntry(ini, section, key)?.value ?? '')) return undefined
  const variables = { here: dirname(path), __file__: path }
  const expansion = expandKey({ ini, section, env, variables, keepVariables }, key)
  if (!expansion) return undefined
  const place = placeOf(context, section, key)
  if ('problem' in expansion) {
    problems.add(place, `${key}: ${expansion.problem}`, expansion.hint)
    return undefined
  }
  return expansion.value === '' ? undefined : { value: expansion.value, ...place }
}

/** The `typeorm.*` keys of a section without `typeorm.`; `own` leaves out what `[DEFAULT]` gives. */
export function typeormValues(
  context: IniContext,
  section: string,
  { own }: { own: boolean },
): Map<string, Sourced> {
  const { sections, defaults } = context.ini
  const ownKeys = [...(sections.get(section)?.entries.keys() ?? [])]
  const keys = own ? ownKeys : new Set([...defaults.keys(), ...ownKeys])
  const values = new Map<string, Sourced>()
  for (const key of keys) {
    if (!key.startsWith('typeorm.')) continue
    const value = iniValue(context, section, key)
    if (value) values.set(key.slice('typeorm.'.length), value)
  }
  return values
}

/** True when a section, `[DEFAULT]` included, says where the database is, even if wrongly. */
export function namesAddress({ ini }: IniContext, section: string): boolean {
  const keys = ['url', 'data_source', 'host', 'database', 'username']
  return keys.some((key) => rawEntry(ini, section, `typeorm.${key}`)?.value)
}

/** More are no misspelt settings, but another file. */
const mostUnknown = 100

/** Adds a problem for each key of `section` that is none of `known`, with the nearest name. */
export function refuseUnknownKeys(
  context: IniContext,
  section: string,
  known: readonly string[] = migrationKeys,
): void {
  const entries = context.ini.sections.get(section)?.entries ?? new Map<string, { value: string }>()
  const texts = [...entries.values()].map(({ value }) => value).join('\n')
  const named = new Set(Array.from(texts.matchAll(/%\(([^)]{1,200})\)s/g), ([, name]) => name))
  const unknown = [...entries.keys()].filter(
    (key) => !known.includes(key) && !key.startsWith('typeorm.') && !named.has(key),
  )
  for (const key of unknown.slice(0, mostUnknown)) {
    const meant = nearest(key, [...known, 'typeorm.url'])
    const hint = meant ? `Did you mean ${meant}?` : `Known keys: ${known.join(', ')}, typeorm.*.`
    context.problems.add(
      placeOf(context, section, key),
      `unknown key "${key}" in [${section}]`,
      hint,
    )
  }
}

/** Adds a problem for a section that is not there, with the nearest name; returns whether it is. */
export function requireSection(context: IniContext, section: string, place: SettingPlace): boolean {
  const names = [...context.ini.sections.keys()]
  if (names.includes(section)) return true
  const meant = names.find((name) => name.endsWith(`:${section}`)) ?? nearest(section, names)
  context.problems.add(place, `there is no section [${section}]`, hintFor(section, meant, names))
  return false
}

/** `[migration]`, or the name that nous.migration gave it where there is no other. */
export function migrationSection({ ini }: IniContext): string {
  const { sections } = ini
  return !sections.has('migration') && sections.has('nous.migration')
    ? 'nous.migration'
    : 'migration'
}

function hintFor(section: string, meant: string | undefined, names: readonly string[]): string {
  if (meant) return `Did you mean [${meant}]?`
  return names.length
    ? `Sections: ${names.map((name) => `[${name}]`).join(', ')}.`
    : `Add [${section}].`
}

import { basename } from 'node:path'
import { rawEntry } from './ini/expand'
import {
  iniValue,
  migrationSection,
  namesAddress,
  placeOf,
  refuseUnknownKeys,
  requireSection,
  typeormValues,
  type IniContext,
} from './ini-values'
import { isAddressKey } from './database-address'
import { addressKeys, migrationKeys, type MigrationKey } from './migration-keys'
import { maskPasswords } from './value/mask'
import { kindOf } from './typeorm/typeorm-keys'
import type { Problems, Sourced } from './value/problems'
import type { ConfigSource } from './sources'

/** What the ini's sections say, as found. */
export interface IniSections {
  migration: ReadonlyMap<MigrationKey, Sourced>
  /** `typeorm.*` keys of `[migration]` that correct those of the application. */
  overrides: ReadonlyMap<string, Sourced>
  /** `typeorm.*` keys of the application's section, or of `[migration]` where there is no other. */
  application: ReadonlyMap<string, Sourced>
  /** True where a section is missing or a part of the address is wrong: that is the problem then. */
  incomplete?: boolean
  /** Adds the problem that the section names its database as SQLAlchemy does. */
  foreign?: () => void
}

/** Reads `[migration]`, by either of its names, and the section that `app` names. */
export function readSections(
  source: ConfigSource,
  env: IniContext['env'],
  problems: Problems,
  { keepVariables, omits }: Pick<IniContext, 'keepVariables' | 'omits'> = {},
): IniSections {
  const empty: IniSections = { migration: new Map(), overrides: new Map(), application: new Map() }
  if (source.kind === 'address') {
    const url = { value: source.url, from: 'argument CONFIG' }
    return { ...empty, application: new Map([['url', url]]) }
  }
  if (source.kind !== 'ini') return empty
  const context: IniContext = { ...source.file, env, problems, keepVariables, omits }
  const place = { from: context.name, file: context.name }
  const own = migrationSection(context)
  if (!requireSection(context, own, place)) return { ...empty, incomplete: true }
  refuseUnknownKeys(context, own)
  const migration = new Map<MigrationKey, Sourced>()
  for (const key of migrationKeys) {
    const found = iniValue(context, own, key)
    if (found) migration.set(key, found)
  }
  const app = iniValue({ ...context, keepVariables: false }, own, 'app')
  if (app && !requireSection(context, app.value, app)) {
    return { ...empty, migration, incomplete: true }
  }
  const section = app?.value ?? own
  const overrides = new Map([
    ...addressKeys.flatMap((key) =>
      migration.has(key) ? [[key, migration.get(key)!] as const] : [],
    ),
    ...(app ? typeormValues(context, own, { own: true }) : []),
  ])
  const application = typeormValues(context, section, { own: false })
  const foreign = [section, own].some((name) => namesAddress(context, name))
    ? undefined
    : sqlalchemyUrl(context, section)
  return {
    migration,
    overrides: app ? overrides : new Map(),
    application: app ? application : new Map([...overrides, ...application]),
    incomplete: [section, own].some((name) => namesAddress(context, name)),
    ...(foreign && { foreign }),
  }
}

/** What a bundle carries of the settings of its project, by the keys of `[migration]`. */
export interface CarriedSettings {
  /** The file that carries them. */
  file: string
  /** As an ini would have them, `${ENV}` not expanded. */
  values: Readonly<Record<string, string>>
}

/** Carried settings as the ini file that they might be. */
function carriedSource({ file, values }: CarriedSettings): ConfigSource {
  const entries = new Map(
    Object.entries(values).map(([key, value], index) => [key, { value, line: index + 1 }]),
  )
  const section = { name: 'migration', line: 0, entries }
  const ini = { sections: new Map([['migration', section]]), defaults: new Map(), problems: [] }
  return { kind: 'ini', file: { path: file, name: basename(file), ini } }
}

/** Reads the sections of some settings. */
export type SectionReader = (
  source: ConfigSource,
  env: IniContext['env'],
  problems: Problems,
) => IniSections

/** In a bundle: what is said where it runs, and what is carried for all else. */
export function sectionsOfBundle(carried: CarriedSettings): SectionReader {
  return (source, env, problems) => {
    const own = readSections(source, env, problems)
    const { migration, application } = readSections(carriedSource(carried), env, problems)
    const options = [...application].filter(([key]) => !isNamed(own) || key !== 'data_source')
    return {
      ...own,
      migration: new Map([...migration, ...own.migration]),
      application: new Map([...options, ...own.application]),
    }
  }
}

/** Where a bundle is written: no database is needed, and what only its place of use has may be missing. */
export const sectionsForBundle: SectionReader = (source, env, problems) => {
  const omits = (key: string, raw: string) =>
    isOfItsPlace(key.replace('typeorm.', ''), raw) && key !== 'typeorm.data_source'
  const found = readSections(source, env, problems, { omits })
  if (isNamed(found)) return found
  const url = { value: 'postgres://localhost/postgres', from: 'default' }
  return { ...found, application: new Map([...found.application, ['url', url]]) }
}

function isOfItsPlace(key: string, raw: string): boolean {
  return kindOf(key.split('.')) === 'file' || (isAddressKey(key) && raw.includes('${'))
}

function isNamed({ application, overrides }: IniSections): boolean {
  const keys = ['url', 'data_source', 'host', 'database', 'username']
  return keys.some((key) => application.has(key) || overrides.has(key))
}

/**
 * What adds the problem that an application's section says by `sqlalchemy.url` where its database is, with
 * the line that it becomes; undefined where it has no such key. The password is masked.
 */
function sqlalchemyUrl(context: IniContext, section: string): (() => void) | undefined {
  const key = 'sqlalchemy.url'
  if (!rawEntry(context.ini, section, key)?.value) return undefined
  return () => {
    const url = iniValue(context, section, key)
    if (!url) return
    context.problems.add(
      placeOf(context, section, key),
      `${key} in [${section}] is SQLAlchemy's, and is not read`,
      hintFor(url.value),
    )
  }
}

function hintFor(url: string): string {
  const [, driver, rest = ''] = /^postgres(?:ql)?(\+\w+)?(:\/\/.*)$/s.exec(url) ?? []
  if (rest === '') return 'typetrek works on PostgreSQL: write typeorm.url = postgresql://….'
  const address = maskPasswords(`postgresql${rest}`)
  const without = driver === undefined ? '' : `, without ${driver}`
  return `Write typeorm.url = ${address}${without}.`
}

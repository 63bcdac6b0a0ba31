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
import { addressKeys, migrationKeys, type MigrationKey } from './migration-keys'
import { maskPasswords } from './value/mask'
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
): IniSections {
  const empty: IniSections = { migration: new Map(), overrides: new Map(), application: new Map() }
  if (source.kind === 'address') {
    const url = { value: source.url, from: 'argument CONFIG' }
    return { ...empty, application: new Map([['url', url]]) }
  }
  if (source.kind !== 'ini') return empty
  const context: IniContext = { ...source.file, env, problems }
  const place = { from: context.name, file: context.name }
  const own = migrationSection(context)
  if (!requireSection(context, own, place)) return { ...empty, incomplete: true }
  refuseUnknownKeys(context, own)
  const migration = new Map<MigrationKey, Sourced>()
  for (const key of migrationKeys) {
    const found = iniValue(context, own, key)
    if (found) migration.set(key, found)
  }
  const app = migration.get('app')
  if (app && !requireSection(context, app.value, app)) {
    return { ...empty, migration, incomplete: true }
  }
  const section = app?.value ?? own
  const passwords = addressKeys.flatMap((key) => {
    const found = migration.get(key)
    return found ? [[key, found] as const] : []
  })
  const overrides = new Map([
    ...passwords,
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

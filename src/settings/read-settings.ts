import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { MigrationError } from '../errors'
import { checkArgument, listOfTexts, object, text } from './value/arguments'
import { clientOptions } from './typeorm/data-source-options'
import {
  databaseAddress,
  isAddressKey,
  namesDatabase,
  relevantLayers,
  type AddressContext,
  type AddressLayer,
} from './database-address'
import {
  environmentAddress,
  namesWithoutDatabase,
  postgresVariables,
  type Environment,
} from './environment'
import {
  readSections,
  sectionsForBundle,
  sectionsOfBundle,
  type CarriedSettings,
  type IniSections,
  type SectionReader,
} from './ini-sections'
import { developmentValues } from './development-values'
import {
  addressKeys,
  migrationDefaults,
  migrationKeys,
  migrationSettings,
  type MigrationKey,
  type MigrationValue,
} from './migration-keys'
import { originOf, secretsIn, secretTexts } from './origins'
import { Problems, type Sourced } from './value/problems'
import { otherDatabase } from './elsewhere/runner-value'
import { baseFolder, switches } from './switches'
import {
  defaultIni,
  findConfig,
  folderOf,
  moduleOf,
  readDotenv,
  userName,
  type ConfigSource,
} from './sources'
import { typeormOptions, type Options } from './typeorm/typeorm-options'
import type { DatabaseAddress, SettingOrigin, Settings } from './value/setting-types'

/** Options of the command line by the keys of `[migration]` that they stand for (`lock_wait`). */
export type SettingFlags = Partial<Record<MigrationKey, string | boolean | undefined>>

/** Where settings are read from. */
export interface SettingsRequest {
  /** An ini file, or a `postgres://` or `embedded:` address; default `development.ini`, else the environment. */
  config?: string | undefined
  /** What the runner is constructed with, where one is named. */
  runnerArguments?: readonly string[] | undefined
  /** Absolute path of the working folder. */
  cwd: string
  /** The process's environment. */
  env: Readonly<Record<string, string | undefined>>
  flags?: SettingFlags | undefined
}

const requestShape = {
  config: text,
  cwd: text,
  env: object,
  flags: object,
  runnerArguments: listOfTexts,
}

/**
 * Reads the settings: flags first, then the ini, then the process's environment, then `.env`. Paths of
 * flags start from `cwd`, those of the ini from its folder. Reads files only: connects to nothing and
 * writes nothing.
 * @throws {MigrationError} SETTINGS_NOT_FOUND when the file does not exist, or when nothing names a
 * database; SETTINGS_INVALID with every problem in `detail`, one a line, each with its place.
 */
export function readSettings(request: SettingsRequest): Promise<Settings> {
  return readFrom(request, readSections)
}

/**
 * The same in a bundle: what it carries holds where `config` says nothing, and no `development.ini` is
 * looked for.
 */
export function readSettingsOfBundle(
  request: SettingsRequest,
  carried: CarriedSettings,
): Promise<Settings> {
  return readFrom(request, sectionsOfBundle(carried), false)
}

/** The same for who writes a bundle: what is read where it runs, such as `${DATABASE_URL}`, may be missing. */
export function readSettingsForBundle(request: SettingsRequest): Promise<Settings> {
  return readFrom(request, sectionsForBundle)
}

/** @param looks whether `development.ini` is looked for */
async function readFrom(
  request: SettingsRequest,
  readBy: SectionReader,
  looks = true,
): Promise<Settings> {
  checkArgument('the request', request, requestShape, ['cwd', 'env'])
  const { config, cwd, env, flags = {} } = request
  const problems = new Problems()
  const source = await findConfig(config, cwd, problems, looks ? defaultIni : undefined)
  const folder = folderOf(source, cwd)
  const environment: Environment = { process: env, ...readDotenv(folder, cwd, problems) }
  const base =
    source.kind === 'ini' || source.kind === 'module'
      ? undefined
      : baseFolder(environment, cwd, problems)
  const here = base?.value ?? folder
  const textOf = (name: string) => environmentText(environment, name)
  const sections = readBy(source, textOf, problems)
  const values = new Map([
    ...switches(environment, here),
    ...developmentValues(here, cwd, textOf, problems),
    ...[...sections.migration].map(([key, found]) => [key, { ...found, base: here }] as const),
    ...flagValues(flags, cwd),
  ])
  if (!values.has('package') && !values.has('directory')) useOtherFolder(values, here)
  const migration = migrationSettings(values, here, problems)
  const database =
    otherDatabase(moduleOf(source), values.get('runner'), problems, request.runnerArguments) ??
    readDatabase(sections, source, environment, { here, problems })
  refuseRole(values.get('role'), database, problems)
  problems.throwIfAny(source.kind === 'ini' ? source.file.name : 'the call or the environment')
  if (!database) throw new Error('settings without a database and without a problem')
  return {
    ...(source.kind === 'ini' ? { file: source.file.path } : {}),
    here,
    ...migration,
    ...database.result,
    origins: [
      ...(base ? [originOf('fs', base)] : []),
      ...migrationOrigins(values),
      ...database.origins,
    ],
    secrets: secretTexts(database.secrets, values, database.result),
  }
}

/** A variable for `${NAME}`: set and empty is not the same as unset. */
function environmentText(environment: Environment, name: string): string | undefined {
  const own = Object.hasOwn(environment.process, name) ? environment.process[name] : undefined
  return own ?? environment.dotenv?.entries.get(name)?.value
}

/** Where nothing names the folder: many tools call it by the plural. */
function useOtherFolder(values: Map<MigrationKey, MigrationValue>, here: string): void {
  const plural = 'migrations'
  if (existsSync(join(here, migrationDefaults.package ?? '')) || !existsSync(join(here, plural)))
    return
  values.set('package', { value: plural, from: 'default', base: here })
}

function flagValues(flags: SettingFlags, cwd: string): [MigrationKey, MigrationValue][] {
  return migrationKeys.flatMap((key): [MigrationKey, MigrationValue][] => {
    const value = flags[key]
    if (value === undefined) return []
    return [[key, { value: String(value), from: `flag --${key.replaceAll('_', '-')}`, base: cwd }]]
  })
}

interface Database {
  result: Pick<Settings, 'database' | 'typeorm' | 'application'>
  origins: SettingOrigin[]
  secrets: Set<string>
}

/** A runner and a version that is kept anywhere have no roles; where an engine has none, its backend says so. */
function refuseRole(
  role: Sourced | undefined,
  database: Database | undefined,
  problems: Problems,
): void {
  const kind = database?.result.database.kind ?? 'postgres'
  if (!role?.value || !['versions', 'runner'].includes(kind)) return
  problems.add(role, 'role counts only on PostgreSQL', 'Leave it out.')
}

function readDatabase(
  { overrides, application, incomplete, foreign }: IniSections,
  source: ConfigSource,
  environment: Environment,
  { here, problems }: { here: string; problems: Problems },
): Database | undefined {
  const { url, over, under } = environmentAddress(environment)
  const fromEnvironment: AddressLayer = {
    over,
    values: url ? new Map([...under, ['url', url]]) : under,
  }
  const own: AddressLayer[] = [{ values: application }, fromEnvironment]
  const layers: AddressLayer[] = [{ values: overrides, corrects: true }, ...own]
  const secrets = new Set<string>()
  const fill = postgresVariables(environment)
  const osUser = userName(environment.process)
  const context: AddressContext = { here, problems, fill, osUser, secrets }
  if (foreign && !namesDatabase(layers, new Map())) foreign()
  else if (!incomplete && !namesDatabase(layers, fill)) refuseNothing(source, environment, problems)
  const all = new Map([...application, ...overrides])
  const database = databaseAddress(layers, context)
  const typeorm = otherOptions(all, context)
  const origins = databaseOrigins(layers, fill, all)
  for (const { key, found } of origins) {
    for (const secret of secretsIn(key, found.value)) secrets.add(secret)
  }
  if (!database) return undefined
  const ownDatabase = databaseAddress(own, context) ?? database
  const ownSettings = { database: ownDatabase, typeorm: otherOptions(application, context) }
  return {
    result: { database: forMigration(database, typeorm), typeorm, application: ownSettings },
    origins: origins.map(({ key, found }) => originOf(key, found)),
    secrets,
  }
}

const hintForNothing = 'Name an ini file or a postgres:// address: migrate CONFIG COMMAND.'

function refuseNothing(source: ConfigSource, environment: Environment, problems: Problems): void {
  const idle = [...new Set(namesWithoutDatabase(environment))].join(', ')
  const detail =
    idle === '' ? undefined : `${idle} in the environment count only beside DB, which is not set.`
  if (source.kind === 'ini') {
    const { name } = source.file
    const hint = 'Write typeorm.url in the section that app names, or set DATABASE_URL.'
    const message =
      detail === undefined
        ? 'no database is named'
        : `no database is named; ${idle} in the environment count only beside DB`
    problems.add({ from: name, file: name }, message, hint)
    return
  }
  throw new MigrationError(
    'SETTINGS_NOT_FOUND',
    source.kind === 'environment' && source.usual === undefined
      ? 'no database is named, and there is no DATABASE_URL in the environment'
      : 'no development.ini in this folder, and no DATABASE_URL in the environment',
    {
      detail,
      hint:
        idle === '' ? hintForNothing : `Set DB to the database's name too, or: ${hintForNothing}`,
    },
  )
}

function otherOptions(values: ReadonlyMap<string, Sourced>, context: AddressContext): Options {
  return typeormOptions(new Map([...values].filter(([key]) => !isAddressKey(key))), context)
}

/** Adds what `typeorm.extra.*` means to a single connection, and takes out the timeouts. */
function forMigration(database: DatabaseAddress, typeorm: Options): DatabaseAddress {
  if (database.kind !== 'postgres') return database
  const { connection, direct } = database
  return {
    kind: 'postgres',
    connection: clientOptions(connection, typeorm),
    ...(direct ? { direct: clientOptions(direct, typeorm) } : {}),
  }
}

/** Each `typeorm.*` key once, from the highest place that says it. */
function databaseOrigins(
  layers: readonly AddressLayer[],
  fill: ReadonlyMap<string, Sourced>,
  options: ReadonlyMap<string, Sourced>,
): { key: string; found: Sourced }[] {
  const relevant = relevantLayers(layers)
  const byKey = new Map<string, Sourced>()
  const sources = [...relevant.flatMap(({ over, values }) => [over ?? new Map(), values]), options]
  const url = sources.some((values) => values.has('url') || values.has('data_source'))
  for (const values of [...sources, ...(url ? [] : [fill])]) {
    for (const [key, found] of values) if (!byKey.has(key)) byKey.set(key, found)
  }
  return [...byKey].map(([key, found]) => ({ key: `typeorm.${key}`, found }))
}

function migrationOrigins(values: ReadonlyMap<MigrationKey, MigrationValue>): SettingOrigin[] {
  return migrationKeys.flatMap((key) => {
    const found = addressKeys.includes(key) ? undefined : values.get(key)
    if (found) return [originOf(key, found)]
    const value = key === 'package' && values.has('directory') ? undefined : migrationDefaults[key]
    return value === undefined ? [] : [originOf(key, { value, from: 'default' })]
  })
}

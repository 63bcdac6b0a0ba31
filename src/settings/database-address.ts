import { resolve } from 'node:path'
import { applySslMode } from './address/address-query'
import { parseAddress, type ParsedAddress } from './address/address'
import type { SettingPlace, Problems, Sourced } from './value/problems'
import { fileText, isOptions, typeormOptions, type Options } from './typeorm/typeorm-options'
import { engineType } from './address/engine-address'
import type { ConnectionParts, DatabaseAddress, EngineType } from './value/setting-types'

/** One source of the address: a section, or the environment. Sources are given highest first. */
export interface AddressLayer {
  /** Keys of TypeORM without `typeorm.` that come before the layer's own URL. */
  over?: ReadonlyMap<string, Sourced>
  /** Those that fill what its URL leaves open. */
  values: ReadonlyMap<string, Sourced>
  /**
   * Corrects what comes below it rather than naming a database of its own: `[migration]` beside an
   * application's section. Only a URL, a module or a host then makes it an address of its own.
   */
  corrects?: boolean
}

export interface AddressContext {
  here: string
  problems: Problems
  /** PostgreSQL's own variables, which fill what is open in any address. */
  fill: ReadonlyMap<string, Sourced>
  /** Name of the user who runs this, PostgreSQL's default user. */
  osUser?: string | undefined
  /** Gathers what must never be printed. */
  secrets: Set<string>
}

/** Keys that make up the address; every other `typeorm.*` key is an option. */
export function isAddressKey(key: string): boolean {
  return (
    /^(?:url|direct_url|data_source|type|host|port|username|password|password_command|password_file|database|applicationName)$/.test(
      key,
    ) || /^ssl(?:\.|$)/.test(key)
  )
}

/** The layers that count: down to the first that names a database by itself, nothing below it. */
export function relevantLayers(layers: readonly AddressLayer[]): readonly AddressLayer[] {
  const base = layers.findIndex(({ values, over, corrects }) =>
    ['url', 'data_source', 'host', ...(corrects ? [] : ['database'])].some(
      (key) => values.has(key) || over?.has(key),
    ),
  )
  return base === -1 ? layers : layers.slice(0, base + 1)
}

/** True when some layer says anything of where the database is. */
export function namesDatabase(
  layers: readonly AddressLayer[],
  fill: AddressContext['fill'],
): boolean {
  const keys = ['url', 'data_source', 'host', 'database', 'username']
  return [...layers.flatMap(({ values }) => [values]), fill].some((values) =>
    keys.some((key) => values.has(key)),
  )
}

/**
 * Puts the address together. Undefined where a problem was added. Defaults are those of PostgreSQL's
 * clients: localhost, 5432, the user's own name, a database of the user's name.
 */
export function databaseAddress(
  layers: readonly AddressLayer[],
  context: AddressContext,
): DatabaseAddress | undefined {
  const relevant = relevantLayers(layers)
  let result: Assembly = { kind: 'postgres', parts: fillParts(context) }
  for (const layer of relevant.toReversed()) {
    const next = addLayer(result, layer, context)
    if (!next) return undefined
    result = next
  }
  if (result.kind !== 'postgres') refusePasswordSource(relevant, context)
  if (result.kind === 'data_source') return result
  if (result.kind === 'embedded') {
    const { path, major, database } = result
    const version = major === undefined ? {} : { major }
    return { kind: 'embedded', path, database: database ?? 'app', ...version }
  }
  if (result.kind === 'engine') return engineAddress(result.engine, result.parts, context)
  return postgresAddress(result.parts, relevant, context)
}

function engineAddress(
  engine: EngineType,
  parts: ConnectionParts,
  { here }: AddressContext,
): DatabaseAddress {
  if (engine === 'mysql' || engine === 'mariadb')
    return { kind: 'engine', engine, connection: parts }
  const { database = '' } = parts
  const path = database === ':memory:' ? database : resolve(here, database)
  return { kind: 'engine', engine, connection: { database: path } }
}

type Assembly =
  | { kind: 'postgres'; parts: ConnectionParts }
  | { kind: 'embedded'; path: string; database?: string | undefined; major?: number | undefined }
  | { kind: 'data_source'; file: string }
  | { kind: 'engine'; engine: EngineType; parts: ConnectionParts }

/** What `layer` makes of the address that the layers below it gave. */
function addLayer(
  below: Assembly,
  layer: AddressLayer,
  context: AddressContext,
): Assembly | undefined {
  const { values } = layer
  const under = partsOf(values, context)
  const over = partsOf(layer.over ?? new Map(), context)
  const module = values.get('data_source')
  const url = values.get('url')
  if (module) {
    if (url)
      context.problems.add(module, 'typeorm.data_source and typeorm.url both name a database')
    return { kind: 'data_source', file: resolve(context.here, module.value) }
  }
  if (url) {
    const address = readUrl(url, context)
    if (address?.kind === 'engine') {
      return { ...address, parts: merge(under, address.parts, over) }
    }
    if (address) refuseOtherType(values.get('type'), context.problems)
    if (address?.kind !== 'embedded') {
      const parts = below.kind === 'postgres' ? below.parts : {}
      return address && { kind: 'postgres', parts: merge(parts, under, address.connection, over) }
    }
    const { path, major } = address
    const database = over.database ?? address.database ?? under.database
    return { kind: 'embedded', path: resolve(context.here, path), database, major }
  }
  const engine = engineType(values.get('type')?.value)
  if (engine) return { kind: 'engine', engine, parts: merge(under, over) }
  if (below.kind === 'engine') return { ...below, parts: merge(below.parts, under, over) }
  if (below.kind === 'postgres') return { kind: 'postgres', parts: merge(below.parts, under, over) }
  if (below.kind === 'embedded') return { ...below, database: under.database ?? below.database }
  return below
}

function readUrl(url: Sourced, context: AddressContext): ParsedAddress | undefined {
  const reading = parseAddress(url.value)
  if ('problem' in reading) {
    context.problems.add(url, reading.problem, reading.hint)
    return undefined
  }
  const { address } = reading
  if (address.kind === 'engine' && address.rawPassword) context.secrets.add(address.rawPassword)
  if (address.kind === 'postgres') {
    if (address.rawPassword) context.secrets.add(address.rawPassword)
    loadCertificates(address.connection, url, context)
  }
  return address
}

function loadCertificates(
  connection: ConnectionParts,
  url: SettingPlace,
  context: AddressContext,
): void {
  if (!isOptions(connection.ssl)) return
  const loaded: Options = { ...connection.ssl }
  for (const name of ['ca', 'cert', 'key']) {
    const value = loaded[name]
    if (typeof value === 'string') loaded[name] = fileText(`ssl ${name}`, value, url, context)
  }
  connection.ssl = loaded
}

const pgNames: Readonly<Record<string, string>> = {
  username: 'user',
  applicationName: 'application_name',
}

/** The values of a layer by pg's names, with their types. */
function partsOf(values: ReadonlyMap<string, Sourced>, context: AddressContext): ConnectionParts {
  refuseOtherTypes(values.get('type'), context.problems)
  const direct = new Set(['url', 'direct_url', 'data_source', 'type'])
  const own = [...values].filter(([key]) => isAddressKey(key) && !direct.has(key))
  const options = withPasswordSource(typeormOptions(new Map(own), context), values, context)
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [pgNames[key] ?? key, value]),
  )
}

const passwordKeys = ['password_command', 'password_file', 'password'] as const

/** `password_command` and `password_file` as one value that says how each connection gets its password. */
function withPasswordSource(
  { password_command: command, password_file: file, ...options }: Options,
  values: ReadonlyMap<string, Sourced>,
  { here, problems }: AddressContext,
): Options {
  const [first, second] = passwordKeys.filter((key) => values.has(key))
  const place = second && values.get(second)
  if (place)
    problems.add(place, `${first} and ${second} contradict each other`, 'Keep one of them.')
  if (typeof command === 'string')
    return { ...options, passwordFrom: { kind: 'command', value: command, here } }
  if (typeof file !== 'string') return options
  return { ...options, passwordFrom: { kind: 'file', value: resolve(here, file), here } }
}

/** An embedded server has no password, and a module has its own. */
function refusePasswordSource(layers: readonly AddressLayer[], { problems }: AddressContext): void {
  for (const { values } of layers) {
    for (const key of ['password_command', 'password_file']) {
      const found = values.get(key)
      if (found)
        problems.add(found, `${key} counts only for a postgres:// address`, 'Leave it out.')
    }
  }
}

function refuseOtherTypes(type: Sourced | undefined, problems: Problems): void {
  if (!type || ['postgres', 'postgresql'].includes(type.value) || engineType(type.value)) return
  const hint = 'Known are postgres, mysql, mariadb and better-sqlite3.'
  problems.add(type, `typeorm.type is "${type.value}", which is not supported`, hint)
}

function refuseOtherType(type: Sourced | undefined, problems: Problems): void {
  if (!type || !engineType(type.value)) return
  problems.add(
    type,
    `typeorm.type is "${type.value}", and typeorm.url is an address of PostgreSQL`,
    'Remove one of them.',
  )
}

function fillParts(context: AddressContext): ConnectionParts {
  const mode = context.fill.get('sslmode')
  const rest = new Map([...context.fill].filter(([key]) => key !== 'sslmode'))
  const parts = partsOf(rest, context)
  const wrong = mode && applySslMode(parts, mode.value)
  if (wrong) context.problems.add(mode, wrong)
  return parts
}

/** Later parts come before earlier ones; of `ssl` objects the members are merged. */
function merge(...all: readonly ConnectionParts[]): ConnectionParts {
  const merged: ConnectionParts = {}
  for (const parts of all) {
    const ssl =
      isOptions(merged.ssl) && isOptions(parts.ssl) ? { ...merged.ssl, ...parts.ssl } : undefined
    if (parts.password !== undefined) delete merged.passwordFrom
    if (parts.passwordFrom) delete merged.password
    Object.assign(merged, parts, ssl && { ssl })
  }
  return merged
}

function postgresAddress(
  parts: ConnectionParts,
  layers: readonly AddressLayer[],
  context: AddressContext,
): DatabaseAddress | undefined {
  const connection = withDefaults(parts, context)
  const directUrl = layers.map(({ values }) => values.get('direct_url')).find(Boolean)
  if (!directUrl) return { kind: 'postgres', connection }
  const direct = readUrl(directUrl, context)
  if (direct?.kind === 'postgres') {
    const { user, password, passwordFrom, database, ssl } = connection
    const same = Object.fromEntries(
      Object.entries({ user, password, passwordFrom, database, ssl }).filter(
        ([, value]) => value !== undefined,
      ),
    )
    const own = withDefaults(merge(same, direct.connection), context)
    return { kind: 'postgres', connection, direct: own }
  }
  if (direct) context.problems.add(directUrl, 'typeorm.direct_url is no postgres:// address')
  return undefined
}

function withDefaults(parts: ConnectionParts, { osUser }: AddressContext): ConnectionParts {
  const user = parts.user ?? osUser
  const database = parts.database ?? user
  return {
    host: 'localhost',
    port: 5432,
    ...(user === undefined ? {} : { user }),
    ...(database === undefined ? {} : { database }),
    ...parts,
  }
}

import { isOptions, type Options } from './typeorm-options'
import type { ConnectionParts, DatabaseAddress, Settings } from '../value/setting-types'

export interface DataSourceUse {
  /**
   * `migration` (the default) forces off whatever TypeORM would change by itself when it connects:
   * synchronize, dropSchema, migrationsRun, and takes the overrides of `[migration]`. `application` is what the application's own section says, unchanged.
   */
  use?: 'migration' | 'application'
  /** Where to connect instead: the running embedded server, or the direct address past a pooler. */
  connection?: ConnectionParts
}

/**
 * The plain options of a TypeORM DataSource for these settings. Holds secrets. An embedded database
 * needs `connection`, since only its server knows where it listens.
 */
export function dataSourceOptions(
  settings: Pick<Settings, 'database' | 'typeorm' | 'application'>,
  { use = 'migration', connection }: DataSourceUse = {},
): Record<string, unknown> {
  const application = use === 'application' ? settings.application : undefined
  const { database, typeorm } = application ?? settings
  if (database.kind === 'engine') return engineOptions(database, typeorm, use)
  const own = connectionOptions(connection ?? connectionOf(database))
  const extra: Options = { ...own.extra, ...(isOptions(typeorm['extra']) ? typeorm['extra'] : {}) }
  if (use === 'migration') for (const timeout of timeouts) delete extra[timeout]
  return {
    ...typeorm,
    type: 'postgres',
    ...own.options,
    ...(Object.keys(extra).length ? { extra } : {}),
    ...(use === 'migration' ? quiet : {}),
  }
}

const quiet = {
  synchronize: false,
  dropSchema: false,
  migrationsRun: false,
}

function engineOptions(
  { engine, connection }: Extract<DatabaseAddress, { kind: 'engine' }>,
  typeorm: Options,
  use: DataSourceUse['use'],
): Record<string, unknown> {
  const { user, ...rest } = connection
  const name = user === undefined ? {} : { username: user }
  return { ...typeorm, type: engine, ...rest, ...name, ...(use === 'migration' ? quiet : {}) }
}

function connectionOf(database: DatabaseAddress): ConnectionParts {
  if (database.kind === 'postgres') return database.connection
  throw new Error(`options of a database of kind ${database.kind} need a connection`)
}

/** TypeORM's own names for what it knows; pg's other options go to `extra`, which it hands to pg. */
function connectionOptions(connection: ConnectionParts): { options: Options; extra: Options } {
  const { host, port, user, password, database, ssl, application_name, ...extra } = connection
  const named = { host, port, username: user, password, database, ssl }
  const options = Object.entries({ ...named, applicationName: application_name })
  return { options: Object.fromEntries(options.filter(([, value]) => value !== undefined)), extra }
}

/** Timeouts are SET for a migration and never sent by the driver: poolers refuse them as options. */
const timeouts = new Set([
  'statement_timeout',
  'query_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
])

const poolOptions = new Set([
  'max',
  'min',
  'maxUses',
  'maxLifetimeSeconds',
  'idleTimeoutMillis',
  'allowExitOnIdle',
])

/** What an address and `typeorm.extra.*` mean to a single Client of pg: no pool, no timeouts. */
export function clientOptions(connection: ConnectionParts, typeorm: Options): ConnectionParts {
  const extra = isOptions(typeorm['extra']) ? typeorm['extra'] : {}
  const timeout = typeorm['connectTimeoutMS']
  const connectTimeout = timeout === undefined ? {} : { connectionTimeoutMillis: timeout }
  const all = Object.entries({ ...connection, ...connectTimeout, ...extra })
  return Object.fromEntries(all.filter(([name]) => !poolOptions.has(name) && !timeouts.has(name)))
}

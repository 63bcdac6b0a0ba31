import { openDatabase } from '../database/open'
import { eq } from '../database/sql/operators'
import { MigrationError } from '../errors'
import { createContext, type RunContext } from '../run/context/run-context'
import type { Session } from '../database/postgres/session'
import { buildEntities, buildInitial } from '../set-up/build-initial-schema'
import type { Settings } from '../settings/value/setting-types'
import type { FormerName } from '../set-up/was'
import type { Ignored } from './ignored-tables'
import { missingRole } from './replay-scripts'
import { extensionMissing, type Scratch, type ScratchDatabase } from './scratch'
import { scratchSettings } from './scratch-settings'

/**
 * Builds a schema in an empty scratch database from a `.sql` file.
 * @throws {MigrationError} SCRIPT_FAILED, SETTINGS_INVALID; EXTENSION_MISSING
 */
export async function buildSchema(
  scratch: Scratch,
  settings: Settings,
  file: string,
  hooks: BuildHooks = {},
): Promise<ScratchDatabase> {
  const build = async ({ context, session }: Building) => {
    hooks.waiting?.()
    await session.send('BEGIN')
    await buildInitial(context, session, file, undefined)
    const { error } = await session.send('COMMIT')
    if (error) throw error
  }
  return (await inNewDatabase({ scratch, settings, hooks }, build)).database
}

/** What TypeORM's `synchronize` builds. */
export interface EntitySchema {
  database: ScratchDatabase
  /** What the entities say `synchronize: false` of, which is not built. */
  unsynchronized: readonly Ignored[]
  /** Old names that the entities give. */
  former: readonly FormerName[]
}

/**
 * Builds the entities in an empty scratch database by TypeORM's `synchronize`, missing schemas and
 * extensions first.
 * @throws {MigrationError} SCRIPT_NOT_LOADABLE, SETTINGS_INVALID; EXTENSION_MISSING
 */
export async function buildEntitySchema(
  scratch: Scratch,
  settings: Settings,
  hooks: BuildHooks = {},
): Promise<EntitySchema> {
  const build = ({ context, session }: Building) => buildEntities(context, session, hooks.waiting)
  const { database, result } = await inNewDatabase({ scratch, settings, hooks }, build)
  return { database, ...result }
}

/** What others do meanwhile. */
export interface BuildHooks {
  /** Called with the database while it is empty; waited for. */
  created?: (database: ScratchDatabase) => Promise<void>
  /** Called once the server is at work, and this process has time; perhaps never. */
  waiting?: () => void
}

interface Place {
  scratch: Scratch
  settings: Settings
  hooks: BuildHooks
}

interface Building {
  context: RunContext
  session: Session
}

interface Built<Result> {
  database: ScratchDatabase
  result: Result
}

/** Roles that the schema mentions are made on a server of our own. */
async function inNewDatabase<Result>(
  { scratch, settings, hooks }: Place,
  build: (building: Building) => Promise<Result>,
): Promise<Built<Result>> {
  const roles = new Set<string>()
  for (;;) {
    const database = await scratch.create()
    await hooks.created?.(database)
    try {
      return { database, result: await withSession(settings, database, build) }
    } catch (error) {
      const role = scratch.own ? missingRole(error) : undefined
      if (role === undefined || roles.has(role)) {
        throw extensionMissing(error) ?? (await typeMissing(error, database)) ?? error
      }
      roles.add(role)
      await scratch.createRole(role)
    }
  }
}

async function withSession<Result>(
  settings: Settings,
  database: ScratchDatabase,
  build: (building: Building) => Promise<Result>,
): Promise<Result> {
  const own = await scratchSettings(settings, database.connection)
  const opened = await openDatabase(own)
  const session = await opened.open('work')
  try {
    // TypeORM would open another connection, which is slower than the one that is there
    const single = Object.create(opened, { single: { value: true } }) as typeof opened
    return await build({ context: createContext(single, own), session })
  } finally {
    await opened.close()
    await session.close()
  }
}

/** TypeORM only warns when it cannot create an extension; the type is missed afterwards. */
const extensionOfType: Readonly<Record<string, string>> = {
  geometry: 'postgis',
  geography: 'postgis',
  vector: 'vector',
  halfvec: 'vector',
  citext: 'citext',
  hstore: 'hstore',
  ltree: 'ltree',
  cube: 'cube',
}

async function typeMissing(
  error: unknown,
  database: ScratchDatabase,
): Promise<MigrationError | undefined> {
  const { message } = error as Error
  const type = /type "(?:\w+\.)?(\w+)" does not exist/.exec(message)?.[1] ?? ''
  const name = Object.hasOwn(extensionOfType, type) ? extensionOfType[type] : undefined
  if (name === undefined) return undefined
  const pool = await database.pool()
  const { rowCount } = await pool.query(
    `SELECT FROM pg_catalog.pg_available_extensions WHERE name ${eq} $1`,
    [name],
  )
  if (rowCount === 0) return extensionMissing(new Error(`extension "${name}" is not available`))
  if (!(error instanceof MigrationError)) return undefined
  const hint = `Create the extension in the schema, or name ${name} in scratch.extensions.`
  return new MigrationError(error.code, error.message, { detail: error.detail, hint, cause: error })
}

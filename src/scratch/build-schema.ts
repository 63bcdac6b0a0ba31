import { openDatabase } from '../database/open'
import { eq } from '../database/sql/operators'
import { MigrationError } from '../errors'
import { createContext } from '../run/context/run-context'
import { buildInitial } from '../set-up/build-initial-schema'
import type { Settings } from '../settings/value/setting-types'
import { missingRole } from './replay-scripts'
import { extensionMissing, type Scratch, type ScratchDatabase } from './scratch'
import { scratchSettings } from './scratch-settings'

/**
 * Builds a schema in an empty scratch database: from a `.sql` file, or from the entities by TypeORM's
 * `synchronize`, missing schemas and extensions first.
 * @param from the path of a `.sql` file, or `entities`
 * @throws {MigrationError} SCRIPT_FAILED, SCRIPT_NOT_LOADABLE, SETTINGS_INVALID; EXTENSION_MISSING
 */
export async function buildSchema(
  scratch: Scratch,
  settings: Settings,
  from: string,
): Promise<ScratchDatabase> {
  const roles = new Set<string>()
  for (;;) {
    const database = await scratch.create()
    try {
      await build(settings, database, from)
      return database
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

async function build(settings: Settings, database: ScratchDatabase, from: string): Promise<void> {
  const own = await scratchSettings(settings, database.connection)
  const opened = await openDatabase(own)
  const session = await opened.open('work')
  try {
    const context = createContext(opened, own)
    if (from === 'entities') return void (await buildInitial(context, session, from, undefined))
    await session.send('BEGIN')
    await buildInitial(context, session, from, undefined)
    const { error } = await session.send('COMMIT')
    if (error) throw error
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

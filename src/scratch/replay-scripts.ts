import { readFile } from 'node:fs/promises'
import { quoteIdentifier } from '../database/sql/quote'
import { MigrationError } from '../errors'
import { readByScheme } from '../backends/folder-scheme'
import { openMigrator } from '../migrator/pick-migrator'
import { readScripts } from '../script/source/read-scripts'
import { usualLayout, type ScriptLayout } from '../script/layout/layout'
import type { Script } from '../script/script'
import type { Settings } from '../settings/value/setting-types'
import { extensionMissing, type Scratch, type ScratchDatabase } from './scratch'
import { filesState, isOrdered, replayKeys, type ReplayKey } from './replay-key'
import { ReplayTemplates } from './replay-templates'
import { scratchJournal, scratchSettings } from './scratch-settings'

/**
 * Builds the schema that the scripts result in: all of them, run by the migrator itself in an empty scratch
 * database, without a journal in it. A folder that is empty or not there yet results in an empty database.
 * On a server of typetrek's own the result is kept for the next command, which runs only what is new; what is
 * returned is then good for copies, and connecting to it costs one.
 * @param target the newest revision that is run; absent: all
 * @throws {MigrationError} whatever a script ends in; EXTENSION_MISSING
 */
export async function replayScripts(
  scratch: Scratch,
  settings: Settings,
  signal: AbortSignal,
  layout: ScriptLayout = usualLayout,
  target?: string,
): Promise<ScratchDatabase> {
  const all = await scriptsIn(settings, layout)
  if (all.length === 0) return scratch.create()
  const replay = { signal, layout, target }
  const scripts = target === undefined ? all : upTo(target, all)
  const state = scratch.own ? await filesState(all) : ''
  const isCut = target !== undefined && !all.every(isOrdered)
  const keys =
    scratch.own && !isCut ? await replayKeys(settings, scripts, await serverOf(scratch)) : []
  const [whole] = keys
  const templates = new ReplayTemplates(scratch)
  if (!whole) return replayOn({ scratch, templates }, settings, replay, () => scratch.create())
  const found = await templates.find(keys)
  if (found?.key === whole) return found.database
  const only = found && newIn(scripts, found.key)
  const start = found ? () => scratch.copy(found.database) : () => scratch.create()
  const database = await replayOn({ scratch, templates }, settings, { ...replay, only }, start)
  // a template of other texts than the key is of would be wrong for as long as it is kept
  if ((await filesState(await scriptsIn(settings, layout))) !== state) return database
  const kept = await templates.keep(database, whole)
  await templates.clear()
  return kept
}

/** Runs the scripts where they start from, again for each role that they name and the server lacks, or make. */
async function replayOn(
  { scratch, templates }: { scratch: Scratch; templates: ReplayTemplates },
  settings: Settings,
  replay: Replay,
  start: () => Promise<ScratchDatabase>,
): Promise<ScratchDatabase> {
  const roles = new Set<string>()
  for (;;) {
    const database = await start()
    try {
      await upgrade(settings, database, replay)
      return database
    } catch (error) {
      const made = scratch.own ? existingRole(error) : undefined
      const role = made ?? (scratch.own ? missingRole(error) : undefined)
      if (role === undefined || roles.has(role)) throw asReplayFailure(error, scratch.own)
      roles.add(role)
      if (made === undefined) await scratch.createRole(role)
      else if (!(await dropRole(scratch, templates, made))) throw asReplayFailure(error, true)
    }
  }
}

/**
 * Roles belong to the whole server, so one that a script makes may be there from an earlier command. It is
 * dropped, and before it the databases that were kept, since they may depend on it.
 * @returns false: what is in use depends on it
 */
async function dropRole(
  scratch: Scratch,
  templates: ReplayTemplates,
  role: string,
): Promise<boolean> {
  await templates.clear(0)
  return scratch.run(`DROP ROLE ${quoteIdentifier(role)}`).then(
    () => true,
    () => false,
  )
}

function upTo(target: string, scripts: readonly Script[]): readonly Script[] {
  return scripts.slice(0, scripts.findIndex(({ revision }) => revision === target) + 1)
}

function newIn(scripts: readonly Script[], { scripts: done }: ReplayKey): string[] {
  return scripts.slice(done.length).map(({ revision }) => revision)
}

async function serverOf(scratch: Scratch): Promise<string> {
  const [row] = await scratch.rows<{ version: string }>(
    'SELECT pg_catalog.version() AS version',
    [],
  )
  return row!.version
}

/** False for a folder that is empty or not there yet. */
export async function hasScripts(settings: Settings, layout: ScriptLayout): Promise<boolean> {
  return (await scriptsIn(settings, layout)).length > 0
}

/** True where the text of a script makes a role. A script that cannot be read is reported when it is replayed. */
export async function makesRoles(settings: Settings, layout: ScriptLayout): Promise<boolean> {
  try {
    const scripts = await scriptsIn(settings, layout)
    const lists = await Promise.all(
      scripts.flatMap(({ files }) => files.map((file) => readFile(file, 'utf8'))),
    )
    return lists.some((text) => /\bcreate\s+(?:role|user|group)\b/i.test(text))
  } catch {
    return false
  }
}

/** Nothing for a folder that is empty or not there yet. */
async function scriptsIn(settings: Settings, layout: ScriptLayout): Promise<readonly Script[]> {
  try {
    return await readByScheme(settings, () => readScripts(settings, { allowEmpty: true, layout }))
  } catch (error) {
    const { code, cause } = error as { code?: string; cause?: { code?: string } }
    if (code === 'FOLDER_NOT_FOUND' && cause?.code === 'ENOENT') return []
    throw error
  }
}

interface Replay {
  signal: AbortSignal
  layout: ScriptLayout
  /** The last revision that is replayed; all where it is absent. */
  target: string | undefined
  /** Present: the others were run before. */
  only?: readonly string[] | undefined
}

async function upgrade(
  settings: Settings,
  database: ScratchDatabase,
  { signal, layout, target, only }: Replay,
): Promise<void> {
  const own = await scratchSettings(settings, database.connection)
  const migrator = await openMigrator(own, layout)
  try {
    if (only) await migrator.runScripts(only, { signal })
    else await migrator.execute({ command: 'upgrade', ...(target && { target }) }, { signal })
  } finally {
    await migrator.close()
  }
  const { schema, table } = scratchJournal
  const pool = await database.pool()
  await pool.query(`DROP TABLE IF EXISTS ${quoteIdentifier(schema, table)}`)
}

/** Roles are the server's, not the database's: production has them, an empty server has not. */
export function missingRole(error: unknown): string | undefined {
  const { sqlstate, code, message } = error as { sqlstate?: string; code?: string; message: string }
  if ((sqlstate ?? code) !== '42704') return undefined
  return /role "([^"]+)" does not exist/.exec(message)?.[1]
}

function existingRole(error: unknown): string | undefined {
  const { sqlstate, code, message } = error as { sqlstate?: string; code?: string; message: string }
  if ((sqlstate ?? code) !== '42710') return undefined
  return /role "([^"]+)" already exists/.exec(message)?.[1]
}

function asReplayFailure(error: unknown, own: boolean): unknown {
  const missing = extensionMissing(error)
  if (missing || !(error instanceof MigrationError)) return missing ?? error
  const { code, message, detail, file, line, column, excerpt, sqlstate } = error
  if (code !== 'SCRIPT_FAILED') return error
  return new MigrationError(code, `${message} (replayed on an empty scratch database)`, {
    detail,
    hint: hintFor(error, own) ?? error.hint,
    file,
    line,
    column,
    excerpt,
    sqlstate,
    cause: error,
    results: error.results,
  })
}

function hintFor(error: MigrationError, own: boolean): string | undefined {
  const role = missingRole(error)
  if (role !== undefined && !own) return `Create the role ${role} on the server of scratch.url.`
  const unknown = ['42704', '42883', '42P01', '3F000'].includes(error.sqlstate ?? '')
  if (!unknown) return undefined
  return (
    'The scripts must build the whole schema by themselves. If an extension brings what is missing, ' +
    'and no script creates it, name it in scratch.extensions.'
  )
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { MigrationError } from '../../errors'
import type { ScriptLayout } from '../../script/layout/layout'
import type { ScriptSource, Settings } from '../../settings/value/setting-types'
import { type BuildHooks, buildEntitySchema, buildSchema } from '../../scratch/build-schema'
import type { Ignored } from '../../scratch/ignored-tables'
import { hasScripts, makesRoles, replayScripts } from '../../scratch/replay-scripts'
import { sourceOf } from './choose'
import { runDiffCommand } from './diff-command'
import type { Scratch, ScratchDatabase } from '../../scratch/scratch'
import type { Change, ScriptPart } from '../../change/model/script-part'
import type { FormerName } from '../../set-up/was'
import { formerNamesOf, readFormerNames } from './was-comments'

/** What is to be compared, or the SQL that a command gave instead. */
export type DifferenceTarget =
  | { is: 'nothing' }
  /** `before` is what the SQL is meant for. */
  | { is: 'sql'; sql: string; before: ScratchDatabase }
  | {
      is: 'schemas'
      before: ScratchDatabase
      after: ScratchDatabase
      /** The diff that both versions were read from, and the file that it is of. */
      diff?: string
      file?: string
      /** What a person should know of how they were built. */
      notes?: readonly string[]
      /** What the entities leave to somebody else. */
      unsynchronized?: readonly Ignored[]
      /** Old names that the source gives. */
      former?: readonly FormerName[]
    }

/** A difference, ready to be written. */
export interface FoundDifference {
  target: Exclude<DifferenceTarget, { is: 'nothing' }>
  /** Absent where a command gave SQL, and where a check needs no more than that something differs. */
  change?: Change
  /** The downgrade of a command's SQL. */
  back?: ScriptPart
}

/** What the sources have at hand. */
export interface Building extends BuildHooks {
  settings: Settings
  layout: ScriptLayout
  scratch: Scratch
  signal: AbortSignal
  /** Called with what goes on, in a few words. */
  progress: (text: string) => void
  /** Called with the scripts' schema, while the target schema may still be built. */
  replayed?: (before: ScratchDatabase) => void
}

/**
 * Builds both sides of the difference in scratch databases.
 * @throws {MigrationError} whatever a script, the schema, the entities or the command end in
 */
export async function buildSides(
  source: Exclude<ScriptSource, 'none'>,
  building: Building,
): Promise<DifferenceTarget> {
  const { settings, scratch, signal, progress, replayed, layout } = building
  if (source === 'command') return fromCommand(building)
  const what = source === 'schema' ? 'loading the canonical schema' : 'building the entities'
  progress(`replaying the scripts and ${what}`)
  const replaying = replayScripts(scratch, settings, signal, layout).then((database) => {
    replayed?.(database)
    return database
  })
  if (source === 'schema') {
    const loading = beside(building, replaying, () =>
      buildSchema(scratch, settings, settings.schema!, building),
    )
    const [before, after] = await both(replaying, loading)
    return { is: 'schemas', before, after, former: await formerNamesOf(settings.schema) }
  }
  const [before, built] = await both(replaying, buildEntitySchema(scratch, settings, building))
  const { database: after, ...said } = built
  return { is: 'schemas', before, after, ...said }
}

/** What a script must lead to, without what it starts from. */
export interface ExpectedSchema {
  source: ScriptSource
  database: ScratchDatabase
  unsynchronized?: readonly Ignored[]
}

/**
 * Builds the canonical schema or the entities; undefined where the settings name neither. A command says
 * what changes, not where that leads: the schema file does, where there is one.
 * @throws {MigrationError} whatever the schema or the entities end in
 */
export async function buildTarget(
  scratch: Scratch,
  settings: Settings,
  from: ScriptSource | undefined,
): Promise<ExpectedSchema | undefined> {
  const chosen = sourceOf(settings, from)
  const source = chosen === 'command' && settings.schema !== undefined ? 'schema' : chosen
  if (source === 'schema')
    return { source, database: await buildSchema(scratch, settings, settings.schema!) }
  if (source !== 'entities') return undefined
  const { database, unsynchronized } = await buildEntitySchema(scratch, settings)
  return { source, database, unsynchronized }
}

/** While the scripts are replayed; where they make roles after that, since roles belong to the whole server. */
async function beside<Result>(
  { settings, layout }: Building,
  replaying: Promise<unknown>,
  load: () => Promise<Result>,
): Promise<Result> {
  // a failure to replay is thrown where the scripts' schema is awaited
  if (await makesRoles(settings, layout)) await replaying.catch(() => undefined)
  return load()
}

/** At the same time, since each waits for a server's process of its own; the first one's failure counts first. */
async function both<One, Other>(one: Promise<One>, other: Promise<Other>): Promise<[One, Other]> {
  await Promise.allSettled([one, other])
  return [await one, await other]
}

async function fromCommand(building: Building): Promise<DifferenceTarget> {
  const { settings, scratch, signal, progress, layout } = building
  progress('running schema_diff_cmd')
  const result = await runDiffCommand(settings.schemaDiffCmd!, settings.here, signal)
  if (result.is === 'nothing') return result
  if (result.is === 'sql') {
    progress('replaying the scripts')
    return {
      is: 'sql',
      sql: result.sql,
      before: await replayScripts(scratch, settings, signal, layout),
    }
  }
  progress('replaying the scripts and loading the new version of the schema')
  const { file, diff } = result
  const load = (text: string) =>
    inFile(basename(file), text, (path) => buildSchema(scratch, settings, path))
  const known = { diff, file, former: readFormerNames(result.after, basename(file)) }
  const replaying = replayIfWhole(building)
  const loading = beside(building, replaying, () => load(result.after))
  const [replayed, after] = await both(replaying, loading)
  if (replayed.is === 'whole') return { is: 'schemas', before: replayed.database, after, ...known }
  const before = await load(result.before)
  return { is: 'schemas', before, after, ...known, notes: replayed.notes }
}

type Replayed =
  | { is: 'whole'; database: ScratchDatabase }
  /** The scripts go on from a schema that they do not build. */
  | { is: 'not whole'; notes: readonly string[] }

/**
 * A diff is of two versions of a file, and the scripts may be at either: at the new one where a script was
 * written and the file not committed.
 */
async function replayIfWhole({ settings, scratch, signal, layout }: Building): Promise<Replayed> {
  if (!(await hasScripts(settings, layout))) return { is: 'not whole', notes: [] }
  try {
    return { is: 'whole', database: await replayScripts(scratch, settings, signal, layout) }
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code !== 'SCRIPT_FAILED') throw error
    const note = `The scripts do not build the schema by themselves, so that both versions of the file were compared, not the scripts: ${error.message}.`
    return { is: 'not whole', notes: [note] }
  }
}

/** An error then names the file as the user knows it, but for its folder. */
async function inFile<Result>(
  name: string,
  text: string,
  work: (path: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'typetrek-schema-'))
  try {
    await writeFile(join(folder, name), text)
    return await work(join(folder, name))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

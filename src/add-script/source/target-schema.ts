import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { ScriptLayout } from '../../script/layout/layout'
import type { ScriptSource, Settings } from '../../settings/value/setting-types'
import { buildSchema } from '../../scratch/build-schema'
import { replayScripts } from '../../scratch/replay-scripts'
import { runDiffCommand } from './diff-command'
import type { Scratch, ScratchDatabase } from '../../scratch/scratch'

/** What is to be compared, or the SQL that a command gave instead. */
export type Wanted =
  | { is: 'nothing' }
  /** `before` is what the SQL is meant for. */
  | { is: 'sql'; sql: string; before: ScratchDatabase }
  | {
      is: 'schemas'
      before: ScratchDatabase
      after: ScratchDatabase
      /** The diff that both versions were read from. */
      diff?: string
    }

/** What the sources have at hand. */
export interface Building {
  settings: Settings
  layout: ScriptLayout
  scratch: Scratch
  signal: AbortSignal
  /** Told what goes on, in a few words. */
  progress: (text: string) => void
  /** Told of the scripts' schema while the wanted one may still be built. */
  replayed?: (before: ScratchDatabase) => void
}

/**
 * Builds both sides of the difference in scratch databases.
 * @throws {MigrationError} whatever a script, the schema, the entities or the command end in
 */
export async function buildWanted(
  source: Exclude<ScriptSource, 'none'>,
  building: Building,
): Promise<Wanted> {
  const { settings, scratch, signal, progress, replayed, layout } = building
  if (source === 'command') return fromCommand(building)
  const what = source === 'schema' ? 'loading the canonical schema' : 'building the entities'
  progress(`replaying the scripts and ${what}`)
  const from = source === 'schema' ? settings.schema! : 'entities'
  const [before, after] = await both(
    replayScripts(scratch, settings, signal, layout).then((database) => {
      replayed?.(database)
      return database
    }),
    buildSchema(scratch, settings, from),
  )
  return { is: 'schemas', before, after }
}

/** At the same time, since each waits for a server's process of its own; the first one's failure counts first. */
async function both<One, Other>(one: Promise<One>, other: Promise<Other>): Promise<[One, Other]> {
  await Promise.allSettled([one, other])
  return [await one, await other]
}

async function fromCommand({
  settings,
  scratch,
  signal,
  progress,
  layout,
}: Building): Promise<Wanted> {
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
  progress('loading both versions of the schema')
  const { file, before, after, diff } = result
  const load = (text: string) =>
    inFile(basename(file), text, (path) => buildSchema(scratch, settings, path))
  const [old, fresh] = await both(load(before), load(after))
  return { is: 'schemas', before: old, after: fresh, diff }
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

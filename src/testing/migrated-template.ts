import { hash } from 'node:crypto'
import { quoteIdentifier } from '../database/sql/quote'
import { eq, matches } from '../database/sql/operators'
import { readByScheme } from '../backends/folder-scheme'
import { SettingsMigrator } from '../migrator/migrator'
import type { ExecuteOptions } from '../migrator/option-shapes'
import type { Script } from '../script/script'
import { readScripts } from '../script/source/read-scripts'
import { scratchSettings } from '../scratch/scratch-settings'
import type { Scratch, ScratchDatabase } from '../scratch/scratch'
import type { Settings } from '../settings/value/setting-types'
import { toolVersion } from '../version'

/** What a template is made of. */
export interface TemplateRequest {
  settings: Settings
  /** What else tells one template from another. */
  key: string
  options: Pick<ExecuteOptions, 'context' | 'logger'>
}

/** How many templates of the same scripts are left: other branches of the same folder use them. */
export const kept = 3

/**
 * The name of a database that all scripts have been run in. It is there already, or it is built: by one process,
 * while others wait. Nobody can connect to it, so that it can always be copied.
 */
export async function findTemplate(scratch: Scratch, request: TemplateRequest): Promise<string> {
  const { settings } = request
  const scripts = await readByScheme(settings, () => readScripts(settings))
  const family = `typetrek_template_${digest(placeOf(settings), 8)}_`
  const name = family + digest(keyOf(request, scripts), 24)
  if (await exists(scratch, name)) return name
  const lock = 'pg_catalog.hashtextextended($1, 1959)'
  await scratch.rows(`SELECT pg_catalog.pg_advisory_lock(${lock})`, [name])
  try {
    if (!(await exists(scratch, name))) await build(scratch, request, name)
  } finally {
    await scratch.rows(`SELECT pg_catalog.pg_advisory_unlock(${lock})`, [name])
  }
  await dropOlder(scratch, family)
  return name
}

async function exists(scratch: Scratch, name: string): Promise<boolean> {
  const found = `SELECT FROM pg_catalog.pg_database WHERE datname ${eq} $1`
  return (await scratch.rows(found, [name])).length > 0
}

async function build(scratch: Scratch, request: TemplateRequest, name: string): Promise<void> {
  const { settings, options } = request
  const building = await scratch.create()
  await building.rest()
  const own = await scratchSettings(settings, building.connection)
  const migrator = new SettingsMigrator({ ...own, journal: settings.journal })
  try {
    await migrator.execute({ command: 'upgrade' }, options)
  } finally {
    await migrator.close()
  }
  const from = quoteIdentifier(building.name)
  await scratch.run(`ALTER DATABASE ${from} WITH ALLOW_CONNECTIONS false`)
  await scratch.run(`ALTER DATABASE ${from} RENAME TO ${quoteIdentifier(name)}`)
}

/** One that another process copies at the moment stays: the server refuses to drop it. */
async function dropOlder(scratch: Scratch, family: string): Promise<void> {
  const rows = await scratch.rows<{ name: string }>(
    `SELECT datname AS name FROM pg_catalog.pg_database WHERE datname ${matches} $1
      ORDER BY oid DESC`,
    [`^${family}`],
  )
  for (const { name } of rows.slice(kept))
    await scratch.run(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`).catch(() => undefined)
}

/** A template as something to copy. */
export function asOriginal(name: string): ScratchDatabase {
  const never = () => Promise.reject(new Error('nobody connects to a template'))
  const rest = () => Promise.resolve()
  return { name, connection: {}, pool: never, reader: never, rest }
}

export function placeOf({ directory, sources, journal }: Settings): string {
  const places = sources?.map((one) => (typeof one === 'string' ? one : '')) ?? [directory]
  return JSON.stringify([places, journal])
}

export function keyOf({ settings, key }: TemplateRequest, scripts: readonly Script[]): string {
  const texts = scripts.map(({ revision, checksum, module }) => [
    revision,
    checksum || Object.values(module ?? {}).join('\n'),
  ])
  return JSON.stringify([toolVersion, settings.journal, settings.scratch.extensions, key, texts])
}

export function digest(text: string, length: number): string {
  return hash('sha256', text).slice(0, length)
}

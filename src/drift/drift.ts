import type { Pool } from 'pg'
import { readCatalog, rebuild, type Catalog } from '../catalog/catalog'
import { loadEngine, type Engine } from '../catalog/engine'
import { plainNames } from '../catalog/sql-words'
import { remaining } from '../change/trial/trial'
import { readWords } from '../change/trial/trial'
import { withMigrationSources } from '../database/application/migration-sources'
import { withOwnPool } from '../database/own-pool'
import { openDatabase, requirePostgresServer } from '../database/open'
import { MigrationError } from '../errors'
import { readHistories } from '../journal/histories'
import { openMigrator } from '../migrator/pick-migrator'
import type { Status } from '../migrator/status'
import { numbered } from '../plan/numbering/repeatable-scripts'
import { ignoredTables, type Ignored } from '../scratch/ignored-tables'
import { serverOf } from '../scratch/database-state'
import { withScratch } from '../scratch/lifetime'
import { replayScripts } from '../scratch/replay-scripts'
import { currentRevision } from '../plan/scheme/graph-scheme'
import { initialRevision } from '../plan/scheme/revision-graph'
import { usualLayout, type ScriptLayout } from '../script/layout/layout'
import { layoutNamed } from '../script/other-layouts/layouts'
import { newestOf } from '../script/revision'
import { readScripts } from '../script/source/read-scripts'
import type { Settings } from '../settings/value/setting-types'
export type { DriftItem } from './drift-words'
import { driftItems, keysMatching, withoutKeys, type DriftItem } from './drift-words'

/** How `findDrift` is called. */
export interface DriftOptions {
  layout?: ScriptLayout | undefined
  /** Globs of `schema.name` that are left out, beside those of the settings. */
  ignore?: readonly string[]
  signal: AbortSignal
  progress?: (text: string) => void
}

/** What differs between the live database and the scripts that it has applied. */
export interface DriftReport {
  items: readonly DriftItem[]
  /** What would make the database what the scripts say. */
  sql: readonly string[]
  notes: readonly string[]
}

/**
 * Compares the configured database with the scripts that it has applied, replayed in a scratch database.
 * Reads the database only. The journal, other tools' histories and what extensions bring are left out.
 * @throws {MigrationError} PENDING where a script is late; SCRIPT_UNFINISHED; what replaying ends in
 */
export async function findDrift(given: Settings, options: DriftOptions): Promise<DriftReport> {
  requirePostgresServer(given)
  const settings = await withMigrationSources(given)
  const layout = options.layout ?? ownLayout(settings)
  const { signal, progress } = options
  const { target, notes } = await appliedUpTo(settings, layout)
  const { major } = await serverOf(settings)
  progress?.('opening the scratch server')
  return withScratch(settings, major, { signal, interrupted }, async (scratch) => {
    const engine = await loadEngine()
    progress?.('replaying the scripts')
    const database =
      target === '0'
        ? await scratch.create()
        : await replayScripts(scratch, settings, signal, layout, target)
    const ignored = [...ignoredTables(settings), ...(await otherHistories(settings))]
    progress?.('comparing')
    return withOwnPool(settings, async (pool) => {
      const live = await readCatalog(engine, pool, ignored)
      const scripts = await readCatalog(engine, await database.pool(), ignored)
      const patterns = [...settings.driftIgnore, ...(options.ignore ?? [])]
      const report = await compared(engine, pool, { live, scripts }, patterns)
      return { ...report, notes: [...notes, ...report.notes] }
    })
  })
}

async function compared(
  engine: Engine,
  pool: Pool,
  both: { live: Catalog; scripts: Catalog },
  patterns: readonly string[],
): Promise<DriftReport> {
  const live = without(engine, both.live, patterns)
  const scripts = without(engine, both.scripts, patterns)
  const words = await readWords(pool)
  const sql = remaining(engine, live, scripts).map((one) => plainNames(one, words))
  return {
    items: driftItems(live, scripts),
    sql,
    notes: live.uncompared.map((what) => `${what} are not compared.`),
  }
}

function without(engine: Engine, catalog: Catalog, patterns: readonly string[]): Catalog {
  if (patterns.length === 0) return catalog
  const picomatch = require('picomatch') as typeof import('picomatch')
  const matches = picomatch([...patterns], { dot: true })
  const { facts } = catalog
  const kept = withoutKeys(facts, keysMatching(facts, matches))
  const edges = kept.flatMap(({ id }) => facts.outgoingEdges(id))
  return { ...catalog, facts: rebuild(engine, kept, edges) }
}

interface UpTo {
  target: string | undefined
  notes: string[]
}

/** Scripts that are pending say nothing about the database; one between those that are applied would. */
async function appliedUpTo(settings: Settings, layout: ScriptLayout): Promise<UpTo> {
  const migrator = await openMigrator(settings, layout)
  let status: Status
  try {
    status = await migrator.status()
  } finally {
    await migrator.close()
  }
  const { applied, pending, unfinished } = status
  const [begun] = unfinished
  if (begun) {
    throw new MigrationError(
      'SCRIPT_UNFINISHED',
      `script ${begun.revision} was started and not finished`,
      {
        hint: 'Run upgrade or rebuild, which goes on with it; then look for drift.',
      },
    )
  }
  const late = pending.find((one) => one.late)
  if (late) {
    const message = `script ${late.script.revision} is pending below what is applied`
    throw new MigrationError('PENDING', message, { hint: 'Run upgrade first.' })
  }
  if (settings.layout === 'graph') return upToRevision(status)
  if (pending.length === 0) return { target: undefined, notes: [] }
  const newest = newestOf(numbered(applied).map(({ revision }) => revision)) ?? '0'
  const said =
    pending.length === 1 ? '1 script is pending' : `${pending.length} scripts are pending`
  const note = `${said}; what is applied is compared, up to ${newest}.`
  return { target: await lastBefore(pending, settings, layout), notes: [note] }
}

/** Where the steps that were done have led; scripts that lead on from there are pending. */
function upToRevision({ applied, pending }: Status): UpTo {
  const current = currentRevision({ applied })
  const note = `Scripts are pending; ${current}, where the database is, is compared.`
  const target = current === initialRevision ? '0' : current
  return { target, notes: pending.length > 0 ? [note] : [] }
}

/** Steps of a graph are read by code of their own. */
function ownLayout({ layout }: Settings): ScriptLayout {
  return layout === 'graph' ? usualLayout : layoutNamed(layout)
}

/** The last script that is not pending: applied, or standing for those that are. */
async function lastBefore(
  pending: Status['pending'],
  settings: Settings,
  layout: ScriptLayout,
): Promise<string> {
  const waiting = new Set(pending.map(({ script }) => script.revision))
  const scripts = await readScripts(settings, { layout })
  const others = scripts.filter(({ revision, repeatable }) => !repeatable && !waiting.has(revision))
  return newestOf(others.map(({ revision }) => revision)) ?? '0'
}

/** The tables of other tools stay after they were adopted. */
async function otherHistories(settings: Settings): Promise<Ignored[]> {
  const database = await openDatabase(settings)
  try {
    const session = await database.open('read')
    try {
      const given = database.migrationsTable ?? settings.typeorm['migrationsTableName']
      const names = typeof given === 'string' && given !== '' ? [given] : []
      const found = await readHistories(session, names)
      return found.map(({ schema, table }) => ({ schema, table }))
    } finally {
      await session.close()
    }
  } finally {
    await database.close()
  }
}

function interrupted(cause: unknown): MigrationError {
  return new MigrationError('INTERRUPTED', 'stopped before everything was compared', {
    hint: 'Nothing was written, and the scratch databases are dropped.',
    cause,
  })
}

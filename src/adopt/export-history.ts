import { withMigrationSources } from '../database/application/migration-sources'
import { openDatabase } from '../database/open'
import type { Database } from '../database/postgres/database'
import type { Session } from '../database/postgres/session'
import { quoteIdentifier } from '../database/sql/quote'
import { MigrationError } from '../errors'
import { readState } from '../journal/journal'
import {
  createTypeormTable,
  deleteTypeormRow,
  insertTypeormRow,
  readTypeormRows,
  typeormTableName,
  type TypeormRow,
  type TypeormTableName,
} from '../journal/typeorm-table'
import { settleNames } from '../plan/numbering/settle-names'
import { readScripts } from '../script/source/read-scripts'
import type { ScriptLayout } from '../script/layout/layout'
import type { Script } from '../script/script'
import { stampOf } from '../script/module-text/migration-classes'
import type { Settings } from '../settings/value/setting-types'

import { requireNumbers } from './require-numbers'

/** What TypeORM's table lacks, and has too many. */
export interface HistoryExport extends TypeormTableName {
  inserted: readonly TypeormRow[]
  deleted: readonly TypeormRow[]
  /** Applied scripts that TypeORM cannot know: SQL, and modules without a migration class. */
  unknown: readonly Script[]
}

/**
 * Brings TypeORM's table up to date with the journal, in one transaction: a row for each applied
 * migration class, none for those that were reverted. Rows that are no script stay.
 * @param dryRun only looks
 * @throws {MigrationError} ADOPT_REFUSED where the journal records nothing; what the database refuses
 */
export async function exportHistory(
  given: Settings,
  { layout, dryRun }: { layout?: ScriptLayout | undefined; dryRun: boolean },
): Promise<HistoryExport> {
  requireNumbers(given)
  const settings = await withMigrationSources(given)
  const scripts = await readScripts(settings, { layout })
  const database = await openDatabase(settings)
  try {
    const session = await database.open(dryRun ? 'read' : 'work')
    try {
      const found = await missing(session, scripts, settings, database)
      if (!dryRun) await write(session, found)
      return found
    } finally {
      await session.close()
    }
  } finally {
    await database.close()
  }
}

async function missing(
  session: Session,
  scripts: readonly Script[],
  settings: Settings,
  database: Database,
): Promise<HistoryExport> {
  const state = await readState(session, settings.journal)
  if (state.ordinals.size === 0) {
    throw new MigrationError('ADOPT_REFUSED', 'the journal records nothing to export', {
      hint: 'Run upgrade or adopt first.',
    })
  }
  const table = await typeormTableName(session, database, settings.typeorm)
  const rows = (await readTypeormRows(session, table)) ?? []
  const named = new Set(rows.map(({ name }) => name))
  const byRevision = new Map(settleNames(scripts, state).map((one) => [one.revision, one]))
  const applied = state.applied.flatMap(({ revision }) => byRevision.get(revision) ?? [])
  const isApplied = new Set(applied.flatMap(({ migration }) => migration ?? []))
  const reverted = scripts.flatMap(({ migration }) =>
    migration !== undefined && !isApplied.has(migration) ? [migration] : [],
  )
  return {
    ...table,
    inserted: applied.flatMap(rowOf).filter(({ name }) => !named.has(name)),
    deleted: rows.filter(({ name }) => reverted.includes(name)),
    unknown: applied.filter((script) => rowOf(script).length === 0),
  }
}

function rowOf({ migration }: Script): TypeormRow[] {
  const timestamp = migration === undefined ? undefined : stampOf(migration)
  return migration !== undefined && timestamp !== undefined ? [{ name: migration, timestamp }] : []
}

async function write(session: Session, found: HistoryExport): Promise<void> {
  const statements = [
    createTypeormTable(found),
    // a second one that exports at once looks after this one
    `LOCK TABLE ${quoteIdentifier(found.schema, found.table)} IN SHARE ROW EXCLUSIVE MODE`,
    ...found.deleted.map((row) => deleteTypeormRow(found, row)),
    ...found.inserted.map((row) => insertTypeormRow(found, row)),
  ]
  const { error } = await session.send(`BEGIN;\n${statements.join(';\n')};\nCOMMIT`)
  if (!error) return
  await session.send('ROLLBACK')
  throw error
}

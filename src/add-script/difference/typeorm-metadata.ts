import type { Pool } from 'pg'
import type { ScriptPart, Statement } from '../../change/model/script-part'
import type { Ignored } from '../../scratch/ignored-tables'
import type { Qualified } from '../../catalog/object-names'
import { metadataKeys, type MetadataRow, type OwnOperation } from '../../change/model/operation'
import { writtenAsIs } from '../../change/render/write-steps'
import { step, type PlannedStep } from '../../change/model/planned-step'
import { quoteIdentifier } from '../../database/sql/quote'

/** The statements that bring TypeORM's metadata table along, and those that take them back. */
export interface MetadataChange {
  up: readonly Statement[]
  down: readonly Statement[]
}

/**
 * Compares the rows that TypeORM's `synchronize` keeps for views and generated columns with those that the
 * scripts make. Without them TypeORM's own QueryRunner fails on a table with a generated column.
 * @param before a database that the scripts built
 * @param after one that `synchronize` built
 */
export async function compareMetadata(
  before: Pool,
  after: Pool,
  table: Ignored,
): Promise<MetadataChange> {
  const [old, now] = await Promise.all([readRows(before, table), readRows(after, table)])
  if (!now) return { up: [], down: [] }
  const gone = (old ?? []).filter((row) => !now.some((one) => isSame(one, row)))
  const added = now.filter((row) => !old?.some((one) => isSame(one, row)))
  return {
    up: explained([
      ...(old ? [] : [created(table)]),
      ...gone.map((row) => deleted(row, table)),
      ...added.map((row) => inserted(row, table)),
    ]),
    // the table stays: TypeORM may have made it before, with rows that no script knows
    down: explained([
      ...added.map((row) => deleted(row, table)),
      ...gone.map((row) => inserted(row, table)),
    ]),
  }
}

function explained([first, ...more]: readonly PlannedStep[]): Statement[] {
  const steps = first
    ? [{ ...first, effects: [{ kind: 'follows TypeORM' as const }] }, ...more]
    : []
  return writtenAsIs(steps)
}

/** The change with the metadata in its last script; what changes nothing else stays nothing. */
export function withMetadata(
  scripts: readonly ScriptPart[],
  { up, down }: MetadataChange,
): readonly ScriptPart[] {
  const last = scripts.at(-1)
  if (!last || up.length === 0) return scripts
  const isOneWay = last.down.length === 0 && last.reversible === 'no'
  const changed = {
    ...last,
    up: [...last.up, ...up],
    down: isOneWay ? last.down : [...down, ...last.down],
  }
  return [...scripts.slice(0, -1), changed]
}

async function readRows(pool: Pool, table: Ignored): Promise<MetadataRow[] | undefined> {
  const name = quoteIdentifier(table.schema, table.table)
  const found = await pool.query<{ exists: boolean }>(
    'SELECT pg_catalog.to_regclass($1) IS NOT NULL AS exists',
    [name],
  )
  if (!found.rows[0]?.exists) return undefined
  const { rows } = await pool.query<MetadataRow>(
    `SELECT "type", "database" IS NOT NULL AS "ofDatabase", "schema", "table", "name", "value"
       FROM ${name} ORDER BY "type", "schema", "table", "name"`,
  )
  return rows
}

function isSame(one: MetadataRow, other: MetadataRow): boolean {
  return metadataKeys.every((name) => one[name] === other[name]) && one.value === other.value
}

function created(table: Ignored): PlannedStep {
  return metadataStep(table, { kind: 'create metadata table', table: nameOf(table) })
}

function inserted(row: MetadataRow, table: Ignored): PlannedStep {
  return metadataStep(table, { kind: 'insert metadata', table: nameOf(table), row })
}

function deleted(row: MetadataRow, table: Ignored): PlannedStep {
  return metadataStep(table, { kind: 'delete metadata', table: nameOf(table), row })
}

function nameOf({ schema, table }: Ignored): Qualified {
  return { schema, name: table }
}

function metadataStep({ schema, table }: Ignored, operation: OwnOperation): PlannedStep {
  return step(operation, [{ kind: 'table', schema, name: table }], { verb: 'data' })
}

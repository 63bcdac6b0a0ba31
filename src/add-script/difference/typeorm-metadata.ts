import type { Pool } from 'pg'
import type { ScriptPart } from '../../change/model/script-part'
import type { Ignored } from '../../scratch/ignored-tables'
import { step, type PlannedStep } from '../../change/model/operation'
import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'

/** What TypeORM remembers of a view or a generated column: the text that the entity gives. */
interface MetadataRow {
  type: string
  /** True for a row that is of one database; TypeORM looks it up by the database's name. */
  ofDatabase: boolean
  schema: string | null
  table: string | null
  name: string | null
  value: string | null
}

/** The statements that bring TypeORM's metadata table along, and those that take them back. */
export interface MetadataChange {
  up: readonly PlannedStep[]
  down: readonly PlannedStep[]
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

function explained([first, ...more]: readonly PlannedStep[]): PlannedStep[] {
  return first ? [{ ...first, effects: [{ kind: 'follows TypeORM' }] }, ...more] : []
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
  return keys.every((name) => one[name] === other[name]) && one.value === other.value
}

const keys = ['type', 'schema', 'table', 'name'] as const

const columns = `"type" varchar NOT NULL, "database" varchar, "schema" varchar, "table" varchar, "name" varchar, "value" text`

function created(table: Ignored): PlannedStep {
  return metadataStep(table, (name) => `CREATE TABLE IF NOT EXISTS ${name} (${columns})`)
}

function inserted(row: MetadataRow, table: Ignored): PlannedStep {
  const { type, ofDatabase, schema, value } = row
  const texts = [type, schema, row.table, row.name, value].map(quoteLiteral)
  const database = ofDatabase ? 'pg_catalog.current_database()' : 'NULL'
  const names = '"type", "schema", "table", "name", "value", "database"'
  return metadataStep(
    table,
    (name) => `INSERT INTO ${name} (${names}) VALUES (${texts.join(', ')}, ${database})`,
  )
}

function deleted(row: MetadataRow, table: Ignored): PlannedStep {
  const conditions = keys.map((name) =>
    row[name] === null ? `"${name}" IS NULL` : `"${name}" = ${quoteLiteral(row[name])}`,
  )
  return metadataStep(table, (name) => `DELETE FROM ${name} WHERE ${conditions.join(' AND ')}`)
}

function metadataStep({ schema, table }: Ignored, write: (name: string) => string): PlannedStep {
  const name = quoteIdentifier(schema, table)
  return step(write(name), [{ kind: 'table', schema, name: table }], { verb: 'data' })
}

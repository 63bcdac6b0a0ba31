import type { Session } from '../database/postgres/session'
import { quoteIdentifier } from '../database/sql/quote'
import { MigrationError } from '../errors'
import type { OtherHistory } from '../journal/histories'
import { canonicalUuid } from '../script/module-text/script-uuid'

/** A migration that another tool's table names as applied, oldest first. */
export interface AdoptedRow {
  /** As the tool calls it. */
  name: string
  /** Its number, without leading zeros; undefined where the name has none. */
  stamp?: string
}

/** What a tool's table says is done. */
export interface AdoptedRows {
  rows: readonly AdoptedRow[]
  /** True: the last row stands for everything up to its number. */
  upTo?: true
}

interface Source {
  /** SQL expressions over one row; `name` as the tool calls the migration. */
  name: string
  /** Its number where the name does not begin with it. */
  stamp?: string
  where?: string
  order: string
  /** Folds what the rows say one after the other. */
  fold?: (rows: readonly Row[]) => AdoptedRow[]
  more?: string
  upTo?: true
  /** What must not be adopted, such as a migration that failed. */
  refuse?: { where: string; message: string; hint: string }
}

interface Row {
  name: string
  stamp: string | null
  more: string | null
}

const text = (column: string) => `${column}::pg_catalog.text`
const numbered = (column: string): Source => ({ name: text(column), order: column })

/** Up to 0.9.2 it marked the start of a database by a row of its own. */
const markOfMigratore = 'da023aab-736d-40a6-8e9b-c6175c1241f5'

const goose: Source = {
  name: text('version_id'),
  where: 'version_id OPERATOR(pg_catalog.>) 0',
  order: 'id',
  more: text('is_applied'),
  fold: (rows) => toggled(rows, (more) => more === 'true' || more === 't'),
}

const flyway: Source = {
  name: `coalesce(script, version)::pg_catalog.text`,
  stamp: text('version'),
  where: `success AND "type"::pg_catalog.text OPERATOR(pg_catalog.<>) ALL (ARRAY['SCHEMA', 'DELETE'])`,
  order: 'installed_rank',
  more: text('"type"'),
  fold: foldFlyway,
}

/** A version that was run again by its number has a row more. */
const nous: Source = { ...numbered('version'), fold: (rows) => toggled(rows, () => true) }

const migratore: Source = {
  name: text('uuid'),
  stamp: text('"timestamp"'),
  where: `"result"::pg_catalog.text OPERATOR(pg_catalog.=) 'success' AND uuid::pg_catalog.text OPERATOR(pg_catalog.<>) '${markOfMigratore}'`,
  order: 'object_id',
  more: text('"operation"'),
  fold: (rows) => toggled(rows.map(byUuid), (more) => more !== 'Rollback'),
}

/** By the tool's name as the journal's room knows it. Of any other tool no row can be matched. */
const sources: Readonly<Record<string, Source>> = {
  TypeORM: { name: text('"name"'), stamp: text('"timestamp"'), order: '"id"' },
  knex: numbered('name'),
  AdonisJS: numbered('name'),
  'node-pg-migrate': numbered('name'),
  'db-migrate': numbered('name'),
  Supabase: numbered('version'),
  'dbmate or Rails': numbered('version'),
  'golang-migrate': {
    ...numbered('version'),
    upTo: true,
    refuse: {
      where: 'dirty',
      message: 'the last migration of golang-migrate failed half-way (dirty)',
      hint: 'Repair the database, set the version with golang-migrate force, and run adopt again.',
    },
  },
  Prisma: {
    ...numbered('migration_name'),
    where: 'rolled_back_at IS NULL AND finished_at IS NOT NULL',
    refuse: {
      where: 'rolled_back_at IS NULL AND finished_at IS NULL',
      message: 'a migration of Prisma failed and is not resolved',
      hint: 'Repair the database, run prisma migrate resolve, and run adopt again.',
    },
  },
  Flyway: flyway,
  goose,
  sqlx: {
    ...numbered('version'),
    where: 'success',
    refuse: {
      where: 'NOT success',
      message: 'a migration of sqlx failed half-way',
      hint: 'Repair the database, delete its row, and run adopt again.',
    },
  },
  diesel: numbered('version'),
  refinery: numbered('version'),
  Drizzle: { name: text('hash'), stamp: text('created_at'), order: 'id' },
  'sql-migrate': numbered('id'),
  'Sequelize or Umzug': numbered('name'),
  Umzug: numbered('name'),
  Kysely: numbered('name'),
  MikroORM: { ...numbered('name'), stamp: `pg_catalog.substring(name::pg_catalog.text, '\\d+')` },
  Ecto: numbered('version'),
  'nous.migration': nous,
  migratore,
  tern: { ...numbered('version'), upTo: true },
}

/** True of a tool whose rows name its migrations. */
export function canMatch({ tool }: OtherHistory): boolean {
  return Object.hasOwn(sources, tool)
}

/**
 * What a tool's table says is done; reads only.
 * @throws {MigrationError} ADOPT_REFUSED where it says that a migration failed half-way
 */
export async function readAdopted(session: Session, history: OtherHistory): Promise<AdoptedRows> {
  const source = sources[history.tool]
  if (!source) return { rows: [] }
  const { name, stamp = name, where = 'true', order, more = 'NULL', fold, upTo, refuse } = source
  const table = quoteIdentifier(history.schema, history.table)
  if (refuse) {
    const failed = await session.query(`SELECT 1 FROM ${table} WHERE ${refuse.where} LIMIT 1`)
    if (failed.length > 0)
      throw new MigrationError('ADOPT_REFUSED', refuse.message, { hint: refuse.hint })
  }
  const rows = await session.query<Row & Record<string, unknown>>(
    `SELECT ${name} AS name, ${stamp} AS stamp, ${more} AS more FROM ${table} WHERE ${where} ORDER BY ${order}`,
  )
  const found = fold ? fold(rows) : rows.map(rowOf)
  return { rows: found, ...(upTo && { upTo }) }
}

function rowOf({ name, stamp }: Pick<Row, 'name' | 'stamp'>): AdoptedRow {
  const digits = /^[\d-]*\d/.exec(stamp ?? name)?.[0].replaceAll('-', '')
  return digits === undefined ? { name } : { name, stamp: withoutZeros(digits) }
}

/** A number without its leading zeros. Pure. */
export function withoutZeros(digits: string): string {
  return digits.replace(/^0+(?=\d)/, '')
}

function byUuid(row: Row): Row {
  return { ...row, name: canonicalUuid(row.name) ?? row.name }
}

/** The last row about a migration counts. */
function toggled(rows: readonly Row[], isApplied: (more: string | null) => boolean): AdoptedRow[] {
  const newest = new Map(rows.map((row) => [row.name, row]))
  return [...newest.values()].filter(({ more }) => isApplied(more)).map(rowOf)
}

function foldFlyway(rows: readonly Row[]): AdoptedRow[] {
  const applied = new Map<string, AdoptedRow>()
  for (const row of rows) {
    const { name, stamp, more } = row
    if (stamp !== null && more?.startsWith('UNDO')) applied.delete(stamp)
    else applied.set(stamp ?? name, stamp === null ? { name } : dotted(name, stamp))
  }
  return [...applied.values()]
}

function dotted(name: string, version: string): AdoptedRow {
  return /^\d+$/.test(version) ? { name, stamp: withoutZeros(version) } : { name }
}

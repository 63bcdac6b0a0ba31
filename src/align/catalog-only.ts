import type { Pool } from 'pg'
import { underCatalogPath } from '../catalog/properties/catalog-path'
import { factsOf, keyOf, tablePlace } from '../catalog/facts'
import type { Catalog } from '../catalog/catalog'
import { shown } from '../catalog/object-names'
import { eq, ge, ne } from '../database/sql/operators'
import type { NamePair } from './name-pairs'
import { isIndex } from './apply-renames'

/** What renames were seen to do. */
export interface RenameTrace {
  /** Empty: no file is another one, and nothing is locked that need not be. A sentence each. */
  failures: readonly string[]
  /** Tables and sequences that nobody else can use while the renames run. */
  locked: readonly string[]
}

/** Runs statements in one transaction, and looks what they lock and which files they leave. */
export async function traceRenames(
  pool: Pool,
  statements: readonly string[],
  mayLock: ReadonlySet<string>,
): Promise<RenameTrace> {
  const before = await filesOf(pool)
  const locked = await runLooking(pool, statements)
  const after = await filesOf(pool)
  const moved = [...before].filter(([oid, { file }]) => after.get(oid)?.file !== file)
  const stronger = locked.filter((name) => !mayLock.has(name))
  return {
    failures: [
      ...moved.map(([, { name }]) => `${name} is written again.`),
      ...stronger.map((name) => `${name} is locked, though no constraint of it is renamed.`),
    ],
    locked: locked.filter((name) => mayLock.has(name)),
  }
}

/**
 * What cannot be renamed under a weaker lock than ACCESS EXCLUSIVE: a table, by a constraint of it that has
 * no index, with the tables below it; and a sequence.
 */
export function unavoidableLocks({ facts }: Catalog, pairs: readonly NamePair[]): Set<string> {
  const tables = new Map(factsOf(facts, 'table').map((fact) => [keyOf(fact.id), fact]))
  const named = pairs.flatMap(({ object, to }) => {
    const { what, schema, table, name } = object
    if (what === 'sequence') return [shown({ schema, name }), shown({ schema, name: to })]
    return what !== 'constraint' || isIndex(object) ? [] : [shown({ schema, name: table! })]
  })
  const found = new Set(named)
  for (let size = -1; size !== found.size;) {
    size = found.size
    for (const { id, ...fact } of tables.values()) {
      const { parent } = tablePlace({ id, ...fact })
      if (parent && found.has(shown(parent))) found.add(shown(id))
    }
  }
  return found
}

interface RelationFile {
  oid: string
  name: string
  file: string | null
}

async function filesOf(pool: Pool): Promise<Map<string, RelationFile>> {
  const rows = await underCatalogPath(
    pool,
    async (client) =>
      (
        await client.query<RelationFile>(
          `SELECT oid::text, oid::regclass::text AS name, pg_relation_filenode(oid)::text AS file
           FROM pg_class WHERE oid >= 16384`,
        )
      ).rows,
  )
  return new Map(rows.map((row) => [row.oid, row]))
}

const weak = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
] as const

/** Relations that were there before and that are locked so that a reader or a writer waits. */
const strongLocks = `SELECT DISTINCT n.nspname AS schema, c.relname AS name
  FROM pg_catalog.pg_locks AS l
  JOIN pg_catalog.pg_class AS c ON c.oid ${eq} l.relation
  JOIN pg_catalog.pg_namespace AS n ON n.oid ${eq} c.relnamespace
  WHERE l.pid ${eq} pg_catalog.pg_backend_pid() AND l.locktype ${eq} 'relation' AND l.granted
    AND c.oid ${ge} 16384::pg_catalog.oid
    AND l.mode ${ne} ALL (ARRAY[${weak.map((mode) => `'${mode}'`).join(', ')}]::pg_catalog.text[])`

/** @returns names of what is locked strongly before the end, in one order */
async function runLooking(pool: Pool, statements: readonly string[]): Promise<string[]> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    for (const sql of statements) await client.query(sql)
    const { rows } = await client.query<{ schema: string; name: string }>(strongLocks)
    await client.query('COMMIT')
    return rows.map(shown).toSorted()
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
}

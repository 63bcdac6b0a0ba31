import { eq, field, ne } from '../../database/sql/operators'
import { quoteIdentifier } from '../../database/sql/quote'
import type { Session } from '../../database/postgres/session'
import { nameOf, type IndexStatement } from './parse-tree'

/** An index of a table, as far as telling it from another needs. */
export interface FoundIndex {
  schema: string
  name: string
  valid: boolean
  /** False: it belongs to a partitioned table's, a partition's or a constraint's. */
  plain: boolean
  /** Another backend builds an index on its table right now. */
  building: boolean
  /** All that makes it what it is but its names, as PostgreSQL has it. */
  definition: string
}

/** `indnullsnotdistinct` is of PostgreSQL 15 and later, so it is asked of the row as a whole. */
const definition = `pg_catalog.jsonb_build_object(
    'method', m.amname, 'unique', i.indisunique, 'keys', i.indnkeyatts,
    'classes', i.indclass::pg_catalog.text, 'collations', i.indcollation::pg_catalog.text, 'options', i.indoption::pg_catalog.text,
    'nulls', pg_catalog.to_jsonb(i) ${field} 'indnullsnotdistinct',
    'predicate', pg_catalog.pg_get_expr(i.indpred, i.indrelid), 'storage', c.reloptions,
    'columns', ARRAY(SELECT pg_catalog.pg_get_indexdef(i.indexrelid, k, false)
                       FROM pg_catalog.generate_series(1, i.indnatts) AS k ORDER BY k),
    'classOptions', ARRAY(SELECT a.attoptions::pg_catalog.text FROM pg_catalog.pg_attribute a
                           WHERE a.attrelid ${eq} i.indexrelid ORDER BY a.attnum))::pg_catalog.text AS definition`

const from = `pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid ${eq} i.indexrelid
    JOIN pg_catalog.pg_namespace n ON n.oid ${eq} c.relnamespace JOIN pg_catalog.pg_am m ON m.oid ${eq} c.relam`

/** A condition on `i` of pg_index: another backend builds an index on its table right now. */
export const isBuilding = `EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p JOIN pg_catalog.pg_locks l ON l.pid ${eq} p.pid
                     WHERE l.relation ${eq} i.indrelid AND l.mode ${eq} 'ShareUpdateExclusiveLock' AND l.granted
                       AND p.datname ${eq} pg_catalog.current_database() AND p.pid ${ne} pg_catalog.pg_backend_pid())`

/** Every index of a table; none where there is no such table. Reads only. */
export function indexesOf(session: Session, table: string): Promise<FoundIndex[]> {
  return session.query<FoundIndex & Record<string, unknown>>(
    `SELECT n.nspname AS schema, c.relname AS name, i.indisvalid AS valid, ${definition},
            c.relkind ${eq} 'i' AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE inhrelid ${eq} c.oid)
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conindid ${eq} c.oid) AS plain,
            ${isBuilding} AS building
       FROM ${from} WHERE i.indrelid ${eq} pg_catalog.to_regclass($1) ORDER BY c.oid`,
    [table],
  )
}

/** What a CREATE INDEX statement would make of an empty copy of its table. */
export interface ExpectedIndex {
  definition: string
  /** The name that PostgreSQL gives it where the statement names none. */
  ownName: string
}

/**
 * Lets PostgreSQL itself say what a CREATE INDEX means: builds it on an empty temporary copy of the
 * table, in a transaction that is rolled back. Undefined where it cannot be known so: without the right
 * to make temporary tables, inside a caller's transaction, or when the statement is wrong.
 */
export async function expectedIndex(
  session: Session,
  statement: string,
  { relation, unique }: IndexStatement,
): Promise<ExpectedIndex | undefined> {
  const tail = tailAfterTable(statement, relation.location)
  if (tail === undefined || session.status !== 'I') return undefined
  const copy = `pg_temp.${quoteIdentifier(relation.relname)}`
  const texts = [
    'BEGIN READ WRITE',
    `CREATE TEMPORARY TABLE ${copy} (LIKE ${nameOf(relation)})`,
    `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ON ${copy} ${tail}`,
  ]
  try {
    for (const text of texts) if ((await session.send(text)).error) return undefined
    const [row] = await session.query<{ name: string; definition: string }>(
      `SELECT c.relname AS name, ${definition} FROM ${from} WHERE i.indrelid ${eq} pg_catalog.to_regclass($1)`,
      [copy],
    )
    return row && { definition: row.definition, ownName: row.name }
  } finally {
    await session.send('ROLLBACK')
  }
}

const name = String.raw`(?:U&)?"(?:[^"]|"")*"|[\w$\u0080-\u{10ffff}]+`
const path = new RegExp(`^(?:${name})(?:\\s*\\.\\s*(?:${name}))*\\s*\\*?`, 'iu')

/** What follows the table's name: `USING btree (x) WHERE …`. */
function tailAfterTable(statement: string, location = 0): string | undefined {
  const after = Buffer.from(statement).subarray(location).toString('utf8')
  const found = path.exec(after)?.[0]
  return found === undefined || location === 0 ? undefined : after.slice(found.length)
}

/** True for a name that PostgreSQL may have chosen: its own, or that with a number where it was taken. */
export function isOwnName(name: string, own: string): boolean {
  const stem = (text: string) => text.replace(/_idx\d*$/, '')
  if (!/_idx\d*$/.test(name)) return false
  // near 63 bytes a number shortens what comes before it
  const long = Buffer.byteLength(own) > 60
  return stem(name) === stem(own) || (long && name.slice(0, 20) === own.slice(0, 20))
}

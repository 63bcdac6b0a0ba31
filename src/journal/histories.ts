import type { QueryResultRow } from 'pg'
import { quoteIdentifier, quoteLiteral } from '../database/sql/quote'
import type { Session } from '../database/postgres/session'
import { lookFor, recognise, type FoundTable, type KnownHistory } from './model/other-tools'

/** Another tool's record of what it has done in this database. */
export interface OtherHistory {
  tool: string
  schema: string
  table: string
  /** How many migrations it names; null where the role may not read it. */
  rows: number | null
}

interface Candidate extends FoundTable, QueryResultRow {
  readable: boolean
}

interface Recognised {
  found: Candidate
  history: KnownHistory
}

/**
 * Finds the tables in which other tools say what they have done in this database, in every schema. One
 * that is empty says that nothing was done and is left out; one that the role may not read is not.
 * Reads only.
 *
 * @param typeormNames what the settings or the DataSource call TypeORM's table.
 */
export async function readHistories(
  session: Session,
  typeormNames: readonly string[],
): Promise<OtherHistory[]> {
  const candidates = await session.query<Candidate>(candidatesQuery(typeormNames))
  const recognised = candidates.flatMap((found) => {
    const history = recognise(found, typeormNames)
    return history && (found.readable || !history.byRows) ? [{ found, history }] : []
  })
  const counts = await countRows(session, recognised)
  return recognised.flatMap(({ found, history }) => {
    const rows = counts.get(found) ?? null
    const { schema, table } = found
    return rows === 0 ? [] : [{ tool: history.tool, schema, table, rows }]
  })
}

/** `public.migrations` is TypeORM's history … in words. Pure. */
export function describeHistory({ tool, schema, table, rows }: OtherHistory): string {
  const name = `${quoteIdentifier(schema, table)}, the history of ${tool}`
  if (rows === null) return `${name}, which this role may not read`
  if (rows > most) return `${name}, with more than ${most} rows`
  return `${name}, with ${rows === 1 ? '1 row' : `${rows} rows`}`
}

/** Rows are counted up to here. */
const most = 100_000

const array = (names: readonly string[]): string =>
  `ARRAY[${names.map((name) => quoteLiteral(name)).join(', ')}]::pg_catalog.name[]`

/** A type that is not built in is shown as none, since its operators could be anybody's. */
const candidatesQuery = (typeormNames: readonly string[]): string => `
SELECT n.nspname AS schema, c.relname AS table,
       (SELECT pg_catalog.array_agg(pg_catalog.concat(a.attname, ' ',
                 CASE WHEN t.typnamespace OPERATOR(pg_catalog.=) 'pg_catalog'::pg_catalog.regnamespace
                      THEN t.typcategory ELSE '-' END))
          FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
         WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0
           AND NOT a.attisdropped) AS columns,
       pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
         AND NOT pg_catalog.row_security_active(c.oid) AS readable
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
 WHERE c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p']::pg_catalog."char"[])
   AND c.relpersistence OPERATOR(pg_catalog.<>) 't'
   AND n.nspname OPERATOR(pg_catalog.<>) ALL (${array(['pg_catalog', 'information_schema', 'pg_toast'])})
   AND (c.relname OPERATOR(pg_catalog.=) ANY (${array([...lookFor.names, ...typeormNames])})
        OR (c.relnatts OPERATOR(pg_catalog.<=) 40
            AND EXISTS (SELECT FROM pg_catalog.pg_attribute s WHERE s.attrelid OPERATOR(pg_catalog.=) c.oid
                         AND s.attnum OPERATOR(pg_catalog.>) 0 AND NOT s.attisdropped
                         AND s.attname OPERATOR(pg_catalog.=) ANY (${array(lookFor.columns)}))))
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                      AND d.objid OPERATOR(pg_catalog.=) c.oid AND d.deptype OPERATOR(pg_catalog.=) 'e')
 ORDER BY n.nspname, c.relname`

async function countRows(
  session: Session,
  recognised: readonly Recognised[],
): Promise<Map<Candidate, number>> {
  const readable = recognised.filter(({ found }) => found.readable)
  if (readable.length === 0) return new Map()
  const texts = readable.map(({ found: { schema, table }, history: { applied = 'true' } }) => {
    const rows = `SELECT FROM ${quoteIdentifier(schema, table)} WHERE ${applied} LIMIT ${most + 1}`
    return `(SELECT pg_catalog.count(*) FROM (${rows}) AS counted)::pg_catalog.int4`
  })
  const [row] = await session.query<{ counts: number[] }>(
    `SELECT ARRAY[${texts.join(', ')}] AS counts`,
  )
  return new Map(readable.map(({ found }, index) => [found, row?.counts[index] ?? 0]))
}

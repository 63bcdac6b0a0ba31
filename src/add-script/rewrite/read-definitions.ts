import type { Pool } from 'pg'
import type { Qualified } from '../../catalog/object-names'
import { whileDone } from '../../change/trial/undone'

/** Another name that a column gets while definitions are read. */
export interface Renamed {
  schema: string
  table: string
  name: string
  to: string
}

/** An index, with the names that columns had while it was read. */
export interface ReadIndex extends Qualified {
  table: string
  unique: boolean
  /** The table, the columns and all that follows them. */
  on: string
  columns: readonly string[]
  rule: 'UNIQUE' | 'PRIMARY KEY' | null
  checked: string
  comment: string | null
  ruleComment: string | null
}

/** A check, likewise. */
export interface ReadCheck extends Qualified {
  table: string
  definition: string
  columns: readonly string[]
  validated: boolean
  comment: string | null
}

/** The indexes and checks of some tables. */
export interface Definitions {
  indexes: readonly ReadIndex[]
  checks: readonly ReadCheck[]
}

/** Names are those of the catalog: the search path holds nothing else. */
const tables = `tables AS (
  SELECT r.oid, n.nspname, r.relname
  FROM unnest($1::text[], $2::text[]) AS x (schema, name)
  JOIN pg_namespace n ON n.nspname = x.schema
  JOIN pg_class r ON r.relnamespace = n.oid AND r.relname = x.name)`

const indexes = `WITH ${tables}
SELECT t.nspname::text AS schema, t.relname::text AS "table", i.relname::text AS name, x.indisunique AS "unique",
  split_part(pg_get_indexdef(i.oid), concat('INDEX ', quote_ident(i.relname), ' ON '), 2) AS "on",
  ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum > 0 AND (
    a.attnum = ANY (x.indkey) OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
      AND d.objid = i.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid AND d.refobjsubid = a.attnum))) AS columns,
  CASE WHEN k.contype = 'p' THEN 'PRIMARY KEY' WHEN k.contype = 'u' THEN 'UNIQUE' END AS rule,
  concat(CASE WHEN k.condeferrable THEN ' DEFERRABLE' END, CASE WHEN k.condeferred THEN ' INITIALLY DEFERRED' END) AS checked,
  obj_description(i.oid, 'pg_class') AS comment, obj_description(k.oid, 'pg_constraint') AS "ruleComment"
FROM tables t JOIN pg_index x ON x.indrelid = t.oid JOIN pg_class i ON i.oid = x.indexrelid
LEFT JOIN pg_constraint k ON k.conindid = i.oid AND k.conrelid = t.oid AND k.contype IN ('p', 'u')
ORDER BY i.oid`

const checks = `WITH ${tables}
SELECT t.nspname::text AS schema, t.relname::text AS "table", k.conname::text AS name,
  regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '') AS definition, k.convalidated AS validated,
  ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = ANY (k.conkey)) AS columns,
  obj_description(k.oid, 'pg_constraint') AS comment
FROM tables t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'c'
ORDER BY k.oid`

/**
 * Reads indexes and checks as they would be if columns had other names: renamed in a transaction that is
 * rolled back, so that PostgreSQL itself writes the definitions.
 */
export async function readDefinitions(
  pool: Pool,
  of: readonly Qualified[],
  renamed: readonly Renamed[] = [],
): Promise<Definitions> {
  const operations = renamed.map((one) => {
    const part = { kind: 'rename part', part: 'COLUMN', of: 'TABLE' } as const
    return { ...part, ...one }
  })
  return whileDone(pool, operations, async (client) => {
    await client.query('SET LOCAL search_path TO pg_catalog, pg_temp')
    const names = [of.map(({ schema }) => schema), of.map(({ name }) => name)]
    const found = await client.query<ReadIndex>(indexes, names)
    return { indexes: found.rows, checks: (await client.query<ReadCheck>(checks, names)).rows }
  })
}

import type { Pool } from 'pg'
import { underCatalogPath } from '../../catalog/properties/catalog-path'
import type { ColumnId } from '../../catalog/facts'
import type { Qualified } from '../../catalog/object-names'
import type { ForeignKeyParts } from '../../change/model/twin-operation'
import { whileDone } from '../../change/trial/undone'

/** What the catalog knows of a column that may get a twin. */
export interface ReadColumn {
  comment: string | null
  statistics: number | null
  options: readonly string[] | null
  identity: 'ALWAYS' | 'BY DEFAULT' | null
  sequences: readonly ReadSequence[]
  /** What rules out a second column, as the end of a sentence. */
  obstacles: readonly string[]
  /** Names of the row triggers of its table that come before a row is written. */
  triggers: readonly string[]
}

/** A sequence that belongs to a column. */
export interface ReadSequence extends Qualified {
  isIdentity: boolean
  increment: string
  /** Null: as far as the column's type goes. */
  min: string | null
  max: string | null
  start: string
  cache: string
  cycle: boolean
}

/** A foreign key with the tables that it is about. */
export interface ReadKey extends Qualified {
  table: string
  parts: ForeignKeyParts
  validated: boolean
  comment: string | null
}

/** Names are those of the catalog: the search path holds nothing else. */
const columns = `WITH found AS (
  SELECT x.at, r.oid AS rel, a.attnum AS num, r AS class, a AS attr, t AS type
  FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS x (schema, "table", name, at)
  JOIN pg_namespace n ON n.nspname = x.schema
  JOIN pg_class r ON r.relnamespace = n.oid AND r.relname = x."table"
  JOIN pg_attribute a ON a.attrelid = r.oid AND a.attname = x.name
  JOIN pg_type t ON t.oid = a.atttypid)
SELECT col_description(rel, num) AS comment, nullif((attr).attstattarget, -1) AS statistics, (attr).attoptions AS options,
  CASE (attr).attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END AS identity,
  (SELECT coalesce(json_agg(json_build_object('schema', n.nspname, 'name', s.relname, 'isIdentity', d.deptype = 'i',
      'increment', q.seqincrement::text, 'start', q.seqstart::text, 'cache', q.seqcache::text, 'cycle', q.seqcycle,
      'min', CASE WHEN q.seqmin <> CASE WHEN q.seqincrement > 0 THEN 1 ELSE l.least END THEN q.seqmin::text END,
      'max', CASE WHEN q.seqmax <> CASE WHEN q.seqincrement > 0 THEN l.greatest ELSE -1 END THEN q.seqmax::text END)), '[]')
    FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    JOIN pg_namespace n ON n.oid = s.relnamespace JOIN pg_sequence q ON q.seqrelid = s.oid,
    LATERAL (SELECT CASE q.seqtypid::regtype::text WHEN 'smallint' THEN -32768 WHEN 'integer' THEN -2147483648 ELSE -9223372036854775808 END AS least,
      CASE q.seqtypid::regtype::text WHEN 'smallint' THEN 32767 WHEN 'integer' THEN 2147483647 ELSE 9223372036854775807 END AS greatest) AS l
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = rel
      AND d.refobjsubid = num AND d.deptype IN ('a', 'i')) AS sequences,
  ARRAY(
    SELECT format('%s uses it', pg_describe_object(d.classid, d.objid, d.objsubid)) FROM pg_depend d
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = rel AND d.refobjsubid = num
      AND NOT (d.classid = 'pg_class'::regclass AND d.objsubid = 0
        AND EXISTS (SELECT FROM pg_class o WHERE o.oid = d.objid AND o.relkind IN ('i', 'S')))
      AND NOT (d.classid = 'pg_constraint'::regclass AND EXISTS (SELECT FROM pg_constraint k WHERE k.oid = d.objid
        AND k.contype IN ('c', 'f', 'p', 'u', 'n') AND coalesce(to_jsonb(k) ->> 'conenforced', 'true') = 'true'
        AND coalesce(to_jsonb(k) ->> 'conperiod', 'false') = 'false'))
      AND NOT (d.classid = 'pg_attrdef'::regclass
        AND EXISTS (SELECT FROM pg_attrdef f WHERE f.oid = d.objid AND f.adrelid = rel AND f.adnum = num))
    UNION ALL SELECT 'its table is partitioned, or a partition' WHERE (class).relkind <> 'r' OR (class).relispartition
    UNION ALL SELECT 'its table is one of a type' WHERE (class).reloftype <> 0
    UNION ALL SELECT 'its table inherits, or is inherited from' WHERE NOT (class).relispartition
      AND EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = rel OR h.inhparent = rel)
    UNION ALL SELECT format('its table is clustered, or known to replicas, by %s', x.indexrelid::regclass) FROM pg_index x
      WHERE x.indrelid = rel AND num = ANY (x.indkey) AND (x.indisclustered OR x.indisreplident)
    UNION ALL SELECT 'a foreign key connects it with a partitioned table' WHERE EXISTS (
      SELECT FROM pg_constraint k JOIN pg_class o ON o.oid IN (k.conrelid, k.confrelid) AND o.oid <> rel
      WHERE k.contype = 'f' AND (o.relkind = 'p' OR o.relispartition)
        AND (k.conrelid = rel AND num = ANY (k.conkey) OR k.confrelid = rel AND num = ANY (k.confkey)))
    UNION ALL SELECT 'it has privileges of its own' WHERE (attr).attacl IS NOT NULL
    UNION ALL SELECT 'its type is a domain' WHERE (type).typtype = 'd'
    UNION ALL SELECT 'it is stored in a way of its own'
      WHERE (attr).attstorage <> (type).typstorage OR (attr).attcompression <> ''
    UNION ALL SELECT format('privileges or a comment are on %s', s.oid::regclass)
      FROM pg_depend d JOIN pg_class s ON s.oid = d.objid
      WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = rel AND d.refobjsubid = num
        AND d.deptype = 'i' AND s.relkind = 'S' AND (s.relacl IS NOT NULL OR obj_description(s.oid, 'pg_class') IS NOT NULL)
  ) AS obstacles,
  ARRAY(SELECT g.tgname::text FROM pg_trigger g WHERE g.tgrelid = rel AND NOT g.tgisinternal AND (g.tgtype & 3) = 3) AS triggers
FROM found ORDER BY at`

const keys = `WITH tables AS (
  SELECT r.oid FROM unnest($1::text[], $2::text[]) AS x (schema, name)
  JOIN pg_namespace n ON n.nspname = x.schema JOIN pg_class r ON r.relnamespace = n.oid AND r.relname = x.name)
SELECT n.nspname::text AS schema, r.relname::text AS "table", k.conname::text AS name, k.convalidated AS validated,
  obj_description(k.oid, 'pg_constraint') AS comment,
  json_build_object(
    'columns', ARRAY(SELECT a.attname FROM unnest(k.conkey) WITH ORDINALITY AS o (num, at)
      JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = o.num ORDER BY o.at),
    'table', json_build_object('schema', fn.nspname, 'name', f.relname),
    'referred', ARRAY(SELECT a.attname FROM unnest(k.confkey) WITH ORDINALITY AS o (num, at)
      JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = o.num ORDER BY o.at),
    'rest', concat(CASE k.confmatchtype WHEN 'f' THEN ' MATCH FULL' END,
      ' ON UPDATE ' || (actions.named ->> k.confupdtype::text), ' ON DELETE ' || (actions.named ->> k.confdeltype::text)),
    'setColumns', ARRAY(SELECT a.attname FROM jsonb_array_elements_text(
        CASE jsonb_typeof(to_jsonb(k) -> 'confdelsetcols') WHEN 'array' THEN to_jsonb(k) -> 'confdelsetcols' ELSE '[]' END) WITH ORDINALITY AS o (num, at)
      JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = o.num::int ORDER BY o.at),
    'checked', concat(CASE WHEN k.condeferrable THEN ' DEFERRABLE' END, CASE WHEN k.condeferred THEN ' INITIALLY DEFERRED' END)
  ) AS parts
FROM pg_constraint k JOIN pg_class r ON r.oid = k.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace
JOIN pg_class f ON f.oid = k.confrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace,
LATERAL (SELECT '{"r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}'::jsonb AS named) AS actions
WHERE k.contype = 'f' AND (k.conrelid IN (SELECT oid FROM tables) OR k.confrelid IN (SELECT oid FROM tables))
ORDER BY k.oid`

/** What is to be known of these columns, in their order. */
export async function readColumns(pool: Pool, ids: readonly ColumnId[]): Promise<ReadColumn[]> {
  const values = [
    ids.map((id) => id.schema),
    ids.map((id) => id.table),
    ids.map(({ name }) => name),
  ]
  return underCatalogPath(pool, async (client) => {
    const { rows } = await client.query<ReadColumn>(columns, values)
    return rows
  })
}

/** The foreign keys from and to these tables. */
export async function readKeys(pool: Pool, of: readonly Qualified[]): Promise<ReadKey[]> {
  const names = [of.map(({ schema }) => schema), of.map(({ name }) => name)]
  return underCatalogPath(pool, async (client) => (await client.query<ReadKey>(keys, names)).rows)
}

/** Which of these functions may give another value each time that they are called. */
export async function readVolatile(pool: Pool, names: readonly string[]): Promise<string[]> {
  return underCatalogPath(pool, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT DISTINCT proname::text AS name FROM pg_proc WHERE provolatile = 'v' AND proname = ANY ($1)`,
      [names],
    )
    return rows.map(({ name }) => name)
  })
}

/** Why a table cannot have a column of this type and this default yet; undefined: it can. */
export async function whyNotAddable(
  pool: Pool,
  column: ColumnId,
  type: string,
  value: string | undefined,
): Promise<string | undefined> {
  const operations = [
    { kind: 'add empty column', column, type } as const,
    ...(value === undefined
      ? []
      : [{ kind: 'alter column', column, part: 'default', value } as const]),
  ]
  try {
    await whileDone(pool, operations, () => Promise.resolve())
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

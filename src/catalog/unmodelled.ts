import type { Pool } from 'pg'
import { underCatalogPath } from './catalog-path'
import { type Setting, smallSetting, smallSettings, type SmallRow } from './unmodelled-settings'

/** What pg-delta does not read. */
export interface Details {
  /** Column storage, compression, statistics, clusters, comments and the like: ours to compare. */
  settings: readonly Setting[]
  /** `schema.view` → its columns with their types, in order. */
  viewColumns: ReadonlyMap<string, readonly string[]>
  /** `schema.table.column` of virtual generated columns. */
  virtual: ReadonlySet<string>
  /** Something belongs to another role than the one that made this database. */
  ownedByOthers: boolean
  /** The comment that each extension brings. */
  extensionComments: ReadonlyMap<string, string>
  /** Casts, operators, text search and the like, with what they are made of: compared, never written. */
  unwritten: ReadonlyMap<string, string>
}

const inSchema = `n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`

/** Of relation `c`; the first oid that is not the server's own is 16384, which spares the planner the rest. */
const ours = `c.oid >= 16384 AND ${inSchema}`

const columnSettings = `
SELECT n.nspname AS schema, c.relname AS table, a.attname AS name, what, value,
       format('%I.%I', n.nspname, c.relname) AS relation, format('%I', a.attname) AS column, reset
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
CROSS JOIN LATERAL (VALUES
  ('STORAGE', CASE WHEN a.attstorage <> t.typstorage THEN storage(a.attstorage) END, storage(t.typstorage)),
  ('STATISTICS', CASE WHEN a.attstattarget >= 0 THEN a.attstattarget::text END, '-1'),
  ('COMPRESSION', CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END, 'DEFAULT')
) AS one (what, value, reset)
WHERE a.attnum > 0 AND NOT a.attisdropped AND value IS NOT NULL AND ${ours}
ORDER BY 1, 2, 3, 4`.replaceAll(
  /storage\((\S+?)\)/g,
  "CASE $1 WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END",
)

const statistics = `
SELECT n.nspname AS schema, c.relname AS table, format('%I.%I', sn.nspname, s.stxname) AS name,
       pg_catalog.pg_get_statisticsobjdef(s.oid) AS definition
FROM pg_catalog.pg_statistic_ext s
JOIN pg_catalog.pg_namespace sn ON sn.oid = s.stxnamespace
JOIN pg_catalog.pg_class c ON c.oid = s.stxrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE ${ours}
ORDER BY 1, 2, 3`

const viewColumns = `
SELECT n.nspname || '.' || c.relname AS view,
       array_agg(format('%I %s %s', a.attname, format_type(a.atttypid, a.atttypmod), a.attcollation)
                 ORDER BY a.attnum) AS columns
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind = 'v'
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE a.attnum > 0 AND ${ours}
GROUP BY 1`

const isOfOther = (
  oid: string,
  owner: string,
) => `${oid} >= 16384 AND ${owner} <> current_user::regrole
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = ${oid} AND d.deptype = 'e')`

const owners = `
SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
               WHERE ${isOfOther('c.oid', 'c.relowner')} AND ${inSchema})
    OR EXISTS (SELECT FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
               WHERE ${isOfOther('p.oid', 'p.proowner')} AND ${inSchema}) AS others`

const virtualColumns = `
SELECT n.nspname || '.' || c.relname || '.' || a.attname AS name
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE a.attgenerated = 'v' AND NOT a.attisdropped AND ${ours}`

/** The control files are read for what is installed only, and not at all where that is nothing. */
const extensionComments = `
SELECT e.extname AS name, (SELECT a.comment FROM pg_catalog.pg_available_extensions() a
                           WHERE a.name = e.extname) AS comment
FROM pg_catalog.pg_extension e
WHERE e.oid >= 16384`

/** Only what a person made: 16384 is the first oid that is not the server's own. */
const unwritten = `
SELECT format('%s %s', i.type, i.identity) AS name, definition
FROM (
  SELECT 'pg_catalog.pg_cast'::regclass AS class, oid,
         concat_ws(' ', castfunc::regprocedure, castcontext, castmethod) AS definition FROM pg_catalog.pg_cast
  UNION ALL SELECT 'pg_catalog.pg_operator'::regclass, oid,
         concat_ws(' ', oprcode, oprrest, oprjoin, oprcanmerge, oprcanhash, oprcom::regoperator, oprnegate::regoperator)
         FROM pg_catalog.pg_operator WHERE oprcode <> 0
  UNION ALL SELECT 'pg_catalog.pg_opclass'::regclass, oid, concat_ws(' ', opcintype::regtype, opcdefault)
         FROM pg_catalog.pg_opclass
  UNION ALL SELECT 'pg_catalog.pg_opfamily'::regclass, oid, '' FROM pg_catalog.pg_opfamily
  UNION ALL SELECT 'pg_catalog.pg_conversion'::regclass, oid, conproc::text FROM pg_catalog.pg_conversion
  UNION ALL SELECT 'pg_catalog.pg_language'::regclass, oid, '' FROM pg_catalog.pg_language
  UNION ALL SELECT 'pg_catalog.pg_transform'::regclass, oid, concat_ws(' ', trffromsql, trftosql) FROM pg_catalog.pg_transform
  UNION ALL SELECT 'pg_catalog.pg_ts_config'::regclass, c.oid, (
         SELECT string_agg(concat_ws(' ', m.maptokentype, m.mapseqno, m.mapdict::regdictionary), ', '
                           ORDER BY m.maptokentype, m.mapseqno)
         FROM pg_catalog.pg_ts_config_map m WHERE m.mapcfg = c.oid) FROM pg_catalog.pg_ts_config c
  UNION ALL SELECT 'pg_catalog.pg_ts_dict'::regclass, oid, dictinitoption FROM pg_catalog.pg_ts_dict
  UNION ALL SELECT 'pg_catalog.pg_ts_parser'::regclass, oid, '' FROM pg_catalog.pg_ts_parser
  UNION ALL SELECT 'pg_catalog.pg_ts_template'::regclass, oid, '' FROM pg_catalog.pg_ts_template
) AS one
CROSS JOIN LATERAL pg_catalog.pg_identify_object(one.class, one.oid, 0) AS i
WHERE one.oid >= 16384 AND NOT EXISTS (
  SELECT FROM pg_catalog.pg_depend d
  WHERE d.classid = one.class AND d.objid = one.oid AND d.deptype IN ('e', 'i'))
ORDER BY 1`

/** Reads what pg-delta does not. */
export async function readDetails(pool: Pool): Promise<Details> {
  return underCatalogPath(pool, async (client) => {
    const columns = await client.query<ColumnRow>(columnSettings)
    const extended = await client.query<StatisticsRow>(statistics)
    const small = await client.query<SmallRow>(smallSettings)
    const views = await client.query<{ view: string; columns: string[] }>(viewColumns)
    const owned = await client.query<{ others: boolean }>(owners)
    const virtual = await client.query<{ name: string }>(virtualColumns)
    const extensions = await client.query<{ name: string; comment: string }>(extensionComments)
    const others = await client.query<{ name: string; definition: string | null }>(unwritten)
    return {
      settings: [
        ...columns.rows.map(columnSetting),
        ...extended.rows.map(statisticsSetting),
        ...small.rows.map(smallSetting),
      ],
      viewColumns: new Map(views.rows.map(({ view, columns }) => [view, columns])),
      ownedByOthers: owned.rows[0]?.others ?? false,
      virtual: new Set(virtual.rows.map(({ name }) => name)),
      extensionComments: new Map(extensions.rows.map(({ name, comment }) => [name, comment])),
      unwritten: new Map(others.rows.map(({ name, definition }) => [name, definition ?? ''])),
    }
  })
}

interface ColumnRow {
  schema: string
  table: string
  relation: string
  column: string
  name: string
  what: string
  value: string
  reset: string
}

function columnSetting(row: ColumnRow): Setting {
  const start = `ALTER TABLE ${row.relation} ALTER COLUMN ${row.column} SET ${row.what}`
  return {
    key: `${row.what} ${row.relation}.${row.column}`,
    schema: row.schema,
    table: row.table,
    column: row.name,
    value: row.value,
    set: `${start} ${row.value}`,
    reset: `${start} ${row.reset}`,
  }
}

interface StatisticsRow {
  schema: string
  table: string
  name: string
  definition: string
}

function statisticsSetting({ schema, table, name, definition }: StatisticsRow): Setting {
  const reset = `DROP STATISTICS IF EXISTS ${name}`
  return { key: `statistics ${name}`, schema, table, value: definition, set: definition, reset }
}

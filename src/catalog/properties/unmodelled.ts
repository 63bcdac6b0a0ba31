import type { Pool, PoolClient } from 'pg'
import { underCatalogPath } from './catalog-path'
import { type ChildIndex, childIndexes } from './child-indexes'
import { childSettings } from './child-settings'
import { commentSettings } from './comment-settings'
import { defaultPrivileges } from './default-privileges'
import { grantSettings } from './grant-settings'
import { type OwnedObject, ownedObjects } from './owned-objects'
import { requiredSettings } from './required-rules'
import { byPlace, ours, type Setting, settingOf, type SettingRow } from './setting'
import { tableSettings } from './table-settings'

/** What pg-delta does not read. */
export interface Details {
  /** Column storage, compression, statistics, clusters, comments and the like: typetrek compares them. */
  settings: readonly Setting[]
  /** `schema.view` → its columns with their types, in order. */
  viewColumns: ReadonlyMap<string, readonly string[]>
  /** `schema.table.column` of virtual generated columns. */
  virtual: ReadonlySet<string>
  /** All that has an owner of its own. */
  objects: ReadonlyMap<string, OwnedObject>
  /** `schema.table.column` of columns that only a parent gives. */
  given: ReadonlySet<string>
  /** Indexes of partitions that belong to an index of the parent. */
  childIndexes: readonly ChildIndex[]
  /** The comment that each extension brings. */
  extensionComments: ReadonlyMap<string, string>
  /** Casts, operators, text search and the like, with what they are made of: compared, never written. */
  unwritten: ReadonlyMap<string, string>
}

const viewColumns = `
SELECT n.nspname || '.' || c.relname AS view,
       array_agg(format('%I %s %s', a.attname, format_type(a.atttypid, a.atttypmod), a.attcollation)
                 ORDER BY a.attnum) AS columns
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind = 'v'
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE a.attnum > 0 AND ${ours}
GROUP BY 1`

/** Columns of tables that only a parent gives, for which pg-delta has no facts. */
const givenColumns = `
SELECT array_agg(n.nspname || '.' || c.relname || '.' || a.attname) AS names
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'f')
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped AND NOT a.attislocal AND ${ours}`

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

/** The query for settings, part by part. */
export const settingParts = tableSettings.concat(
  commentSettings,
  childSettings,
  grantSettings,
  defaultPrivileges,
  requiredSettings,
)
const conditions = [...new Set(settingParts.flatMap(({ where }) => where ?? []))]

/** Of most parts a database has nothing, and to plan one takes longer than to run it. */
async function settingsIn(client: PoolClient): Promise<Setting[]> {
  const text = `SELECT ${conditions.join(', ')}`
  const { rows: answers } = await client.query<boolean[]>({ text, rowMode: 'array' })
  const given = new Set(conditions.filter((_, at) => answers[0]?.[at]))
  const asked = settingParts.filter(({ where }) => where === undefined || given.has(where))
  const { rows } = await client.query<SettingRow>(asked.map(({ sql }) => sql).join(' UNION ALL '))
  return rows.map(settingOf).toSorted(byPlace)
}

/** Reads what pg-delta does not. */
export async function readDetails(pool: Pool): Promise<Details> {
  return underCatalogPath(pool, async (client) => {
    const settings = await settingsIn(client)
    const views = await client.query<{ view: string; columns: string[] }>(viewColumns)
    const owned = await client.query<OwnedObject>(ownedObjects)
    const virtual = await client.query<{ name: string }>(virtualColumns)
    const given = await client.query<{ names: string[] | null }>(givenColumns)
    const attached = await client.query<ChildIndex>(childIndexes)
    const extensions = await client.query<{ name: string; comment: string }>(extensionComments)
    const others = await client.query<{ name: string; definition: string | null }>(unwritten)
    return {
      settings,
      viewColumns: new Map(views.rows.map(({ view, columns }) => [view, columns])),
      objects: new Map(owned.rows.map((one) => [one.key, one])),
      virtual: new Set(virtual.rows.map(({ name }) => name)),
      given: new Set(given.rows[0]?.names),
      childIndexes: attached.rows,
      extensionComments: new Map(extensions.rows.map(({ name, comment }) => [name, comment])),
      unwritten: new Map(others.rows.map(({ name, definition }) => [name, definition ?? ''])),
    }
  })
}

import type { Pool, PoolClient } from 'pg'
import { underCatalogPath } from './catalog-path'
import { type ChildIndex, childIndexes } from './child-indexes'
import { childSettings } from './child-settings'
import { commentSettings } from './comment-settings'
import { defaultPrivileges } from './default-privileges'
import { grantSettings } from './grant-settings'
import { type OwnedObject, ownedObjects } from './owned-objects'
import { conversionSettings } from './objects/conversion-settings'
import { leftOutParts } from './objects/left-out-parts'
import { objectSettings } from './objects/object-settings'
import { operatorSettings } from './objects/operator-settings'
import { textSearchSettings } from './objects/text-search-settings'
import { requiredSettings } from './required-rules'
import { byPlace, ours, type Setting, settingOf, type SettingRow } from './setting/setting'
import { tableSettings } from './table-settings'

type Parents = readonly { schema: string; name: string }[]

/** What pg-delta does not read. */
export interface Details {
  /** Column storage, compression, statistics, clusters, comments and the like: typetrek compares them. */
  settings: readonly Setting[]
  /** `schema.view` → its columns with their types, in order. */
  viewColumns: ReadonlyMap<string, readonly string[]>
  /** `schema.table.column` of virtual generated columns. */
  virtual: ReadonlySet<string>
  /** `schema.table` → its parents in their order, where it inherits from several. */
  parents: ReadonlyMap<string, Parents>
  /** `schema.domain` → its default, with every name in it qualified. */
  domainDefaults: ReadonlyMap<string, string>
  /** `collation s.c` and the like → what pg-delta's statements leave out of it. */
  leftOut: ReadonlyMap<string, string>
  /** All that has an owner of its own. */
  objects: ReadonlyMap<string, OwnedObject>
  /** `schema.table.column` of columns that only a parent gives. */
  given: ReadonlySet<string>
  /** Indexes of partitions that belong to an index of the parent. */
  childIndexes: readonly ChildIndex[]
  /** The comment that each extension brings. */
  extensionComments: ReadonlyMap<string, string>
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

/** A query for texts by name, and a condition without which it finds nothing. */
interface RareTexts {
  where: string
  sql: string
}

/** PostgreSQL keeps the text as it was when the domain was made, with the names of the search_path then. */
const domainDefaults: RareTexts = {
  where: `EXISTS (SELECT FROM pg_type WHERE typtype = 'd' AND oid >= 16384)`,
  sql: `SELECT n.nspname || '.' || t.typname, pg_get_expr(t.typdefaultbin, 'pg_type'::regclass)
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'd' AND t.typdefaultbin IS NOT NULL AND t.oid >= 16384`,
}

const severalParents: RareTexts = {
  where: 'EXISTS (SELECT FROM pg_inherits WHERE inhseqno > 1)',
  sql: `SELECT n.nspname || '.' || c.relname,
       json_agg(json_build_object('schema', p.relnamespace::regnamespace::name, 'name', p.relname) ORDER BY h.inhseqno)::text
FROM pg_catalog.pg_inherits h
JOIN pg_catalog.pg_class c ON c.oid = h.inhrelid AND c.relkind IN ('r', 'f') AND NOT c.relispartition
JOIN pg_catalog.pg_class p ON p.oid = h.inhparent
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE ${ours}
GROUP BY 1 HAVING count(*) > 1`,
}

/** What few databases have. */
export const rareTexts = { domainDefaults, severalParents, leftOut: leftOutParts }

/** The control files are read for what is installed only, and not at all where that is nothing. */
const extensionComments = `
SELECT e.extname AS name, (SELECT a.comment FROM pg_catalog.pg_available_extensions() a
                           WHERE a.name = e.extname) AS comment
FROM pg_catalog.pg_extension e
WHERE e.oid >= 16384`

/** The query for settings, part by part. */
export const settingParts = tableSettings.concat(
  commentSettings,
  childSettings,
  grantSettings,
  defaultPrivileges,
  requiredSettings,
  operatorSettings,
  conversionSettings,
  textSearchSettings,
  objectSettings,
)
const conditions = [
  ...new Set([...settingParts, ...Object.values(rareTexts)].flatMap(({ where }) => where ?? [])),
]

/** Of most parts a database has nothing, and to plan one takes longer than to run it. */
async function conditionsIn(client: PoolClient): Promise<Set<string>> {
  const text = `SELECT ${conditions.join(', ')}`
  const { rows: answers } = await client.query<boolean[]>({ text, rowMode: 'array' })
  return new Set(conditions.filter((_, at) => answers[0]?.[at]))
}

async function settingsIn(client: PoolClient, given: ReadonlySet<string>): Promise<Setting[]> {
  const asked = settingParts.filter(({ where }) => where === undefined || given.has(where))
  const { rows } = await client.query<SettingRow>(asked.map(({ sql }) => sql).join(' UNION ALL '))
  return rows.map(settingOf).toSorted(byPlace)
}

/** Texts by name; none without the condition. */
async function textsIn(client: PoolClient, { where, sql }: RareTexts, given: ReadonlySet<string>) {
  if (!given.has(where)) return new Map<string, string>()
  const { rows } = await client.query<[string, string]>({ text: sql, rowMode: 'array' })
  return new Map(rows)
}

/** Reads what pg-delta does not. */
export async function readDetails(pool: Pool): Promise<Details> {
  return underCatalogPath(pool, async (client) => {
    const there = await conditionsIn(client)
    const settings = await settingsIn(client, there)
    const views = await client.query<{ view: string; columns: string[] }>(viewColumns)
    const owned = await client.query<OwnedObject>(ownedObjects)
    const virtual = await client.query<{ name: string }>(virtualColumns)
    const domains = await textsIn(client, rareTexts.domainDefaults, there)
    const parents = await textsIn(client, rareTexts.severalParents, there)
    const leftOut = await textsIn(client, rareTexts.leftOut, there)
    const given = await client.query<{ names: string[] | null }>(givenColumns)
    const attached = await client.query<ChildIndex>(childIndexes)
    const extensions = await client.query<{ name: string; comment: string }>(extensionComments)
    return {
      settings,
      viewColumns: new Map(views.rows.map(({ view, columns }) => [view, columns])),
      objects: new Map(owned.rows.map((one) => [one.key, one])),
      parents: new Map([...parents].map(([name, all]) => [name, JSON.parse(all) as Parents])),
      leftOut,
      domainDefaults: domains,
      virtual: new Set(virtual.rows.map(({ name }) => name)),
      given: new Set(given.rows[0]?.names),
      childIndexes: attached.rows,
      extensionComments: new Map(extensions.rows.map(({ name, comment }) => [name, comment])),
    }
  })
}

import { home, ours, part } from './setting/setting'

const relation = `format('%I.%I', n.nspname, c.relname)`
const kind = `CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END`
/** `ALTER TABLE t`, for whatever kind of relation. */
export const alterRelation = `format('ALTER %s %I.%I', ${kind}, n.nspname, c.relname)`
/** `ALTER TABLE t ALTER COLUMN a`. */
const alterAttribute = `format('%s ALTER COLUMN %I', ${alterRelation}, a.attname)`
/** `schema.table.column`. */
export const attribute = `format('%I.%I.%I', n.nspname, c.relname, a.attname)`
const ofTable = { schema: 'n.nspname', table: 'c.relname' }
const ofColumn = { ...ofTable, column: 'a.attname' }

const clusters = part(
  {
    ...ofTable,
    key: `'CLUSTER ' || ${relation}`,
    set: `format('%s CLUSTER ON %I', ${alterRelation}, o.relname)`,
    reset: `${alterRelation} || ' SET WITHOUT CLUSTER'`,
  },
  `FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class o ON o.oid = i.indexrelid ${home}
   WHERE i.indisclustered AND c.relkind IN ('r', 'm') AND ${ours}`,
  'EXISTS (SELECT FROM pg_index WHERE indisclustered)',
)

const viewDefaults = part(
  {
    ...ofTable,
    key: `'DEFAULT ' || ${attribute}`,
    set: `format('%s SET DEFAULT %s', ${alterAttribute}, pg_get_expr(d.adbin, d.adrelid))`,
    reset: `${alterAttribute} || ' DROP DEFAULT'`,
  },
  `FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid AND c.relkind = 'v'
   JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum ${home} WHERE ${ours}`,
  "EXISTS (SELECT FROM pg_class WHERE oid >= 16384 AND relkind = 'v')",
)

const columnOptions = part(
  {
    ...ofColumn,
    key: `split_part(o.option, '=', 1) || ' ' || ${attribute}`,
    set: `format('%s SET (%s)', ${alterAttribute}, o.option)`,
    reset: `format('%s RESET (%s)', ${alterAttribute}, split_part(o.option, '=', 1))`,
  },
  `FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'm', 'f') ${home}
   CROSS JOIN LATERAL unnest(a.attoptions) AS o (option) WHERE NOT a.attisdropped AND ${ours}`,
  'EXISTS (SELECT FROM pg_attribute WHERE attrelid >= 16384 AND attoptions IS NOT NULL)',
)

const foreignOptions = part(
  {
    ...ofColumn,
    key: `format('OPTION %s %s', o.option_name, ${attribute})`,
    set: `format('%s OPTIONS (ADD %I %L)', ${alterAttribute}, o.option_name, o.option_value)`,
    change: `format('%s OPTIONS (SET %I %L)', ${alterAttribute}, o.option_name, o.option_value)`,
    reset: `format('%s OPTIONS (DROP %I)', ${alterAttribute}, o.option_name)`,
  },
  `FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'f' ${home}
   CROSS JOIN LATERAL pg_options_to_table(a.attfdwoptions) AS o WHERE NOT a.attisdropped AND ${ours}`,
  'EXISTS (SELECT FROM pg_foreign_table)',
)

const storage = (letter: string) =>
  `CASE ${letter} WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END`

const columnProperties = part(
  {
    ...ofColumn,
    key: `p.what || ' ' || ${attribute}`,
    value: 'p.value',
    set: `format('%s SET %s %s', ${alterAttribute}, p.what, p.value)`,
    reset: `format('%s SET %s %s', ${alterAttribute}, p.what, p.usual)`,
  },
  `FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'm', 'f') ${home}
   JOIN pg_type t ON t.oid = a.atttypid
   CROSS JOIN LATERAL (VALUES
     ('STORAGE', CASE WHEN a.attstorage <> t.typstorage THEN ${storage('a.attstorage')} END, ${storage('t.typstorage')}),
     ('STATISTICS', CASE WHEN a.attstattarget >= 0 THEN a.attstattarget::text END, '-1'),
     ('COMPRESSION', CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END, 'DEFAULT')
   ) AS p (what, value, usual)
   WHERE a.attnum > 0 AND NOT a.attisdropped AND p.value IS NOT NULL AND ${ours}`,
)

const statisticsName = `format('%I.%I', s.stxnamespace::regnamespace, s.stxname)`

export const hasStatistics = 'EXISTS (SELECT FROM pg_statistic_ext)'

/** By which the settings of a statistics object name it. */
export const statisticsKey = (name: string) => `'statistics ' || ${name}`

const statistics = part(
  {
    ...ofTable,
    key: statisticsKey(statisticsName),
    set: 'pg_get_statisticsobjdef(s.oid)',
    reset: `'DROP STATISTICS IF EXISTS ' || ${statisticsName}`,
    flags: `'again'`,
  },
  `FROM pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid ${home} WHERE ${ours}`,
  hasStatistics,
)

const statisticsTargets = part(
  {
    ...ofTable,
    key: `format('TARGET %s %s%s', t.what, t.path, t.part)`,
    within: `CASE t.what WHEN 'STATISTICS' THEN ${statisticsKey('t.path')} END`,
    set: `format('ALTER %s %s%s SET STATISTICS %s', t.what, t.path, t.part, t.target)`,
    reset: `format('ALTER %s %s%s SET STATISTICS -1', t.what, t.path, t.part)`,
  },
  `FROM (
     SELECT s.stxrelid AS relation, s.stxstattarget AS target, 'STATISTICS' AS what, ${statisticsName} AS path, '' AS part
     FROM pg_statistic_ext s
     UNION ALL
     SELECT i.indrelid, a.attstattarget, 'INDEX', format('%s.%I', o.relnamespace::regnamespace, o.relname),
            format(' ALTER COLUMN %s', a.attnum)
     FROM pg_index i JOIN pg_class o ON o.oid = i.indexrelid JOIN pg_attribute a ON a.attrelid = o.oid
     WHERE i.indexrelid >= 16384
   ) AS t JOIN pg_class c ON c.oid = t.relation ${home} WHERE t.target >= 0 AND ${ours}`,
  `${hasStatistics} OR EXISTS (SELECT FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0 AND attstattarget >= 0)`,
)

const rowTypes = part(
  {
    ...ofTable,
    key: `'OF ' || ${relation}`,
    set: `format('%s OF %s', ${alterRelation}, c.reloftype::regtype)`,
    reset: `${alterRelation} || ' NOT OF'`,
  },
  `FROM pg_class c ${home} WHERE c.reloftype <> 0 AND ${ours}`,
  'EXISTS (SELECT FROM pg_class WHERE oid >= 16384 AND reloftype <> 0)',
)

/** From PostgreSQL 15 on it can be changed, which writes the table again. */
const accessMethods = part(
  {
    ...ofTable,
    key: `'ACCESS METHOD ' || ${relation}`,
    set: `format('%s SET ACCESS METHOD %I', ${alterRelation}, m.amname)`,
    reset: `${alterRelation} || ' SET ACCESS METHOD heap'`,
  },
  `FROM pg_class c JOIN pg_am m ON m.oid = c.relam ${home} WHERE c.relkind IN ('r', 'p', 'm') AND m.amname <> 'heap' AND ${ours}`,
  "EXISTS (SELECT FROM pg_am WHERE oid >= 16384 AND amtype = 't')",
)

const toastOptions = part(
  {
    ...ofTable,
    key: `format('TOAST OPTION %s %s', split_part(o.option, '=', 1), ${relation})`,
    set: `format('%s SET (toast.%s)', ${alterRelation}, o.option)`,
    reset: `format('%s RESET (toast.%s)', ${alterRelation}, split_part(o.option, '=', 1))`,
  },
  `FROM pg_class c JOIN pg_class x ON x.oid = c.reltoastrelid ${home}
   CROSS JOIN LATERAL unnest(x.reloptions) AS o (option) WHERE ${ours}`,
  "EXISTS (SELECT FROM pg_class WHERE oid >= 16384 AND relkind = 't' AND reloptions IS NOT NULL)",
)

/** Of the index of a key: the rule's definition does not say them. */
const keyOptions = part(
  {
    ...ofTable,
    key: `format('INDEX OPTION %s %s', split_part(o.option, '=', 1), i.indexrelid::regclass)`,
    set: `format('ALTER INDEX %s.%I SET (%s)', x.relnamespace::regnamespace, x.relname, o.option)`,
    reset: `format('ALTER INDEX %s.%I RESET (%s)', x.relnamespace::regnamespace, x.relname, split_part(o.option, '=', 1))`,
  },
  `FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid ${home}
   CROSS JOIN LATERAL unnest(x.reloptions) AS o (option)
   WHERE ${ours} AND EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x') AND k.conparentid = 0)`,
  "EXISTS (SELECT FROM pg_class WHERE oid >= 16384 AND relkind IN ('i', 'I') AND reloptions IS NOT NULL)",
)

const unloggedSequence = `format('ALTER SEQUENCE %I.%I SET ', n.nspname, c.relname)`

/** The sequence of a column is logged as its table is. */
const unloggedSequences = part(
  {
    ...ofTable,
    key: `'UNLOGGED ' || ${relation}`,
    set: `${unloggedSequence} || 'UNLOGGED'`,
    reset: `${unloggedSequence} || 'LOGGED'`,
  },
  `FROM pg_class c ${home} WHERE c.relkind = 'S' AND c.relpersistence = 'u' AND ${ours} AND NOT EXISTS (
     SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i'))`,
  "EXISTS (SELECT FROM pg_class WHERE oid >= 16384 AND relkind = 'S' AND relpersistence = 'u')",
)

/** Of tables, their columns, indexes and statistics. */
export const tableSettings = [
  columnProperties,
  statistics,
  clusters,
  viewDefaults,
  columnOptions,
  foreignOptions,
  statisticsTargets,
  rowTypes,
  accessMethods,
  keyOptions,
  toastOptions,
  unloggedSequences,
]

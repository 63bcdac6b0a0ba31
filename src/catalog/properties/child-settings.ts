import { home, ours, part } from './setting/setting'
import { alterRelation, attribute } from './table-settings'

/** A child's own columns, when it has children too, are not theirs. */
const only = `CASE WHEN c.relhassubclass THEN replace(${alterRelation}, 'TABLE ', 'TABLE ONLY ') ELSE ${alterRelation} END`
const alterOwn = `format('%s ALTER COLUMN %I', ${only}, a.attname)`
const ofColumn = { schema: 'n.nspname', table: 'c.relname', column: 'a.attname' }

/** Columns that a parent gives: pg-delta reads those of the parent. */
const given = `FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'f') ${home}`
const isGiven = `a.attnum > 0 AND NOT a.attisdropped AND NOT a.attislocal AND ${ours}`

const hasChildren = 'EXISTS (SELECT FROM pg_inherits)'

const inParents = (what: string) => `EXISTS (
  SELECT FROM pg_inherits h JOIN pg_attribute p ON p.attrelid = h.inhparent AND p.attname = a.attname
  WHERE h.inhrelid = c.oid AND ${what})`

const ofPrimaryKey = `EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey))`

/** A column that is required in the child and in no parent. */
const required = part(
  {
    ...ofColumn,
    key: `'NOT NULL ' || ${attribute}`,
    set: `${alterOwn} || ' SET NOT NULL'`,
    reset: `${alterOwn} || ' DROP NOT NULL'`,
    inline: `CASE WHEN NOT ${ofPrimaryKey} THEN 'NOT NULL' END`,
    flags: `CASE WHEN ${ofPrimaryKey} THEN 'implied rows' ELSE 'rows' END`,
  },
  `${given} WHERE a.attnotnull AND NOT ${inParents('p.attnotnull')} AND ${isGiven}`,
  hasChildren,
)

/** As that of a parent. */
const named = `EXISTS (
  SELECT FROM pg_inherits h JOIN pg_constraint pk ON pk.conrelid = h.inhparent
  WHERE h.inhrelid = c.oid AND pk.contype = 'n' AND pk.conname = k.conname)`

const ownName = `CASE WHEN k.conname = format('%s_%s_not_null', c.relname, a.attname) THEN '' ELSE format('CONSTRAINT %I ', k.conname) END`

/**
 * From PostgreSQL 18 on, a rule of the child's own beside that of the parent. In a partition it is told by its
 * name, and can only be made with the partition; a name of its own is given with the child alone.
 */
const requiredTwice = part(
  {
    ...ofColumn,
    key: `'OWN NOT NULL ' || ${attribute}`,
    value: `''`,
    set: `CASE WHEN c.relispartition THEN '' ELSE ${alterOwn} || ' SET NOT NULL' END`,
    reset: `''`,
    inline: `CASE WHEN c.relispartition THEN 'NOT NULL' WHEN NOT ${named} THEN ${ownName} || format('NOT NULL %I', a.attname) END`,
    flags: `CASE WHEN c.relispartition THEN 'implied' END`,
  },
  `${given} JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'n' AND k.conkey = ARRAY[a.attnum]
   WHERE k.conislocal AND k.coninhcount > 0 AND ${isGiven} AND (NOT c.relispartition OR NOT ${named})`,
  hasChildren,
)

const own = `(SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d WHERE d.adrelid = c.oid AND d.adnum = a.attnum)`
const parents = `(SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_inherits h
  JOIN pg_attribute p ON p.attrelid = h.inhparent AND p.attname = a.attname
  JOIN pg_attrdef d ON d.adrelid = p.attrelid AND d.adnum = p.attnum
  WHERE h.inhrelid = c.oid ORDER BY h.inhseqno LIMIT 1)`
const setDefault = (value: string) =>
  `${alterOwn} || coalesce(' SET DEFAULT ' || ${value}, ' DROP DEFAULT')`

/** A default that is not the parent's. */
const defaults = part(
  {
    ...ofColumn,
    key: `'DEFAULT ' || ${attribute}`,
    set: setDefault('v.own'),
    reset: setDefault('v.parents'),
    inline: `'DEFAULT ' || v.own`,
  },
  `${given} CROSS JOIN LATERAL (SELECT ${own} AS own, ${parents} AS parents) AS v
   WHERE a.attgenerated = '' AND v.own IS DISTINCT FROM v.parents AND ${isGiven}`,
  hasChildren,
)

const computed = (expression: string) =>
  `format('(%s) %s', ${expression}, CASE a.attgenerated WHEN 'v' THEN 'VIRTUAL' ELSE 'STORED' END)`
const setExpression = (value: string) =>
  `format('%s SET EXPRESSION AS (%s)', ${alterOwn}, ${value})`

/** From PostgreSQL 15 on a partition may compute a column otherwise; from 17 on that can be changed. */
const expressions = part(
  {
    ...ofColumn,
    key: `'EXPRESSION ' || ${attribute}`,
    set: setExpression('v.own'),
    reset: setExpression('v.parents'),
    inline: `'GENERATED ALWAYS AS ' || ${computed('v.own')}`,
  },
  `${given} CROSS JOIN LATERAL (SELECT ${own} AS own, ${parents} AS parents) AS v
   WHERE a.attgenerated <> '' AND v.own IS DISTINCT FROM v.parents AND ${isGiven}`,
  hasChildren,
)

const enabled = (letter: string) =>
  `CASE ${letter} WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END`

/** A trigger that fires otherwise in a partition than above it. */
const triggers = part(
  {
    schema: 'n.nspname',
    table: 'c.relname',
    key: `format('TRIGGER %I.%I.%I', n.nspname, c.relname, t.tgname)`,
    set: `format('%s %s TRIGGER %I', ${only}, ${enabled('t.tgenabled')}, t.tgname)`,
    reset: `format('%s %s TRIGGER %I', ${only}, ${enabled('p.tgenabled')}, t.tgname)`,
  },
  `FROM pg_trigger t JOIN pg_trigger p ON p.oid = t.tgparentid JOIN pg_class c ON c.oid = t.tgrelid ${home}
   WHERE NOT t.tgisinternal AND t.tgenabled <> p.tgenabled AND ${ours}`,
  hasChildren,
)

/** What partitions and INHERITS children have otherwise than their parents. */
export const childSettings = [required, requiredTwice, defaults, expressions, triggers]

import { home } from '../catalog/properties/setting/setting'
import { attribute, items, ours, ownerTable, relation, sorted } from './item'

const of = { schema: 'n.nspname', table: 'c.relname' }

const relations = items(
  {
    ...of,
    kind: 'relation',
    name: relation,
    text: `concat_ws(' ', CASE c.relpersistence WHEN 'u' THEN 'unlogged' WHEN 't' THEN 'temporary' END,
      CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
        WHEN 'f' THEN 'foreign table' ELSE 'composite type' END, 'of ' || nullif(c.reloftype, 0)::regtype,
      CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
      pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid),
      (SELECT 'below ' || string_agg(h.inhparent::regclass::text, ', ' ORDER BY h.inhseqno) FROM pg_inherits h WHERE h.inhrelid = c.oid))`,
  },
  `FROM pg_class c ${home} WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND ${ours}`,
)

/** What entities leave to scripts. */
const options = items(
  {
    ...of,
    kind: 'options',
    name: relation,
    text: `concat_ws(' ', ${sorted('c.reloptions')},
      (SELECT 'toast ' || ${sorted('x.reloptions')} FROM pg_class x WHERE x.oid = c.reltoastrelid),
      CASE WHEN c.relrowsecurity THEN 'row security' END, CASE WHEN c.relforcerowsecurity THEN 'forced' END,
      CASE WHEN c.relkind IN ('r', 'p') THEN 'replica identity ' || c.relreplident::text END,
      (SELECT i.indexrelid::regclass FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident),
      (SELECT 'cluster on ' || i.indexrelid::regclass FROM pg_index i WHERE i.indrelid = c.oid AND i.indisclustered),
      (SELECT 'using ' || m.amname FROM pg_am m WHERE m.oid = c.relam AND m.amname <> 'heap'),
      (SELECT concat_ws(' ', s.srvname, ${sorted('f.ftoptions')})
       FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid))`,
  },
  `FROM pg_class c ${home} WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND ${ours}`,
)

/** The sequence of an identity belongs to its column inside. */
const sequenceOf = `(SELECT concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle)
  FROM pg_depend d JOIN pg_sequence s ON s.seqrelid = d.objid
  WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
    AND d.refobjsubid = a.attnum AND d.deptype = 'i')`

const columns = items(
  {
    ...of,
    kind: 'column',
    name: attribute,
    text: `concat_ws(' ', format_type(a.atttypid, a.atttypmod),
      CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation END,
      CASE WHEN a.attnotnull THEN concat('NOT NULL', r.special) END, nullif(a.attidentity, ''), nullif(a.attgenerated, ''),
      pg_get_expr(d.adbin, d.adrelid), CASE WHEN a.attidentity <> '' THEN ${sequenceOf} END)`,
  },
  `FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid ${home} JOIN pg_type t ON t.oid = a.atttypid
   LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
   LEFT JOIN (SELECT conrelid, conkey[1] AS number,
       concat(CASE WHEN connoinherit THEN ' NO INHERIT' END, CASE WHEN NOT convalidated THEN ' NOT VALID' END) AS special
     FROM pg_constraint WHERE contype = 'n' AND conrelid >= 16384 AND (connoinherit OR NOT convalidated)
   ) AS r ON r.conrelid = c.oid AND r.number = a.attnum
   WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'c', 'v') AND ${ours}`,
)

const declared = `'declared by the table, too'`

/** What a child has from a parent and declares as well: it keeps that when it leaves. No entity says so. */
const ownColumns = items(
  { ...of, kind: 'own column', name: attribute, text: declared },
  `FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid ${home}
   WHERE a.attinhcount > 0 AND a.attislocal AND NOT a.attisdropped AND NOT c.relispartition AND ${ours}`,
)

const columnOptions = items(
  {
    ...of,
    kind: 'column options',
    name: attribute,
    text: `concat_ws(' ', CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END, nullif(a.attcompression, ''),
      nullif(a.attstattarget, -1), ${sorted('a.attoptions')}, ${sorted('a.attfdwoptions')})`,
  },
  `FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid ${home} JOIN pg_type t ON t.oid = a.atttypid
   WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'm') AND ${ours}`,
)

/** What a foreign key or a check of a parent makes in its partitions has no name that anybody gave. */
const constraints = items(
  {
    ...of,
    kind: 'constraint',
    name: `format('%I.%I.%I', n.nspname, c.relname, k.conname)`,
    text: 'pg_get_constraintdef(k.oid)',
  },
  `FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid ${home}
   WHERE k.contype IN ('p', 'u', 'x', 'c', 'f') AND (k.conparentid = 0 OR k.contype IN ('p', 'u', 'x')) AND ${ours}`,
)

const ownConstraints = items(
  {
    ...of,
    kind: 'own constraint',
    name: `format('%I.%I.%I', n.nspname, c.relname, k.conname)`,
    text: declared,
  },
  `FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid ${home}
   WHERE k.contype = 'c' AND k.coninhcount > 0 AND k.conislocal AND NOT c.relispartition AND ${ours}`,
)

const indexes = items(
  {
    ...of,
    kind: 'index',
    name: `format('%I.%I', n.nspname, o.relname)`,
    text: `concat_ws(' ', pg_get_indexdef(o.oid), CASE WHEN NOT i.indisvalid AND o.relkind = 'i' THEN 'invalid' END,
      (SELECT 'below ' || h.inhparent::regclass FROM pg_inherits h WHERE h.inhrelid = o.oid),
      (SELECT string_agg(format('%s: %s', a.attnum, a.attstattarget), ', ' ORDER BY a.attnum)
       FROM pg_attribute a WHERE a.attrelid = o.oid AND a.attstattarget >= 0))`,
  },
  `FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class o ON o.oid = i.indexrelid ${home}
   WHERE c.relkind IN ('r', 'p', 'm') AND ${ours}`,
)

const triggers = items(
  {
    ...of,
    kind: 'trigger',
    name: `format('%I.%I.%I', n.nspname, c.relname, t.tgname)`,
    text: `concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)`,
  },
  `FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid ${home} WHERE NOT t.tgisinternal AND ${ours}`,
)

const rules = items(
  {
    ...of,
    kind: 'rule',
    name: `format('%I.%I.%I', n.nspname, c.relname, r.rulename)`,
    text: `concat_ws(' ', pg_get_ruledef(r.oid), r.ev_enabled)`,
  },
  `FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class ${home} WHERE r.rulename <> '_RETURN' AND ${ours}`,
)

const policies = items(
  {
    ...of,
    kind: 'policy',
    name: `format('%I.%I.%I', n.nspname, c.relname, p.polname)`,
    text: `concat_ws(' ', p.polcmd, p.polpermissive, ${sorted(`(SELECT array_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r) END) FROM unnest(p.polroles) AS r)`)},
      pg_get_expr(p.polqual, p.polrelid), '/', pg_get_expr(p.polwithcheck, p.polrelid))`,
  },
  `FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid ${home} WHERE ${ours}`,
)

const sequences = items(
  {
    kind: 'sequence',
    name: relation,
    schema: 'n.nspname',
    table: ownerTable,
    text: `concat_ws(' ', CASE c.relpersistence WHEN 'u' THEN 'unlogged' WHEN 't' THEN 'temporary' END, s.seqtypid::regtype,
      format('start %s increment %s min %s max %s cache %s', s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache),
      CASE WHEN s.seqcycle THEN 'cycle' END,
      (SELECT format('of %s.%s', d.refobjid::regclass, a.attname) FROM pg_depend d
       JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
       WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a'))`,
  },
  `FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid ${home} WHERE ${ours} AND NOT EXISTS (
     SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i')`,
)

const statistics = items(
  {
    ...of,
    kind: 'statistics',
    name: `format('%s.%I', s.stxnamespace::regnamespace, s.stxname)`,
    text: `concat_ws(' ', pg_get_statisticsobjdef(s.oid), nullif(s.stxstattarget, -1))`,
  },
  `FROM pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid ${home} WHERE ${ours}`,
)

/** Tables, views and all that is of one. */
export const relationItems = [
  relations,
  options,
  columns,
  ownColumns,
  columnOptions,
  constraints,
  ownConstraints,
  indexes,
].concat([triggers, rules, policies, sequences, statistics])

import { items, notBrought, sorted } from './item'

/** What objects of a catalog are made of, beside their names. */
const made = (catalog: string, alias: string, text: string, where = 'true') =>
  items(
    {
      kind: 'object',
      name: `format('%s %s', i.type, i.identity)`,
      schema: `coalesce(i.schema, '')`,
      text,
    },
    `FROM ${catalog} ${alias} CROSS JOIN LATERAL pg_identify_object('${catalog}'::regclass, ${alias}.oid, 0) AS i
     WHERE ${alias}.oid >= 16384 AND ${where} AND ${notBrought(catalog, `${alias}.oid`)} AND NOT EXISTS (
       SELECT FROM pg_depend e WHERE e.classid = '${catalog}'::regclass AND e.objid = ${alias}.oid AND e.deptype = 'i')`,
  )

const strategies =
  sorted(`(SELECT array_agg(concat_ws(' ', m.amopstrategy, m.amopopr::regoperator, nullif(m.amopsortfamily, 0) IS NOT NULL))
  FROM pg_amop m WHERE m.amopfamily = f.oid)`)
const supports =
  sorted(`(SELECT array_agg(concat_ws(' ', m.amprocnum, m.amproclefttype::regtype, m.amprocrighttype::regtype, m.amproc::regprocedure))
  FROM pg_amproc m WHERE m.amprocfamily = f.oid)`)
const mapped = `(SELECT string_agg(concat_ws(' ', m.maptokentype, m.mapdict::regdictionary), ', ' ORDER BY m.maptokentype, m.mapseqno)
  FROM pg_ts_config_map m WHERE m.mapcfg = c.oid)`

/** What goes with an extension. */
const dependents = items(
  {
    kind: 'extension of',
    name: `format('%s %s %s', e.extname, i.type, i.identity)`,
    schema: `coalesce(i.schema, '')`,
    text: 'e.extname',
  },
  `FROM pg_extension e JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'x'
   CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) AS i`,
)

/** Operators, casts, text search and the like. */
export const madeItems = [
  dependents,
  made(
    'pg_cast',
    'c',
    `concat_ws(' ', nullif(c.castfunc, 0)::regprocedure, c.castcontext, c.castmethod)`,
  ),
  made(
    'pg_operator',
    'o',
    `concat_ws(' ', o.oprcode, o.oprrest, o.oprjoin, o.oprcanmerge, o.oprcanhash, o.oprcom::regoperator, '/', o.oprnegate::regoperator)`,
    'o.oprcode <> 0',
  ),
  made(
    'pg_opclass',
    'c',
    `concat_ws(' ', c.opcintype::regtype, c.opcdefault, nullif(c.opckeytype, 0)::regtype, (SELECT f.opfname FROM pg_opfamily f WHERE f.oid = c.opcfamily))`,
  ),
  made('pg_opfamily', 'f', `concat_ws(' / ', ${strategies}, ${supports})`),
  made(
    'pg_conversion',
    'c',
    `concat_ws(' ', c.conproc, c.conforencoding, c.contoencoding, c.condefault)`,
  ),
  made(
    'pg_language',
    'l',
    `concat_ws(' ', l.lanpltrusted, l.lanplcallfoid::regproc, l.laninline::regproc, l.lanvalidator::regproc)`,
  ),
  made('pg_transform', 't', `concat_ws(' ', t.trffromsql, t.trftosql)`),
  made('pg_am', 'a', `concat_ws(' ', a.amtype, a.amhandler)`),
  made(
    'pg_ts_config',
    'c',
    `concat_ws(' ', (SELECT p.prsname FROM pg_ts_parser p WHERE p.oid = c.cfgparser), ${mapped})`,
  ),
  made(
    'pg_ts_dict',
    'd',
    `concat_ws(' ', (SELECT t.tmplname FROM pg_ts_template t WHERE t.oid = d.dicttemplate), d.dictinitoption)`,
  ),
  made(
    'pg_ts_parser',
    'p',
    `concat_ws(' ', p.prsstart, p.prstoken, p.prsend, p.prsheadline, p.prslextype)`,
  ),
  made('pg_ts_template', 't', `concat_ws(' ', t.tmplinit, t.tmpllexize)`),
]

import { inSchema, part } from '../setting/setting'

const routine = `CASE f.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END`

/** By the index on what is depended on. */
const depending = `SELECT d.* FROM pg_extension e JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass
  AND d.refobjid = e.oid AND d.deptype = 'x'`

/** What is altered, with the relation that it is of, or the schema that it is in. */
const dependents = `
  SELECT d.classid, d.objid, d.refobjid, format('%s %s', ${routine}, f.oid::regprocedure) AS altered, f.pronamespace AS home, '' AS relation
  FROM depending d JOIN pg_proc f ON f.oid = d.objid AND d.classid = 'pg_proc'::regclass
  UNION ALL
  SELECT d.classid, d.objid, d.refobjid, format('TRIGGER %I ON %s', t.tgname, c.oid::regclass), c.relnamespace, c.relname::text
  FROM depending d JOIN pg_trigger t ON t.oid = d.objid AND d.classid = 'pg_trigger'::regclass
  JOIN pg_class c ON c.oid = t.tgrelid
  UNION ALL
  SELECT d.classid, d.objid, d.refobjid, format('%s %s', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'INDEX' END, c.oid::regclass),
         c.relnamespace, coalesce((SELECT o.relname FROM pg_index i JOIN pg_class o ON o.oid = i.indrelid WHERE i.indexrelid = c.oid), c.relname)::text
  FROM depending d JOIN pg_class c ON c.oid = d.objid AND d.classid = 'pg_class'::regclass WHERE c.relkind IN ('m', 'i', 'I')`

/** What goes with an extension that it is no part of. */
const ofExtensions = part(
  {
    key: `format('EXTENSION %I OF %s', e.extname, o.altered)`,
    schema: 'n.nspname',
    table: 'o.relation',
    object: `CASE WHEN o.relation = '' THEN (SELECT format('%s %s', i.type, i.identity) FROM pg_identify_object(o.classid, o.objid, 0) AS i) END`,
    set: `format('ALTER %s DEPENDS ON EXTENSION %I', o.altered, e.extname)`,
    reset: `format('ALTER %s NO DEPENDS ON EXTENSION %I', o.altered, e.extname)`,
  },
  `FROM (WITH depending AS (${depending}) ${dependents}) AS o JOIN pg_extension e ON e.oid = o.refobjid
   JOIN pg_namespace n ON n.oid = o.home WHERE ${inSchema}`,
  `EXISTS (${depending})`,
)

/** From PostgreSQL 18 on. */
const generatedColumns = part(
  {
    key: `format('PUBLICATION %I', p.pubname)`,
    schema: `''`,
    object: `(SELECT format('%s %s', i.type, i.identity) FROM pg_identify_object('pg_publication'::regclass, p.oid, 0) AS i)`,
    set: `format('ALTER PUBLICATION %I SET (publish_generated_columns = stored)', p.pubname)`,
    reset: `format('ALTER PUBLICATION %I SET (publish_generated_columns = none)', p.pubname)`,
  },
  `FROM pg_publication p WHERE to_jsonb(p) ->> 'pubgencols' = 's'`,
  'EXISTS (SELECT FROM pg_publication)',
)

/** Of objects that pg-delta reads, what it leaves out. */
export const objectSettings = [ofExtensions, generatedColumns]

import { conversionOwners } from './objects/conversion-settings'
import { operatorOwners } from './objects/operator-settings'
import { textSearchOwners } from './objects/text-search-settings'
import { inSchema, ours } from './setting/setting'

/** What has an owner. */
export interface OwnedObject {
  /** The same in every database: `view public.v`. */
  key: string
  /** Null where it is the role that made the database, or that an application migrates as. */
  owner: string | null
  /** How its owner is changed: `ALTER VIEW public.v`. */
  alter: string
  schema: string
  /** Empty for what is no relation. */
  table: string
  /** Of an event trigger, as they were declared: pg-delta sorts them. */
  tags: readonly string[] | null
}

const relations = `CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END`

/** A sequence that belongs to a column has the owner of the table, and an index of a table too. */
const all = `
  SELECT 'pg_class'::regclass AS class, c.oid, c.relowner AS owner, n.nspname AS schema, c.relname AS "table",
         format('ALTER %s %I.%I', ${relations}, n.nspname, c.relname) AS alter
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND ${ours} AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
      AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND c.relkind = 'S')
  UNION ALL
  SELECT 'pg_proc'::regclass, p.oid, p.proowner, n.nspname, '',
         format('ALTER %s %s', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END,
                CASE WHEN p.prokind = 'a' AND pg_get_function_identity_arguments(p.oid) = ''
                     THEN format('%I.%I(*)', n.nspname, p.proname) ELSE p.oid::regprocedure::text END)
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${inSchema}
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid, t.typowner, n.nspname, '',
         format('ALTER %s %I.%I', CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, n.nspname, t.typname)
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE ${inSchema} AND (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'b' AND t.typelem = 0 OR t.typtype = 'c' AND EXISTS (
    SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
  UNION ALL
  SELECT 'pg_namespace'::regclass, n.oid, n.nspowner, n.nspname, '', format('ALTER SCHEMA %I', n.nspname)
  FROM pg_namespace n WHERE n.oid >= 16384 AND ${inSchema}
  UNION ALL
  SELECT 'pg_collation'::regclass, c.oid, c.collowner, n.nspname, '', format('ALTER COLLATION %I.%I', n.nspname, c.collname)
  FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace WHERE ${inSchema}
  UNION ALL
  SELECT 'pg_statistic_ext'::regclass, s.oid, s.stxowner, n.nspname, '', format('ALTER STATISTICS %I.%I', n.nspname, s.stxname)
  FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE ${inSchema}
  UNION ALL
  SELECT 'pg_event_trigger'::regclass, oid, evtowner, '', '', format('ALTER EVENT TRIGGER %I', evtname) FROM pg_event_trigger
  UNION ALL
  SELECT 'pg_publication'::regclass, oid, pubowner, '', '', format('ALTER PUBLICATION %I', pubname) FROM pg_publication
  UNION ALL
  SELECT 'pg_foreign_data_wrapper'::regclass, oid, fdwowner, '', '', format('ALTER FOREIGN DATA WRAPPER %I', fdwname)
  FROM pg_foreign_data_wrapper
  UNION ALL
  SELECT 'pg_foreign_server'::regclass, oid, srvowner, '', '', format('ALTER SERVER %I', srvname) FROM pg_foreign_server
  UNION ALL ${[...operatorOwners, ...conversionOwners, ...textSearchOwners].join(' UNION ALL ')}`

/** All that a person made and that has an owner of its own. */
export const ownedObjects = `
SELECT format('%s %s', i.type, i.identity) AS key, o.schema, o."table", o.alter,
       (SELECT e.evttags FROM pg_event_trigger e WHERE e.oid = o.oid AND o.class = 'pg_event_trigger'::regclass) AS tags,
       CASE WHEN o.owner <> current_user::regrole THEN pg_get_userbyid(o.owner) END AS owner
FROM (${all}) AS o CROSS JOIN LATERAL pg_identify_object(o.class, o.oid, 0) AS i
WHERE o.oid >= 16384 AND NOT EXISTS (
  SELECT FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype = 'e')
ORDER BY 1, 4`

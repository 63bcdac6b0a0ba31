import { inSchema, ours, part } from './setting/setting'
import { attribute } from './table-settings'

const grantee = `CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END`
const granting = `format('%s (%I) ON %I.%I', x.privilege_type, a.attname, n.nspname, c.relname)`

/** Of columns that have no facts: those of views, and those that a parent gives. */
const columnGrants = part(
  {
    key: `format('GRANT %s %s TO %s', x.privilege_type, ${attribute}, ${grantee})`,
    schema: 'n.nspname',
    table: 'c.relname',
    column: `CASE WHEN c.relkind IN ('r', 'p', 'f') THEN a.attname END`,
    set: `format('GRANT %s TO %s', ${granting}, ${grantee}) || CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END`,
    // a grant adds to what there is
    change: `CASE WHEN NOT x.is_grantable THEN format('REVOKE GRANT OPTION FOR %s FROM %s', ${granting}, ${grantee}) END`,
    reset: `format('REVOKE %s FROM %s', ${granting}, ${grantee})`,
  },
  `FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   CROSS JOIN LATERAL aclexplode(a.attacl) AS x
   WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND ${ours}
     AND (c.relkind IN ('v', 'm') OR c.relkind IN ('r', 'p', 'f') AND NOT a.attislocal)`,
  'EXISTS (SELECT FROM pg_attribute WHERE attrelid >= 16384 AND attacl IS NOT NULL)',
)

const sequence = `format('%I.%I', s.relnamespace::regnamespace::text, s.relname)`
const granted = `format('%s ON SEQUENCE %s', x.privilege_type, ${sequence})`

/** The column of an identity, for sequence `s`. */
const identityOf = `pg_depend d JOIN pg_class c ON c.oid = d.refobjid
   WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype = 'i'`

/** Of the sequences of identities, which have no facts. */
const identityGrants = part(
  {
    key: `format('GRANT %s TO %s', ${granted}, ${grantee})`,
    schema: 'o.schema',
    table: 'o.relation',
    column: 'o.attribute',
    set: `format('GRANT %s TO %s', ${granted}, ${grantee}) || CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END`,
    change: `CASE WHEN NOT x.is_grantable THEN format('REVOKE GRANT OPTION FOR %s FROM %s', ${granted}, ${grantee}) END`,
    reset: `format('REVOKE %s FROM %s', ${granted}, ${grantee})`,
  },
  `FROM pg_class s
   CROSS JOIN LATERAL (SELECT c.relnamespace::regnamespace::text AS schema, c.relname AS relation,
     (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = d.refobjsubid) AS attribute
     FROM ${identityOf}) AS o
   CROSS JOIN LATERAL aclexplode(s.relacl) AS x
   WHERE s.oid >= 16384 AND s.relkind = 'S' AND x.grantee <> s.relowner`,
  `EXISTS (SELECT FROM pg_class WHERE oid >= 16384 AND relkind = 'S' AND relacl IS NOT NULL)`,
)

/** What has privileges, as GRANT names it, with its owner and the privileges that owners have at first. */
const owned = `
  SELECT 'pg_class'::regclass AS class, c.oid, c.relacl AS acl, c.relowner AS owner, n.nspname,
         coalesce((SELECT t.relname FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid
                   WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i' AND c.relkind = 'S'), c.relname) AS relation,
         CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char" AS type,
         format('%s %I.%I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname, c.relname) AS path
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relacl IS NOT NULL AND ${ours}
  UNION ALL
  SELECT 'pg_proc'::regclass, p.oid, p.proacl, p.proowner, n.nspname, NULL, 'f', 'ROUTINE ' || p.oid::regprocedure::text
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.proacl IS NOT NULL AND ${inSchema}
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid, t.typacl, t.typowner, n.nspname, NULL, 'T', format('TYPE %I.%I', n.nspname, t.typname)
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typacl IS NOT NULL AND ${inSchema}
  UNION ALL
  SELECT 'pg_namespace'::regclass, n.oid, n.nspacl, n.nspowner, n.nspname, NULL, 'n', format('SCHEMA %I', n.nspname)
  FROM pg_namespace n WHERE n.nspacl IS NOT NULL AND n.oid >= 16384 AND ${inSchema}`

const hasGrants = [
  ['pg_class', 'relacl'],
  ['pg_proc', 'proacl'],
  ['pg_type', 'typacl'],
  ['pg_namespace', 'nspacl'],
]
  .map(([of, acl]) => `EXISTS (SELECT FROM ${of} WHERE oid >= 16384 AND ${acl} IS NOT NULL)`)
  .join(' OR ')

const owner = `CASE o.owner WHEN current_user::regrole THEN 'CURRENT_USER' ELSE quote_ident(pg_get_userbyid(o.owner)) END`

/** A right that owners have at first, and that this one gave away. */
const ownersRights = part(
  {
    key: `format('RIGHT %s %s', x.privilege_type, o.path)`,
    schema: 'o.nspname',
    table: `coalesce(o.relation, '')`,
    object: `CASE WHEN o.relation IS NULL THEN (SELECT format('%s %s', i.type, i.identity) FROM pg_identify_object(o.class, o.oid, 0) AS i) END`,
    value: `''`,
    set: `format('REVOKE %s ON %s FROM %s', x.privilege_type, o.path, ${owner})`,
    reset: `format('GRANT %s ON %s TO %s', x.privilege_type, o.path, ${owner})`,
  },
  `FROM (${owned}) AS o
   CROSS JOIN LATERAL aclexplode(acldefault(o.type, o.owner)) AS x
   WHERE x.grantee = o.owner AND NOT EXISTS (
     SELECT FROM aclexplode(o.acl) AS y WHERE y.grantee = o.owner AND y.privilege_type = x.privilege_type)
   AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = o.class AND e.objid = o.oid AND e.deptype = 'e')`,
  hasGrants,
)

const language = `LANGUAGE %I`
const hasLanguageGrants = 'EXISTS (SELECT FROM pg_language WHERE lanacl IS NOT NULL)'

/** Everybody may use a trusted language at first. */
const languageGrants = [
  part(
    {
      key: `format('RIGHT USAGE ${language} PUBLIC', l.lanname)`,
      schema: `''`,
      set: `format('REVOKE USAGE ON ${language} FROM PUBLIC', l.lanname)`,
      reset: `format('GRANT USAGE ON ${language} TO PUBLIC', l.lanname)`,
    },
    `FROM pg_language l WHERE l.lanacl IS NOT NULL AND l.lanpltrusted
     AND NOT EXISTS (SELECT FROM aclexplode(l.lanacl) AS x WHERE x.grantee = 0)`,
    hasLanguageGrants,
  ),
  part(
    {
      key: `format('GRANT USAGE ${language} TO %s', l.lanname, ${grantee})`,
      schema: `''`,
      set: `format('GRANT USAGE ON ${language} TO %s', l.lanname, ${grantee}) || CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END`,
      change: `CASE WHEN NOT x.is_grantable THEN format('REVOKE GRANT OPTION FOR USAGE ON ${language} FROM %s', l.lanname, ${grantee}) END`,
      reset: `format('REVOKE USAGE ON ${language} FROM %s', l.lanname, ${grantee})`,
    },
    `FROM pg_language l CROSS JOIN LATERAL aclexplode(l.lanacl) AS x
     WHERE l.lanpltrusted AND x.grantee <> 0 AND x.grantee <> l.lanowner`,
    hasLanguageGrants,
  ),
]

/** Privileges that have no facts. */
export const grantSettings = [columnGrants, identityGrants, ownersRights, ...languageGrants]

import { inSchema } from '../catalog/properties/setting/setting'

/** One thing that a database holds, or one side of it, as PostgreSQL itself writes it. */
export interface Item {
  kind: string
  /** As PostgreSQL names it, with its schema. */
  name: string
  /** Empty for what is in no schema. */
  schema: string
  /** Empty for what is of no relation. */
  table: string
  text: string
}

/** A part of the query for items, as SQL. */
export interface SelectedItem {
  kind: string
  name: string
  schema?: string
  table?: string
  text: string
}

/** Of relations that a person made, in `c`. */
export const ours = `c.oid >= 16384 AND ${inSchema} AND ${notBrought('pg_class', 'c.oid')}`
/** A relation's name, and a column's. */
export const relation = `format('%I.%I', n.nspname, c.relname)`
export const attribute = `format('%I.%I.%I', n.nspname, c.relname, a.attname)`

/** False for what an extension brings. */
export function notBrought(catalog: string, oid: string): string {
  return `NOT EXISTS (SELECT FROM pg_depend brought WHERE brought.classid = '${catalog}'::regclass AND brought.objid = ${oid} AND brought.deptype = 'e')`
}

/** One part of that query. */
export function items(
  { kind, name, schema = `''`, table = `''`, text }: SelectedItem,
  from: string,
) {
  const columns = [
    ['kind', `'${kind}'`],
    ['name', name],
    ['schema', schema],
    ['table', table],
    ['text', `coalesce((${text})::text, '')`],
  ]
  return `SELECT ${columns.map(([as, sql]) => `(${sql})::text AS "${as}"`).join(', ')} ${from}`
}

/** Words of a text, in an order that nothing depends on. */
export function sorted(array: string): string {
  return `(SELECT string_agg(x::text, ', ' ORDER BY x::text COLLATE "C") FROM unnest(${array}) AS x)`
}

/** Privileges without who granted them; the owner's are the owner's, whoever that is. */
export function privileges(acl: string, owner: string): string {
  const grantee = `CASE x.grantee WHEN ${owner} THEN 'owner' WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(x.grantee) END`
  const one = `format('%s=%s%s', ${grantee}, x.privilege_type, CASE WHEN x.is_grantable THEN '*' ELSE '' END)`
  return `(SELECT string_agg(DISTINCT ${one} COLLATE "C", ' ' ORDER BY ${one} COLLATE "C") FROM aclexplode(${acl}) AS x)`
}

/** The table whose column a sequence belongs to, else its own name. */
export const ownerTable = `coalesce((SELECT t.relname FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0 LIMIT 1), c.relname)`

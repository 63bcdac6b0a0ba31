import { part } from './setting/setting'

const role = `CASE WHEN d.defaclrole <> current_user::regrole THEN format(' FOR ROLE %I', pg_get_userbyid(d.defaclrole)) ELSE '' END`
const place = `coalesce(' IN SCHEMA ' || quote_ident(n.nspname), '')`
const grantee = `CASE WHEN x.grantee = 0 THEN 'PUBLIC' WHEN x.grantee = current_user::regrole THEN 'CURRENT_USER'
  ELSE quote_ident(pg_get_userbyid(x.grantee)) END`
const objects = `CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
  WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END`

const start = `'ALTER DEFAULT PRIVILEGES' || ${role} || ${place}`
const what = `format(' %s ON %s', x.privilege_type, ${objects})`
const granting = `${start} || ' GRANT' || ${what} || ' TO ' || ${grantee}`
const revoking = `${start} || ' REVOKE' || ${what} || ' FROM ' || ${grantee}`
const option = `CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END`

/** What there is without ALTER DEFAULT PRIVILEGES; in a schema they only add to it. */
const usual = `aclexplode(CASE WHEN d.defaclnamespace = 0 THEN
  acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END, d.defaclrole) END)`

const from = (acl: string, other: string) => `FROM pg_default_acl d
  LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
  CROSS JOIN LATERAL ${acl} AS x
  WHERE NOT EXISTS (SELECT FROM ${other} AS y WHERE y.grantee = x.grantee
    AND y.privilege_type = x.privilege_type AND y.is_grantable = x.is_grantable)`

const hasDefaults = 'EXISTS (SELECT FROM pg_default_acl)'

const of = {
  key: `'DEFAULT PRIVILEGES' || ${role} || ${place} || ${what} || ' ' || ${grantee}`,
  schema: `coalesce(n.nspname, '')`,
  object: `CASE WHEN n.oid >= 16384 THEN format('schema %I', n.nspname) END`,
}

const given = part(
  {
    ...of,
    set: `${granting} || ${option}`,
    change: `CASE WHEN NOT x.is_grantable THEN ${start} || ' REVOKE GRANT OPTION FOR' || ${what} || ' FROM ' || ${grantee} END`,
    reset: revoking,
  },
  from('aclexplode(d.defaclacl)', usual),
  hasDefaults,
)

const taken = part(
  { ...of, set: revoking, reset: granting },
  from(usual, 'aclexplode(d.defaclacl)'),
  hasDefaults,
)

/** Privileges that what is made later gets, a setting each. */
export const defaultPrivileges = [given, taken]

import { home, ours, part } from './setting/setting'
import { alterRelation, attribute } from './table-settings'

const ofColumn = { schema: 'n.nspname', table: 'c.relname', column: 'a.attname' }
const rules = `FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid ${home}
   JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
   WHERE k.contype = 'n' AND a.attislocal AND k.coninhcount = 0 AND ${ours}`

/** The name that a person gave a NOT NULL constraint, from PostgreSQL 18 on; PostgreSQL's own end in `_not_null`. */
const names = part(
  {
    ...ofColumn,
    key: `'NOT NULL NAME ' || ${attribute}`,
    value: 'k.conname',
    set: `''`,
    reset: `''`,
    inline: `CASE WHEN k.convalidated AND NOT k.connoinherit THEN format('CONSTRAINT %I NOT NULL %I', k.conname, a.attname) END`,
    flags: `'implied'`,
  },
  `${rules} AND k.conname !~ '_not_null[0-9]*$'`,
  `EXISTS (SELECT FROM pg_constraint WHERE contype = 'n' AND conname !~ '_not_null[0-9]*$')`,
)

const rule = `format('CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid))`

/** A rule that is NOT VALID or NO INHERIT: the column counts as one that is not required, with this beside it. */
const special = part(
  {
    ...ofColumn,
    key: `'NOT NULL RULE ' || ${attribute}`,
    value: rule,
    set: `format('%s ADD %s', ${alterRelation}, ${rule})`,
    change: `format('%s ALTER COLUMN %I DROP NOT NULL, ADD %s', ${alterRelation}, a.attname, ${rule})`,
    reset: `format('%s DROP CONSTRAINT %I', ${alterRelation}, k.conname)`,
    // SET NOT NULL validates a rule that is there
    required: `CASE WHEN k.connoinherit THEN format('%s ALTER CONSTRAINT %I INHERIT', ${alterRelation}, k.conname) ELSE '' END`,
    flags: `CASE WHEN k.convalidated THEN 'rows' END`,
  },
  `${rules} AND (NOT k.convalidated OR k.connoinherit)`,
  `EXISTS (SELECT FROM pg_constraint WHERE contype = 'n' AND conrelid >= 16384 AND (NOT convalidated OR connoinherit))`,
)

const ruleComments = part(
  {
    ...ofColumn,
    key: `'COMMENT NOT NULL ' || ${attribute}`,
    set: `format('COMMENT ON CONSTRAINT %I ON %I.%I IS %L', k.conname, n.nspname, c.relname, obj_description(k.oid, 'pg_constraint'))`,
    reset: `format('COMMENT ON CONSTRAINT %I ON %I.%I IS NULL', k.conname, n.nspname, c.relname)`,
  },
  `${rules} AND obj_description(k.oid, 'pg_constraint') IS NOT NULL`,
  `EXISTS (SELECT FROM pg_constraint WHERE contype = 'n' AND conrelid >= 16384) AND EXISTS (SELECT FROM pg_description WHERE classoid = 'pg_constraint'::regclass AND objoid >= 16384)`,
)

/** Of the NOT NULL constraints of a table itself. */
export const requiredSettings = [names, special, ruleComments]

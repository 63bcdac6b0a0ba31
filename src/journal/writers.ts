import { quoteIdentifier, quoteLiteral } from '../database/sql/quote'
import type { Session } from '../database/postgres/session'
import type { JournalName } from './model/journal-name'

interface Found {
  /** Null: something on the table itself. */
  role: string | null
  /** The role through which it may. */
  via: string | null
  what: string
  [key: string]: unknown
}

/**
 * Who may change what the journal says, or run code when it is written: every role but the current one,
 * the journal's owner (where it is the current role or one that this belongs to) and superusers, by a
 * privilege on the table or a column, by owning its schema, by membership; and triggers, rules and row
 * security policies on it. Each is one phrase: `mallory (UPDATE)`. One round trip.
 *
 * What may be done by way of a view or a SECURITY DEFINER function of the owner's is not seen.
 */
export async function readWriters(session: Session, name: JournalName): Promise<string[]> {
  const rows = await session.query<Found>(
    question(quoteLiteral(quoteIdentifier(name.schema, name.table))),
  )
  const phrases = new Map<string, Set<string>>()
  for (const { role, via, what } of rows) {
    const key = role ?? what
    const reasons = phrases.get(key) ?? new Set()
    phrases.set(key, reasons)
    if (role !== null) reasons.add(via === null || via === role ? what : `${what}, by ${via}`)
  }
  return [...phrases].map(([key, reasons]) =>
    reasons.size === 0 ? key : `${key} (${[...reasons].join('; ')})`,
  )
}

const equal = 'OPERATOR(pg_catalog.=)'
const unequal = 'OPERATOR(pg_catalog.<>)'
const writes = `ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']::pg_catalog.text[]`
const columnWrites = `ARRAY['INSERT', 'UPDATE']::pg_catalog.text[]`
/** Roles below this are PostgreSQL's own. */
const firstOwn = '16384::pg_catalog.oid'

const question = (table: string) => `
WITH journal AS (
  SELECT c.oid, c.relowner, c.relacl, n.nspowner
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid ${equal} c.relnamespace
   WHERE c.oid ${equal} pg_catalog.to_regclass(${table})::pg_catalog.oid),
me AS (SELECT r.oid, r.rolsuper FROM pg_catalog.pg_roles AS r WHERE r.rolname ${equal} current_user),
granted AS (
  SELECT j.relowner AS oid, 'its owner' AS what FROM journal AS j
  UNION ALL SELECT j.nspowner, 'owner of its schema' FROM journal AS j
  UNION ALL SELECT a.grantee, a.privilege_type
    FROM journal AS j CROSS JOIN LATERAL pg_catalog.aclexplode(j.relacl) AS a
   WHERE a.privilege_type ${equal} ANY (${writes}) AND a.grantee ${unequal} j.relowner
  UNION ALL SELECT a.grantee, a.privilege_type
    FROM journal AS j JOIN pg_catalog.pg_attribute AS t ON t.attrelid ${equal} j.oid
         CROSS JOIN LATERAL pg_catalog.aclexplode(t.attacl) AS a
   WHERE a.privilege_type ${equal} ANY (${columnWrites})
  UNION ALL SELECT r.oid, 'writes all data' FROM pg_catalog.pg_roles AS r
   WHERE r.rolname ${equal} 'pg_write_all_data'
  UNION ALL SELECT p.proowner, pg_catalog.concat('owner of the function of trigger ', t.tgname)
    FROM journal AS j JOIN pg_catalog.pg_trigger AS t ON t.tgrelid ${equal} j.oid
         JOIN pg_catalog.pg_proc AS p ON p.oid ${equal} t.tgfoid
   WHERE NOT t.tgisinternal)
SELECT r.rolname::pg_catalog.text AS role, g.rolname::pg_catalog.text AS via, granted.what
  FROM granted JOIN pg_catalog.pg_roles AS g ON g.oid ${equal} granted.oid
       JOIN pg_catalog.pg_roles AS r ON pg_catalog.pg_has_role(r.oid, g.oid, 'MEMBER')
       CROSS JOIN me CROSS JOIN journal AS j
 WHERE NOT r.rolsuper AND r.oid OPERATOR(pg_catalog.>=) ${firstOwn} AND r.oid ${unequal} me.oid
   AND NOT (r.oid ${equal} j.relowner AND NOT me.rolsuper
            AND pg_catalog.pg_has_role(me.oid, j.relowner, 'MEMBER'))
UNION ALL SELECT 'PUBLIC', NULL, granted.what FROM granted WHERE granted.oid ${equal} 0::pg_catalog.oid
UNION ALL SELECT NULL, NULL, pg_catalog.concat('rule ', w.rulename)
  FROM journal AS j JOIN pg_catalog.pg_rewrite AS w ON w.ev_class ${equal} j.oid
UNION ALL SELECT NULL, NULL, pg_catalog.concat('policy ', p.polname)
  FROM journal AS j JOIN pg_catalog.pg_policy AS p ON p.polrelid ${equal} j.oid
ORDER BY 1, 3`

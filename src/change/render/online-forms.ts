import { eq, ge, lt, plus, times } from '../../database/sql/operators'
import { quoteLiteral } from '../../database/sql/quote'
import type { ColumnId } from '../model/operation'

const name = '(?:"(?:[^"]|"")*"|[\\w$]+)'
const path = `(?:${name}\\.)?${name}`
const addConstraint = new RegExp(`^(ALTER TABLE (${path})) ADD CONSTRAINT (${name}) ([\\s\\S]*)$`)
const setNotNull = new RegExp(`^(ALTER TABLE ${path}) ALTER COLUMN (${name}) SET NOT NULL$`)
const unique =
  /^(UNIQUE|PRIMARY KEY)( NULLS NOT DISTINCT)? (\([^()]*\))( INCLUDE \([^()]*\))?((?: NOT)? DEFERRABLE.*)?$/
const filling = new RegExp(`^UPDATE (${path}) SET (${name}) = ([\\s\\S]*?)(?: WHERE \\2 IS NULL)?$`)
const adding = new RegExp(
  `^(ALTER TABLE (${path})) ADD COLUMN (${name}) ([\\s\\S]*?)( NOT NULL)? DEFAULT ([\\s\\S]+?)( NOT NULL)?$`,
)

/** CREATE INDEX or DROP INDEX as it is run outside a transaction. */
export function concurrently(sql: string): string {
  return sql.replace(/^(CREATE (?:UNIQUE )?|DROP )INDEX /, '$1INDEX CONCURRENTLY ')
}

/** A unique or primary key as an index, and a constraint made of it; undefined where it has no such form. */
export function uniqueForms(sql: string): { index: string; constraint: string } | undefined {
  const [, table, on, constraint, definition = ''] = addConstraint.exec(sql) ?? []
  const [, kind, nulls = '', columns, include = '', deferrable = ''] = unique.exec(definition) ?? []
  if (!kind) return undefined
  return {
    index: `CREATE UNIQUE INDEX CONCURRENTLY ${constraint} ON ${on} ${columns}${include}${nulls}`,
    constraint: `${table} ADD CONSTRAINT ${constraint} ${kind} USING INDEX ${constraint}${deferrable}`,
  }
}

/** Validates the constraint that a statement adds. */
export function validation(sql: string): string {
  const [, table, , constraint] = addConstraint.exec(sql)!
  return `${table} VALIDATE CONSTRAINT ${constraint}`
}

/** What SET NOT NULL needs so that it reads no rows: a check that is validated before and dropped after. */
export function requiredForms(sql: string, id: ColumnId) {
  const [, table, column] = setNotNull.exec(sql)!
  const check = `${id.table}_${id.name}_required`
  const quoted = /^[a-z_][a-z0-9_]*$/.test(check) ? check : `"${check.replaceAll('"', '')}"`
  return {
    check: `${table} ADD CONSTRAINT ${quoted} CHECK (${column} IS NOT NULL) NOT VALID`,
    validation: `${table} VALIDATE CONSTRAINT ${quoted}`,
    drop: `${table} DROP CONSTRAINT ${quoted}`,
  }
}

/** Pages of a table that are one transaction: 4 MiB. */
const batch = 500

/**
 * The same update page by page, each committed by itself; tables that inherit from it have pages of their
 * own, so the largest of them says how many there are.
 *
 * @see https://www.postgresql.org/docs/current/plpgsql-transactions.html
 */
export function inBatches(sql: string): string {
  const [, table = '', column, expression] = filling.exec(sql)!
  const body = `
-- migrate: repeatable
DECLARE
  backfill_page bigint := 0;
BEGIN
  WHILE (backfill_page ${times} pg_catalog.current_setting('block_size')::bigint) ${lt} (
    WITH RECURSIVE family AS (
      SELECT ${quoteLiteral(table)}::pg_catalog.regclass::pg_catalog.oid AS id
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN family ON inhparent ${eq} family.id)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(family.id)) FROM family) LOOP
    UPDATE ${table} SET ${column} = ${expression}
    WHERE ${column} IS NULL
      AND ctid ${ge} pg_catalog.format('(%s,0)', backfill_page)::pg_catalog.tid
      AND ctid ${lt} pg_catalog.format('(%s,0)', backfill_page ${plus} ${batch})::pg_catalog.tid;
    COMMIT;
    backfill_page := backfill_page ${plus} ${batch};
  END LOOP;
END
`
  const tag = body.includes('$$') ? '$backfill$' : '$$'
  return `DO ${tag}${body}${tag}`
}

/** Functions whose value is the same for every row of a statement, so that no row is written. */
const steady = /^(?:now|transaction_timestamp|statement_timestamp|current_setting|timezone)$/

/** True where a default is the same for every row of a statement. */
export function isSteady(value: string): boolean {
  const bare = value.replaceAll(/'(?:[^']|'')*'/g, ' ')
  const called = [...bare.matchAll(/([\w$]+)"?\s*\(/g)].map(([, each = '']) => each.toLowerCase())
  return called.every((each) => steady.test(each))
}

/** A new column apart from its default; undefined where the default is the same for every row. */
export function defaultForms(sql: string) {
  const [, table, path, column, type = '', early, value = '', late] = adding.exec(sql) ?? []
  if (table === undefined) return undefined
  if (isSteady(value) || /\bGENERATED\b/.test(type)) return undefined
  const alter = `${table} ALTER COLUMN ${column}`
  return {
    column: `${table} ADD COLUMN ${column} ${type}`,
    value: `${alter} SET DEFAULT ${value}`,
    expression: value,
    filling: `UPDATE ${path} SET ${column} = DEFAULT WHERE ${column} IS NULL`,
    required: (early ?? late) ? `${alter} SET NOT NULL` : undefined,
  }
}

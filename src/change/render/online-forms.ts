import { eq, ge, lt, plus, times } from '../../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import { isSteady } from '../complete/table-locks'
import type { ColumnId, OwnOperation } from '../model/operation'

const name = '(?:"(?:[^"]|"")*"|[\\w$]+)'
const path = `(?:${name}\\.)?${name}`
const unique =
  /^(UNIQUE|PRIMARY KEY)( NULLS NOT DISTINCT)? (\([^()]*\))( INCLUDE \([^()]*\))?((?: NOT)? DEFERRABLE.*)?$/
const filling = new RegExp(`^UPDATE (${path}) SET (${name}) = ([\\s\\S]*?)(?: WHERE \\2 IS NULL)?$`)
const adding = new RegExp(
  `^ALTER TABLE ${path} ADD COLUMN ${name} ([\\s\\S]*?)( NOT NULL)? DEFAULT ([\\s\\S]+?)( NOT NULL)?$`,
)

/** CREATE INDEX or DROP INDEX as it is run outside a transaction. */
export function concurrently(sql: string): string {
  return sql.replace(/^(CREATE (?:UNIQUE )?|DROP )INDEX /, '$1INDEX CONCURRENTLY ')
}

type AddConstraint = Extract<OwnOperation, { kind: 'add constraint' }>

/** A unique or primary key as an index, and a constraint made of it; undefined where it has no such form. */
export function uniqueForms(operation: AddConstraint) {
  const { constraint, definition } = operation
  const [, kind, nulls = '', columns, include = '', deferrable = ''] = unique.exec(definition) ?? []
  if (!kind) return undefined
  const index = quoteIdentifier(constraint.name)
  const table = quoteIdentifier(constraint.schema, constraint.table)
  const sql = `CREATE UNIQUE INDEX ${index} ON ${table} ${columns}${include}${nulls}`
  const id = { kind: 'index', schema: constraint.schema, name: constraint.name } as const
  return {
    index: { kind: 'create index', index: id, sql, concurrently: true } as const,
    constraint: { ...operation, definition: `${kind} USING INDEX ${index}${deferrable}` },
  }
}

/** What SET NOT NULL needs so that it reads no rows: a check that is validated before and dropped after. */
export function requiredCheck({ schema, table, name }: ColumnId): AddConstraint {
  const check = `${table}_${name}_required`
  return {
    kind: 'add constraint',
    constraint: { kind: 'constraint', schema, table, name: check.replaceAll('"', '') },
    rule: 'CHECK',
    valid: false,
    definition: `CHECK (${quoteIdentifier(name)} IS NOT NULL) NOT VALID`,
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

/** A new column apart from its default; undefined where the default is the same for every row. */
export function defaultForms(sql: string) {
  const [, type = '', early, value = '', late] = adding.exec(sql) ?? []
  if (value === '' || isSteady(value) || /\bGENERATED\b/.test(type)) return undefined
  return { expression: value, required: (early ?? late) !== undefined }
}

import { eq, ge, lt, plus, times } from '../../database/sql/operators'
import { quoteLiteral } from '../../database/sql/quote'
import { step, type ColumnId, type Step } from '../../change/model/operation'

const name = '(?:"(?:[^"]|"")*"|[\\w$]+)'
const path = `(?:${name}\\.)?${name}`
const filling = new RegExp(`^UPDATE (${path}) SET (${name}) = ([\\s\\S]*?)(?: WHERE \\2 IS NULL)?$`)
const adding = new RegExp(
  `^(ALTER TABLE (${path})) ADD COLUMN (${name}) ([\\s\\S]*?)( NOT NULL)? DEFAULT ([\\s\\S]+?)( NOT NULL)?$`,
)

/** Pages of a table that are one transaction: 4 MiB. */
const batch = 500

/**
 * A column's values for the rows that lack them, in batches: the same update page by page, each
 * committed by itself, so that no row is locked for long; tables that inherit from it have pages of their
 * own, so the largest of them says how many there are. It does nothing to rows that have a value, so
 * it can be run again. Undefined for any other step. Needs to be run outside a transaction.
 *
 * @see https://www.postgresql.org/docs/current/plpgsql-transactions.html
 */
export function backfillOf(one: Step): Step | undefined {
  const [, table, column, expression = ''] = filling.exec(one.sql) ?? []
  if (one.verb !== 'data' || table === undefined || column === undefined) return undefined
  if (!one.ids.some(({ kind }) => kind === 'column')) return undefined
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
  const comment =
    'In batches, each committed by itself. Stopped and run again, it goes on with the rest.'
  const comments = [...one.comments, comment]
  return { ...one, sql: `DO ${tag}${body}${tag}`, comments, transactional: false }
}

/** Functions whose value is the same for every row of a statement, so that no row is written. */
const steady = /^(?:now|transaction_timestamp|statement_timestamp|current_setting|timezone)$/

/**
 * A new column whose default differs from row to row would be written into every row under the one lock
 * that stops all others: it is added empty, gets its default for new rows, and is filled afterwards.
 */
export function splitDefault(one: Step): Step[] {
  const [, table, path, column, type = '', early, value = '', late] = adding.exec(one.sql) ?? []
  const id = one.ids.find((each): each is ColumnId => each.kind === 'column')
  if (table === undefined || path === undefined || column === undefined || !id) return [one]
  const bare = value.replaceAll(/'(?:[^']|'')*'/g, ' ')
  const called = [...bare.matchAll(/([\w$]+)"?\s*\(/g)].map(([, each = '']) => each.toLowerCase())
  if (called.every((each) => steady.test(each)) || /\bGENERATED\b/.test(type)) return [one]
  const chain = JSON.stringify([id.schema, id.table, id.name])
  const own = (sql: string) => ({ ...step(sql, [id], { chain }), group: one.group })
  const alter = `${table} ALTER COLUMN ${column}`
  return [
    { ...one, sql: `${table} ADD COLUMN ${column} ${type}`, chain },
    own(`${alter} SET DEFAULT ${value}`),
    { ...own(`UPDATE ${path} SET ${column} = DEFAULT WHERE ${column} IS NULL`), verb: 'data' },
    ...((early ?? late) ? [own(`${alter} SET NOT NULL`)] : []),
  ]
}

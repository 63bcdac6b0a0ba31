import { ne } from '../../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import { columns, journalShape } from './journal-columns'
import { claimIndex, type JournalName } from './journal-name'

/** DDL of the journal. Run it under the lock only: eight processes that create a table at once fail. */
export function createJournal(name: JournalName, withSchema: boolean): string {
  const table = quoteIdentifier(name.schema, name.table)
  const rows = columns.map((column) => `  ${column.name} ${column.type}`).join(',\n')
  return `${withSchema ? `CREATE SCHEMA ${quoteIdentifier(name.schema)};\n` : ''}CREATE TABLE ${table} (
${rows}
);
CREATE UNIQUE INDEX ${quoteIdentifier(claimIndex(name))} ON ${table} (revision, ordinal) WHERE outcome ${ne} 'error';
${writeShape(table)};`
}

/**
 * DDL that makes the current shape of a table with older columns, without rewriting a row: a new column
 * has no default. It can be run twice.
 */
export function upgradeJournal(name: JournalName): string {
  const table = quoteIdentifier(name.schema, name.table)
  const added = columns
    .filter(({ since }) => since > 1)
    .map((column) => `ADD COLUMN IF NOT EXISTS ${column.name} ${column.type}`)
  return `ALTER TABLE ${table} ${added.join(', ')};\n${writeShape(table)};`
}

function writeShape(table: string): string {
  return `COMMENT ON TABLE ${table} IS ${quoteLiteral(`typetrek journal, shape ${journalShape}`)}`
}

/** The shape that a table's comment names; undefined for any other comment. */
export function shapeIn(comment: unknown): number | undefined {
  const text = typeof comment === 'string' ? comment : ''
  const shape = /^typetrek journal, shape (\d+)$/.exec(text)?.[1]
  return shape === undefined ? undefined : Number(shape)
}

/**
 * Reads what the journal's table is: the comment that says its shape, its kind, and whether row level
 * security hides rows of it from this role. All null where there is none.
 */
export function readNature(name: JournalName): string {
  const table = quoteLiteral(quoteIdentifier(name.schema, name.table))
  return `SELECT pg_catalog.obj_description(c.oid, 'pg_class') AS comment, c.relkind::pg_catalog.text AS kind, pg_catalog.row_security_active(c.oid) AS filtered, CURRENT_USER::pg_catalog.text AS role FROM (SELECT pg_catalog.to_regclass(${table})::pg_catalog.oid AS oid) AS journal LEFT JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) journal.oid`
}

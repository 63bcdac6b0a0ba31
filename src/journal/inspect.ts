import type { QueryResultRow } from 'pg'
import { eq, gt, ne } from '../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../database/sql/quote'
import { MigrationError } from '../errors'
import { columns } from './model/journal-columns'
import { claimIndex, type JournalName } from './model/journal-name'

interface Found {
  exists: boolean
  writable: boolean | null
  foreign: string | null
  /** How many of the columns it has that came after the first shape. */
  newer: number
  guarded: boolean
  schema_exists: boolean
  role: string
}

const newerColumns = columns.filter(({ since }) => since > 1)

function arrayOf(some: readonly { name: string }[]): string {
  return quoteLiteral(`{${some.map(({ name }) => name).join(',')}}`)
}

/** Asks whether a journal is there, and whether a run can be recorded and guarded in it. Reads only. */
export function inspection(name: JournalName): string {
  return question({
    table: quoteLiteral(name.table),
    schema: quoteLiteral(name.schema),
    columns: arrayOf(columns),
    newer: arrayOf(newerColumns),
    index: quoteLiteral(claimIndex(name)),
  })
}

/** What a run needs to know of the table before it writes into it. */
interface Inspection {
  exists: boolean
  schemaExists: boolean
  /** True: an older version has created it, and it lacks columns. */
  outdated: boolean
}

/**
 * Reads the answer, before anything is done.
 * @throws {MigrationError} JOURNAL_FAILED without the rights to it; JOURNAL_UNKNOWN where its unique
 *   index is gone, or where it has a column that must be filled and that typetrek does not know
 */
export function readInspection(name: JournalName, answer: QueryResultRow | undefined): Inspection {
  const table = quoteIdentifier(name.schema, name.table)
  const found = answer as Found | undefined
  const { exists = false, schema_exists: schemaExists = false } = found ?? {}
  if (!found?.exists) return { exists, schemaExists, outdated: false }
  if (found.writable === false) throw unwritable(table, found.role)
  if (found.foreign !== null)
    throw unknown(
      table,
      `column ${quoteIdentifier(found.foreign)} must be filled and is none of its own`,
    )
  if (!found.guarded) throw unguarded(table, claimIndex(name))
  return { exists, schemaExists, outdated: found.newer < newerColumns.length }
}

/** As literals. */
interface Asked {
  table: string
  schema: string
  columns: string
  newer: string
  index: string
}

// to_regclass would also find a table that was made after the statement's snapshot, in which the rest of it is missing
const question = ({ table, schema, columns, newer, index }: Asked) => `
SELECT journal IS NOT NULL AS exists,
       pg_catalog.has_table_privilege(journal, 'SELECT')
         AND pg_catalog.has_table_privilege(journal, 'INSERT')
         AND pg_catalog.has_table_privilege(journal, 'UPDATE') AS writable,
       (SELECT attname FROM pg_catalog.pg_attribute
         WHERE attrelid ${eq} journal AND attnum ${gt} 0 AND NOT attisdropped AND attnotnull
           AND NOT atthasdef AND attidentity ${eq} '' AND attname ${ne} ALL (${columns}) LIMIT 1) AS foreign,
       (SELECT pg_catalog.count(*)::pg_catalog.int4 FROM pg_catalog.pg_attribute
         WHERE attrelid ${eq} journal AND NOT attisdropped AND attname ${eq} ANY (${newer})) AS newer,
       EXISTS (SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid ${eq} i.indexrelid
                WHERE i.indrelid ${eq} journal AND c.relname ${eq} ${index} AND i.indisunique AND i.indisvalid) AS guarded,
       place IS NOT NULL AS schema_exists,
       current_user::pg_catalog.text AS role
  FROM (SELECT (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname ${eq} ${schema}) AS place) AS schema
  CROSS JOIN LATERAL (SELECT (SELECT oid FROM pg_catalog.pg_class
                               WHERE relname ${eq} ${table} AND relnamespace ${eq} place) AS journal) AS found`

function unwritable(table: string, role: string): MigrationError {
  return new MigrationError('JOURNAL_FAILED', `cannot use the journal ${table}`, {
    detail: `role ${quoteIdentifier(role)} may not read and write it`,
    hint: `GRANT SELECT, INSERT, UPDATE ON ${table} TO ${quoteIdentifier(role)}, or connect as its owner.`,
  })
}

function unknown(table: string, detail: string): MigrationError {
  return new MigrationError('JOURNAL_UNKNOWN', `the journal ${table} has another shape`, {
    detail,
    hint: 'Drop the column, or give it a default.',
  })
}

/** Without it, two migrators could do the same work, and neither would notice. */
function unguarded(table: string, index: string): MigrationError {
  return new MigrationError('JOURNAL_UNKNOWN', `the journal ${table} lacks its unique index`, {
    detail: `There is no valid index ${quoteIdentifier(index)} on it.`,
    hint: `CREATE UNIQUE INDEX ${quoteIdentifier(index)} ON ${table} (revision, ordinal) WHERE outcome <> 'error'; where the table was renamed, rename the index.`,
  })
}

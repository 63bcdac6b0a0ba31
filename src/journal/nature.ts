import type { QueryResultRow } from 'pg'
import { quoteIdentifier } from '../database/sql/quote'
import { MigrationError } from '../errors'
import type { JournalName } from './model/journal-name'

const kinds: Readonly<Record<string, string>> = {
  v: 'a view',
  m: 'a materialized view',
  f: 'a foreign table',
  S: 'a sequence',
  c: 'a type',
  i: 'an index',
  I: 'an index',
}

/**
 * What is in front of a journal, such as a view, may leave rows out silently.
 * @throws {MigrationError} JOURNAL_UNKNOWN
 */
export function refuseView(name: JournalName, nature: QueryResultRow | undefined): void {
  const kind = kinds[String(nature?.['kind'])]
  if (kind === undefined) return
  const table = quoteIdentifier(name.schema, name.table)
  throw new MigrationError(
    'JOURNAL_UNKNOWN',
    `${table} is not a journal of typetrek: it is ${kind}`,
    {
      hint: 'Name the table with journal_schema and journal_table.',
    },
  )
}

/**
 * A role from which row level security hides entries would see scripts as pending that are applied.
 * @throws {MigrationError} JOURNAL_FAILED
 */
export function refuseHidden(name: JournalName, nature: QueryResultRow | undefined): void {
  if (nature?.['filtered'] !== true) return
  const table = quoteIdentifier(name.schema, name.table)
  const role = quoteIdentifier(String(nature['role']))
  throw new MigrationError('JOURNAL_FAILED', `cannot read the journal ${table} as a whole`, {
    detail: `Row level security may hide entries from role ${role}.`,
    hint: `Connect as the owner of the journal or a role with BYPASSRLS, or ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY.`,
  })
}

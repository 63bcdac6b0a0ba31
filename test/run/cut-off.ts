import type { TestDatabase } from '../support/database'

/** The run that a dead migrator had. */
const deadRun = '11111111-2222-3333-4444-555555555555'

/** What a migrator leaves in the journal that dies in a script outside a transaction. */
export async function cutOff(
  database: TestDatabase,
  revision: number,
  { kind = 'sql', operation = 'run', ordinal = 1 } = {},
): Promise<void> {
  await database.query(
    `INSERT INTO migration_journal (run_id, revision, title, kind, operation, ordinal, outcome, checksum, checksum_kind, operator, tool_version)
     VALUES ('${deadRun}', ${revision}, '', '${kind}', '${operation}', ${ordinal}, 'running', '', 'sql', 'dead', '0')`,
  )
}

/** Every entry of a revision, oldest first: `run success 2`. */
export async function entriesOf(database: TestDatabase, revision: number): Promise<string[]> {
  const rows = await database.query<{ entry: string }>(
    `SELECT concat_ws(' ', operation, outcome, statements_done) AS entry FROM migration_journal WHERE revision = ${revision} ORDER BY id`,
  )
  return rows.map(({ entry }) => entry)
}

/** Name, validity and table of every index of a user's. */
export async function indexesIn(database: TestDatabase): Promise<string[]> {
  const rows = await database.query<{ line: string }>(
    `SELECT format('%s on %s%s', indexrelid::regclass, indrelid::regclass, CASE WHEN indisvalid THEN '' ELSE ' INVALID' END) AS line
       FROM pg_index JOIN pg_class c ON c.oid = indexrelid
      WHERE c.relnamespace::regnamespace::text NOT LIKE ALL ('{pg\\_%,information_schema}') AND NOT indisprimary
        AND indrelid <> to_regclass('migration_journal') ORDER BY 1`,
  )
  return rows.map(({ line }) => line)
}

import { eq, ne } from '../database/sql/operators'
import { quoteIdentifier } from '../database/sql/quote'
import type { Session } from '../database/postgres/session'
import type { JournalName } from './model/journal-name'

/** The SQL that the journal kept to revert the newest application of each revision, where there is some. */
export async function readDowngradeTexts(
  session: Session,
  name: JournalName,
  revisions: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await session.query<{ revision: string; text: string | null }>(
    `SELECT revision::pg_catalog.text AS revision, downgrade_text AS text
       FROM ${quoteIdentifier(name.schema, name.table)}
      WHERE revision ${eq} ANY ($1::pg_catalog.numeric[]) AND outcome ${eq} 'success'
        AND operation ${ne} 'rollback' ORDER BY id`,
    [revisions],
  )
  const texts = new Map<string, string>()
  for (const { revision, text } of rows) {
    if (text === null) texts.delete(revision)
    else texts.set(revision, text)
  }
  return texts
}

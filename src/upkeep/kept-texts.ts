import { eq } from '../database/sql/operators'
import { quoteIdentifier } from '../database/sql/quote'
import type { Session } from '../database/postgres/session'
import type { Entry } from '../journal/model/entry'
import type { JournalName } from '../journal/model/journal-name'
import { readFull } from '../journal/entries'

/** What the journal keeps of a script. */
export interface KeptTexts {
  upgrade: string | null
  downgrade: string | null
  /** The name of its file, where the journal knows it. */
  file: string | null
}

/** What the journal keeps of these entries, by their ids. */
export async function readTexts(
  session: Session,
  journal: JournalName,
  entries: readonly Pick<Entry, 'id'>[],
): Promise<ReadonlyMap<string, KeptTexts>> {
  if (entries.length === 0) return new Map()
  const ids = entries.map(({ id }) => id)
  const full = await readFull(session, journal, { ids })
  const rows = await session.query<{ id: string; up: string | null; down: string | null }>(
    `SELECT id::pg_catalog.text AS id, upgrade_text AS up, downgrade_text AS down
       FROM ${quoteIdentifier(journal.schema, journal.table)} WHERE id ${eq} ANY ($1::pg_catalog.int8[])`,
    [ids],
  )
  const files = new Map(full.map(({ id, file }) => [id, file]))
  return new Map(
    rows.map(({ id, up, down }) => [
      id,
      { upgrade: up, downgrade: down, file: files.get(id) ?? null },
    ]),
  )
}

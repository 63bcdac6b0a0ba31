import { Session } from '../../src/database/postgres/session'
import { ensureJournal } from '../../src/journal/shape'
import type { Claim } from '../../src/journal/model/journal-columns'
import type { JournalName } from '../../src/journal/model/journal-name'
import { withDatabase, type TestDatabase } from '../support/database'

export const usualName: JournalName = { schema: 'public', table: 'migration_journal' }

export interface JournalFixture {
  /** A connection of its own, as a migrator would have one. */
  session: Session
  another(): Promise<Session>
  database: TestDatabase
}

/** Gives a test a fresh database, with an empty journal when `name` is said. */
export async function withJournal(
  name: JournalName | undefined,
  work: (fixture: JournalFixture) => Promise<void>,
): Promise<void> {
  await withDatabase(async (database) => {
    const another = async () => {
      const client = await database.client()
      return new Session(client, () => client.end())
    }
    const session = await another()
    if (name) await ensureJournal(session, name)
    await work({ session, another, database })
  })
}

/** A claim of which only what matters is said. */
export function claimOf(said: Partial<Claim> = {}): Claim {
  return {
    runId: 'this run',
    revision: '1',
    title: 'people',
    kind: 'sql',
    operation: 'run',
    ordinal: 1,
    checksum: 'abc',
    checksumKind: 'sql',
    upgradeText: null,
    downgradeText: null,
    statementsTotal: null,
    operator: 'ann@desk',
    toolVersion: '1.2.3',
    file: '1_people.sql',
    uuid: null,
    ...said,
  }
}

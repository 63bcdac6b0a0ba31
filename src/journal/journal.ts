import type { QueryResultRow } from 'pg'
import { eq, ne } from '../database/sql/operators'
import { quoteIdentifier } from '../database/sql/quote'
import type { Session } from '../database/postgres/session'
import { asJournalError, isUndefinedTable, isUnknownColumn, refuseOther } from './journal-errors'
import { emptyState, foldEntries, type JournalState } from './model/applied-state'
import type { Entry } from './model/entry'
import type { JournalName } from './model/journal-name'
import { parseEntries, readEntries } from './model/packed-entries'
import { readNature } from './model/table-shape'

/**
 * Reads what is applied, in one round trip. Never writes: a database without a journal is one
 * where nothing is applied.
 * @throws {MigrationError} JOURNAL_UNKNOWN when the table is not one that this version knows.
 */
export async function readState(session: Session, name: JournalName): Promise<JournalState> {
  // an error would abort the transaction that a caller has open
  if (session.status === 'T' && !(await journalExists(session, name))) return emptyState
  return stateOf(session, name)
}

/** Reads what is applied; `inspected` is more SQL in the same message, whose answer is judged first. */
export async function stateOf(
  session: Session,
  name: JournalName,
  inspected?: { text: string; judge: (answer: QueryResultRow | undefined) => void },
): Promise<JournalState> {
  try {
    const text = readEntries(name)
    const answers = await session.queryAll(inspected ? `${inspected.text};\n${text}` : text)
    const [[nature] = [], [row] = []] = answers.slice(-2)
    inspected?.judge(answers[0]?.[0])
    refuseOther(name, nature)
    return foldEntries(parseEntries(row?.entries as string | null))
  } catch (error) {
    if (isUndefinedTable(error)) return emptyState
    if (isUnknownColumn(error) && session.status === 'I') await refuseNewerShape(session, name)
    throw asJournalError(error, name)
  }
}

/** A newer shape may lack a column that we read; it is no foreign table for that. */
async function refuseNewerShape(session: Session, name: JournalName): Promise<void> {
  const [row] = await session.query(readNature(name))
  refuseOther(name, row)
}

/**
 * Whether a revision's newest operation has this outcome; one entry is looked up, so it may be asked
 * often. False where there is no journal. Not for a session inside a transaction.
 */
export async function hasOutcome(
  session: Session,
  name: JournalName,
  revision: string,
  outcome: Entry['outcome'],
): Promise<boolean> {
  const table = quoteIdentifier(name.schema, name.table)
  try {
    const [newest] = await session.query<{ outcome: string }>(
      `SELECT outcome FROM ${table} WHERE revision ${eq} ${revision} AND outcome ${ne} 'error' ORDER BY ordinal DESC LIMIT 1`,
    )
    return newest?.outcome === outcome
  } catch (error) {
    if (isUndefinedTable(error)) return false
    throw asJournalError(error, name)
  }
}

/** True when some operation is claimed and not finished. Not for a session inside a transaction. */
export async function hasRunning(session: Session, name: JournalName): Promise<boolean> {
  try {
    const rows = await session.query(
      `SELECT id FROM ${quoteIdentifier(name.schema, name.table)} WHERE outcome OPERATOR(pg_catalog.=) 'running' LIMIT 1`,
    )
    return rows.length > 0
  } catch (error) {
    if (isUndefinedTable(error)) return false
    throw asJournalError(error, name)
  }
}

async function journalExists(session: Session, name: JournalName): Promise<boolean> {
  const [found] = await session.query<{ exists: boolean }>(
    'SELECT pg_catalog.to_regclass($1) IS NOT NULL AS exists',
    [quoteIdentifier(name.schema, name.table)],
  )
  return found?.exists === true
}

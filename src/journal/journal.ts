import type { DatabaseError, QueryResultRow } from 'pg'
import { eq, ne } from '../database/sql/operators'
import { quoteIdentifier } from '../database/sql/quote'
import type { Session } from '../database/postgres/session'
import { MigrationError } from '../errors'
import type { Entry } from './model/entry'
import { inspection, readInspection } from './inspect'
import { refuseHidden, refuseView } from './nature'
import { parseEntries, readEntries } from './model/packed-entries'
import { emptyState, foldEntries, type JournalState } from './model/applied-state'
import { createJournal, journalShape, readNature, type JournalName } from './model/claim'

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

/** With an inspection, it is judged before the entries are. */
async function stateOf(
  session: Session,
  name: JournalName,
  inspected?: string,
): Promise<JournalState> {
  try {
    const text = readEntries(name)
    const answers = await session.queryAll(inspected ? `${inspected};\n${text}` : text)
    const [[nature] = [], [row] = []] = answers.slice(-2)
    if (inspected) readInspection(name, answers[0]?.[0])
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

/**
 * Creates the journal where there is none, and says what is applied; call it only while holding the lock.
 * `expected`: a journal was there when somebody looked last; then one round trip is enough.
 *
 * @throws {MigrationError} CLAIM_REFUSED inside a transaction, when somebody else, whom a pooler's lock
 *   did not hold back, has created it meanwhile; what `readState` and `readInspection` throw.
 */
export async function ensureJournal(
  session: Session,
  name: JournalName,
  expected = false,
): Promise<JournalState> {
  if (session.status === 'I') {
    const state = expected
      ? await stateOf(session, name, inspection(name))
      : await createdState(session, name)
    if (state.exists) return state
  }
  for (let attempt = 1; ; attempt++) {
    const { created, error } = await createWhereMissing(session, name)
    if (created) return { ...emptyState, exists: true }
    if (!error) return readState(session, name)
    if (!isDuplicate(error)) throw asJournalError(error, name)
    if (session.status !== 'I') throw createdMeanwhile(error)
    // the other one may have made the schema alone
    if (attempt === 3) throw asJournalError(error, name)
  }
}

/** Created in one round trip, where its schema is there and it is not; anything else is looked into. */
async function createdState(session: Session, name: JournalName): Promise<JournalState> {
  const { error } = await session.send(`BEGIN;\n${createJournal(name, false)}\nCOMMIT`)
  if (!error) return { ...emptyState, exists: true }
  await session.send('ROLLBACK')
  return emptyState
}

interface Creation {
  created?: boolean
  error?: DatabaseError
}

async function createWhereMissing(session: Session, name: JournalName): Promise<Creation> {
  const [found] = await session.query(inspection(name))
  const { exists, schemaExists } = readInspection(name, found)
  if (exists) return {}
  const text = createJournal(name, !schemaExists)
  const whole = session.status === 'I' ? `BEGIN;\n${text}\nCOMMIT` : text
  const { error } = await session.send(whole)
  if (!error) return { created: true }
  if (whole !== text) await session.send('ROLLBACK')
  return { error }
}

/** Two who create the same at once meet in a unique index of the catalog, or see it a moment later. */
function isDuplicate({ code }: { code?: string | undefined }): boolean {
  return code === '23505' || code === '42P07' || code === '42P06'
}

function createdMeanwhile(cause: unknown): MigrationError {
  return new MigrationError('CLAIM_REFUSED', 'another migrator has created the journal', {
    hint: 'Run it again: what the other one did is recorded.',
    cause,
  })
}

/** @throws {MigrationError} JOURNAL_UNKNOWN, JOURNAL_FAILED where what is read is not all of a journal */
export function refuseOther(name: JournalName, nature: QueryResultRow | undefined): void {
  refuseView(name, nature)
  refuseHidden(name, nature)
  refuseUnknownShape(name, nature?.comment)
}

function refuseUnknownShape(name: JournalName, comment: unknown): void {
  const shape = /^typetrek journal, shape (\d+)$/.exec(
    typeof comment === 'string' ? comment : '',
  )?.[1]
  if (shape === undefined || Number(shape) <= journalShape) return
  throw new MigrationError(
    'JOURNAL_UNKNOWN',
    `the journal ${quoteIdentifier(name.schema, name.table)} has shape ${shape}, newer than this version knows`,
    { detail: `This version knows shapes up to ${journalShape}.`, hint: 'Upgrade typetrek.' },
  )
}

export function isUndefinedTable(error: unknown): boolean {
  const code = (error as { code?: string }).code
  return code === '42P01' || code === '3F000'
}

function isUnknownColumn(error: unknown): boolean {
  return (error as { code?: string }).code === '42703'
}

export function asJournalError(error: unknown, name: JournalName): unknown {
  const { code, message } = error as { code?: string; message: string }
  const table = quoteIdentifier(name.schema, name.table)
  if (code === '42703' || code === '42883' || code === '42809') {
    return new MigrationError('JOURNAL_UNKNOWN', `table ${table} is not a journal of typetrek`, {
      detail: message,
      hint: 'Name another table with journal_table, or move this one away.',
      sqlstate: code,
      cause: error,
    })
  }
  if (code === '42501' || code === '25006') {
    return new MigrationError('JOURNAL_FAILED', `cannot use the journal ${table}`, {
      detail: message,
      hint:
        code === '25006'
          ? 'The server is read-only: connect to the primary.'
          : 'Grant the role the right to create and use it, or set journal_schema to a schema where it may.',
      sqlstate: code,
      cause: error,
    })
  }
  return error
}

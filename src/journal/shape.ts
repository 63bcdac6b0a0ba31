import { setTimeout as pause } from 'node:timers/promises'
import type { DatabaseError } from 'pg'
import { quoteIdentifier } from '../database/sql/quote'
import type { Session } from '../database/postgres/session'
import { MigrationError } from '../errors'
import { inspection, readInspection } from './inspect'
import { readState, stateOf } from './journal'
import { asJournalError } from './journal-errors'
import { emptyState, type JournalState } from './model/applied-state'
import type { JournalName } from './model/journal-name'
import { createJournal, upgradeJournal } from './model/table-shape'

/**
 * Creates the journal where there is none, upgrades one of an older shape in place, and says what is
 * applied; call it only while holding the lock.
 * `expected`: a journal was there when somebody looked last; then one round trip is enough.
 *
 * @throws {MigrationError} CLAIM_REFUSED inside a transaction, when somebody else, whom a pooler's lock
 *   did not hold back, has created it meanwhile; JOURNAL_FAILED where it cannot be upgraded; what
 *   `readState` and `readInspection` throw.
 */
export async function ensureJournal(
  session: Session,
  name: JournalName,
  expected = false,
): Promise<JournalState> {
  if (session.status === 'I') {
    const state = expected ? await inspectedState(session, name) : await createdState(session, name)
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

/** The state of a journal that is there, after its upgrade where it needs one. */
async function inspectedState(session: Session, name: JournalName): Promise<JournalState> {
  let outdated = false
  const judge = (answer: Parameters<typeof readInspection>[1]): void => {
    outdated = readInspection(name, answer).outdated
  }
  const state = await stateOf(session, name, { text: inspection(name), judge })
  if (outdated) await upgradeShape(session, name)
  return state
}

const upgradeAttempts = 30

/**
 * Adds what the table lacks, in one transaction. It needs the table for itself, and readers queue behind
 * it: so each attempt waits briefly. What older versions write still fits.
 */
async function upgradeShape(session: Session, name: JournalName): Promise<void> {
  const text = upgradeJournal(name)
  const own = session.status === 'I'
  const whole = own
    ? `BEGIN;\nSET LOCAL lock_timeout = '1s';\nSET LOCAL client_min_messages = warning;\n${text}\nCOMMIT`
    : text
  for (let attempt = 1; ; attempt++) {
    const { error } = await session.send(whole)
    if (!error) return
    if (own) await session.send('ROLLBACK')
    const isBusy = own && error.code === lockNotAvailable
    if (!isBusy || attempt === upgradeAttempts) throw notUpgraded(name, error, text)
    await pause(1000)
  }
}

const lockNotAvailable = '55P03'
const insufficientPrivilege = '42501'

function notUpgraded(name: JournalName, cause: DatabaseError, text: string): unknown {
  const hints: Readonly<Record<string, string>> = {
    [lockNotAvailable]: 'End the transactions that use the table, and run it again.',
    [insufficientPrivilege]: `Run it once as the table's owner, or let the owner run: ${text.replaceAll('\n', ' ')}`,
  }
  const { code = '', message: detail } = cause
  const hint = hints[code]
  if (hint === undefined) return asJournalError(cause, name)
  const table = quoteIdentifier(name.schema, name.table)
  const message = `cannot upgrade the journal ${table}, which an older version has created`
  return new MigrationError('JOURNAL_FAILED', message, { detail, hint, sqlstate: code, cause })
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
  const { exists, schemaExists, outdated } = readInspection(name, found)
  if (outdated) await upgradeShape(session, name)
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
  return code !== undefined && duplicates.has(code)
}

/** Of a key of the catalog, a table, a schema, and the type that each table has. */
const duplicates: ReadonlySet<string> = new Set(['23505', '42P07', '42P06', '42710'])

function createdMeanwhile(cause: unknown): MigrationError {
  return new MigrationError('CLAIM_REFUSED', 'another migrator has created the journal', {
    hint: 'Run it again: what the other one did is recorded.',
    cause,
  })
}

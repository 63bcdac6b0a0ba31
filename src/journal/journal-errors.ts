import type { QueryResultRow } from 'pg'
import { quoteIdentifier } from '../database/sql/quote'
import { MigrationError } from '../errors'
import { journalShape } from './model/journal-columns'
import type { JournalName } from './model/journal-name'
import { shapeIn } from './model/table-shape'
import { refuseHidden, refuseView } from './nature'

/** @throws {MigrationError} JOURNAL_UNKNOWN, JOURNAL_FAILED where what is read is not all of a journal */
export function refuseOther(name: JournalName, nature: QueryResultRow | undefined): void {
  refuseView(name, nature)
  refuseHidden(name, nature)
  refuseUnknownShape(name, nature?.comment)
}

function refuseUnknownShape(name: JournalName, comment: unknown): void {
  const shape = shapeIn(comment)
  if (shape === undefined || shape <= journalShape) return
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

export function isUnknownColumn(error: unknown): boolean {
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

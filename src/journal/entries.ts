import type { QueryResultRow } from 'pg'
import { eq, ge } from '../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../database/sql/quote'
import type { Session } from '../database/postgres/session'
import type { Entry, FullEntry } from './model/entry'
import { asJournalError, isUndefinedTable, refuseOther } from './journal'
import { instant, readNature, type JournalName } from './model/claim'

/** Which entries `readFull` reads. */
export type EntryFilter = ({ outcome: 'success' | 'error' } | { ids: readonly string[] }) & {
  /** ISO 8601: only those that ended then or later, or began where they have not ended. */
  since?: string
  /** Only so many, the newest. */
  limit?: number
  /** Only those of these revisions. */
  revisions?: readonly string[]
}

/** Whole entries for `list` (successes), `errors` (failures), `trace` (one id), oldest first. Never writes. */
export async function readFull(
  session: Session,
  name: JournalName,
  filter: EntryFilter,
): Promise<FullEntry[]> {
  try {
    const text = `${readNature(name)};\n${readFullEntries(name, conditionsOf(filter), filter.limit)}`
    const [[nature] = [], rows = []] = await session.queryAll(text)
    refuseOther(name, nature)
    return rows.map(toFullEntry)
  } catch (error) {
    if (isUndefinedTable(error)) return []
    throw asJournalError(error, name)
  }
}

function conditionsOf(filter: EntryFilter): string[] {
  const { since, revisions } = filter
  return [
    'outcome' in filter
      ? `outcome ${eq} ${quoteLiteral(filter.outcome)}`
      : `id ${eq} ANY (${numbers(filter.ids)}::pg_catalog.int8[])`,
    ...(since === undefined
      ? []
      : [`coalesce(finished_at, started_at) ${ge} ${quoteLiteral(since)}::pg_catalog.timestamptz`]),
    ...(revisions ? [`revision ${eq} ANY (${numbers(revisions)}::pg_catalog.numeric[])`] : []),
  ]
}

function numbers(digits: readonly string[]): string {
  return quoteLiteral(`{${digits.join(',')}}`)
}

const entryColumns = [
  'id::pg_catalog.text AS id',
  'revision::pg_catalog.text AS revision',
  'title, kind, operation, ordinal, outcome, attempt, statements_done',
  'checksum, checksum_kind, done_checksum',
  'downgrade_text IS NOT NULL AS revertible',
  `${instant('started_at')} AS started_at`,
  `${instant('finished_at')} AS finished_at`,
  'duration_ms::double precision AS duration_ms',
].join(', ')

/** Reads whole entries that meet all conditions, which are our own SQL; of more than `limit` the newest. */
function readFullEntries(name: JournalName, conditions: readonly string[], limit?: number): string {
  const newest = `SELECT * FROM ${quoteIdentifier(name.schema, name.table)} WHERE ${conditions.join(' AND ')} ORDER BY id DESC${limit === undefined ? '' : ` LIMIT ${limit}`}`
  return `SELECT ${entryColumns}, run_id, statements_total, error, trace, operator, tool_version
FROM (${newest}) AS journal ORDER BY journal.id`
}

function toEntry(row: QueryResultRow): Entry {
  return {
    id: row.id,
    revision: row.revision,
    title: row.title,
    kind: row.kind,
    operation: row.operation,
    ordinal: row.ordinal,
    outcome: row.outcome,
    attempt: row.attempt,
    statementsDone: row.statements_done,
    checksum: row.checksum,
    checksumKind: row.checksum_kind,
    doneChecksum: row.done_checksum,
    revertible: row.revertible,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    durationMs: row.duration_ms,
  }
}

function toFullEntry(row: QueryResultRow): FullEntry {
  return {
    ...toEntry(row),
    runId: row.run_id,
    statementsTotal: row.statements_total,
    error: row.error,
    trace: row.trace,
    operator: row.operator,
    toolVersion: row.tool_version,
  }
}

import type { QueryResultRow } from 'pg'
import { eq, ge } from '../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../database/sql/quote'
import type { Session } from '../database/postgres/session'
import { absentColumns, entryFields, fullFields, parseFullEntry } from './model/journal-columns'
import type { FullEntry } from './model/entry'
import { asJournalError, isUndefinedTable, refuseOther } from './journal-errors'
import type { JournalName } from './model/journal-name'
import { readNature } from './model/table-shape'

/** Which entries `readFull` reads. */
export type EntryFilter = (
  | { outcome: 'success' | 'error' | 'any' }
  | { ids: readonly string[] }
) & {
  /** ISO 8601: only those that ended then or later, or began where they have not ended. */
  since?: string
  /** Only so many, the newest. */
  limit?: number
  /** Only those of these revisions. */
  revisions?: readonly string[]
  /** The newest first. */
  reverse?: boolean
}

/** Whole entries for `list` (successes), `errors` (failures), `trace` (one id), oldest first. Never writes. */
export async function readFull(
  session: Session,
  name: JournalName,
  filter: EntryFilter,
): Promise<FullEntry[]> {
  try {
    const text = `${readNature(name)};\n${readFullEntries(name, conditionsOf(filter), filter)}`
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
    whichOf(filter),
    ...(since === undefined
      ? []
      : [`coalesce(finished_at, started_at) ${ge} ${quoteLiteral(since)}::pg_catalog.timestamptz`]),
    ...(revisions ? [`revision ${eq} ANY (${numbers(revisions)}::pg_catalog.numeric[])`] : []),
  ]
}

function whichOf(filter: EntryFilter): string {
  if ('ids' in filter) return `id ${eq} ANY (${numbers(filter.ids)}::pg_catalog.int8[])`
  return filter.outcome === 'any' ? 'true' : `outcome ${eq} ${quoteLiteral(filter.outcome)}`
}

function numbers(digits: readonly string[]): string {
  return quoteLiteral(`{${digits.join(',')}}`)
}

/**
 * Reads whole entries that meet all conditions, which are typetrek's own SQL; of more than `limit` the
 * newest. A column that an older journal does not have is found in `absent` instead, and is null.
 */
function readFullEntries(
  name: JournalName,
  conditions: readonly string[],
  { limit, reverse = false }: Pick<EntryFilter, 'limit' | 'reverse'>,
): string {
  const newest = `SELECT * FROM ${quoteIdentifier(name.schema, name.table)} WHERE ${conditions.join(' AND ')} ORDER BY id DESC${limit === undefined ? '' : ` LIMIT ${limit}`}`
  const packed = [...entryFields, ...fullFields].map(
    ({ pack, key }) => `${pack} AS ${quoteIdentifier(key)}`,
  )
  return `SELECT entry.* FROM (SELECT ${absentColumns}) AS absent
CROSS JOIN LATERAL (SELECT ${packed.join(', ')}, journal.id AS place FROM (${newest}) AS journal) AS entry ORDER BY entry.place${reverse ? ' DESC' : ''}`
}

const readKeys = [...entryFields, ...fullFields].map(({ key }) => key)

function toFullEntry(row: QueryResultRow): FullEntry {
  return parseFullEntry(readKeys.map((key) => row[key] as string | null))
}

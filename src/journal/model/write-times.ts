import { eq, minus, plus, times } from '../../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import type { JournalName } from './journal-name'

/** Added to a claim: answers when it was made, in milliseconds, also where it is rolled back later. */
export const answerBegan = ` RETURNING 'began' AS typetrek, 1000 ${times} EXTRACT(epoch FROM started_at)`

/**
 * Columns of a failure's row that say when it began and ended.
 * @param took milliseconds
 * @param began by the server's clock, in milliseconds; it ended now where that is not known
 */
export function failureTimes(took: number, began?: number): Record<string, string> {
  const now = 'pg_catalog.clock_timestamp()'
  const interval = `pg_catalog.make_interval(secs => ${secondsOf(took)})`
  const start = began === undefined ? undefined : `pg_catalog.to_timestamp(${secondsOf(began)})`
  return {
    started_at: start ?? `${now} ${minus} ${interval}`,
    finished_at: start ? `${start} ${plus} ${interval}` : now,
    duration_ms: String(Math.round(took)),
  }
}

/** SQL: milliseconds as seconds. */
export function secondsOf(milliseconds: number): string {
  return `${quoteLiteral(milliseconds / 1000)}::pg_catalog.float8`
}

/** SQL: what finishes a row now. */
export const finishedNow = `finished_at = pg_catalog.clock_timestamp(), duration_ms = 1000 ${times} EXTRACT(epoch FROM pg_catalog.clock_timestamp() ${minus} started_at)`

/** Reads which transaction wrote an entry last. */
export function readWritten(name: JournalName, id: string): string {
  return `SELECT xmin::pg_catalog.text AS written FROM ${quoteIdentifier(name.schema, name.table)} WHERE id ${eq} ${id}`
}

import { divided, eq, minus, plus, times } from '../../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import { columns, type Claim, type ColumnName } from './journal-columns'
import type { Operation } from './entry'
import type { JournalName } from './journal-name'
import { finishedNow, secondsOf } from './write-times'

/** A claim: a plain INSERT, so that a second migrator fails on the claim's index before it did any work. */
export function insertClaim(name: JournalName, claim: Claim): string {
  return insertRow(name, claim, { outcome: 'running' })
}

/**
 * The claim of a script whose transaction only we can end: the row says success at once, since it commits
 * with the script's work or not at all. `writeTimes` adds when it ended. An UPDATE for each script would
 * cost twice as much as this INSERT.
 * @param within the transaction's id where the script before was in the same; it fails (22012) in another
 */
export function insertDone(name: JournalName, claim: Claim, within?: string): string {
  const done = claim.statementsTotal ?? 0
  const guard = within === undefined ? {} : { attempt: guarded('1', within) }
  return insertRow(name, claim, { outcome: 'success', statements_done: done }, guard)
}

/** An SQL expression for a number that fails (22012) outside the transaction of this id. */
function guarded(number: string, within: string): string {
  return `${number} ${divided} (pg_catalog.txid_current() ${eq} ${within})::integer`
}

/** Any other row: a mark that is a success at once, or a failure. */
export function insertRow(
  name: JournalName,
  claim: Claim,
  more: ColumnValues,
  expressions: Partial<Record<ColumnName, string>> = {},
): string {
  const claimed = claimColumns.map(([column]) => column)
  const names = [...claimed, ...Object.keys(more), ...Object.keys(expressions)]
  const values = [...claimColumns.map(([, key]) => claim[key]), ...Object.values(more)]
  return `INSERT INTO ${quoteIdentifier(name.schema, name.table)} (${names.join(', ')}) VALUES (${[...values.map(quoteLiteral), ...Object.values(expressions)].join(', ')})`
}

/** ColumnValues by column. */
export type ColumnValues = { [name in ColumnName]?: string | number | null }

const claimColumns = columns.flatMap(({ name, claim }) => (claim ? [[name, claim] as const] : []))
const rewrittenColumns = columns.flatMap(({ name, claim, identity }) =>
  claim && !identity ? [[name, claim] as const] : [],
)

/**
 * Finishes the entry that this run claimed. It divides by the number of rows, so that a script that
 * rolled its own claim back is an error (22012) here and never looks done.
 */
export function finishClaim(name: JournalName, claim: Claim): string {
  return `WITH finished AS (UPDATE ${quoteIdentifier(name.schema, name.table)} SET outcome = 'success', statements_done = coalesce(statements_total, statements_done), ${finishedNow} WHERE ${ours(claim)} RETURNING duration_ms) SELECT 1 ${divided} pg_catalog.count(*) AS typetrek, pg_catalog.max(duration_ms) FROM finished`
}

/**
 * A savepoint that only the transaction in which it was made has: to release it (`leaveClaim`) fails
 * (3B001, 25P01) where the script has ended that transaction, whatever it has started since. Neither takes
 * the server any time, as a query would. What a script has made read-only ends with it too.
 * @see https://www.postgresql.org/docs/current/sql-release-savepoint.html
 */
export function enterClaim(claim: Claim): string {
  return `SAVEPOINT ${quoteIdentifier(savepointOf(claim))}`
}

export function leaveClaim(claim: Claim): string {
  return `RELEASE SAVEPOINT ${quoteIdentifier(savepointOf(claim))}`
}

/** A name has 63 bytes at most. */
function savepointOf({ runId }: Claim): string {
  return `typetrek ${runId}`
}

/**
 * Writes when the scripts of `insertDone` ended, and answers how long each took, in milliseconds: from
 * its claim to the next one's, the last one until now. A migrator that is killed before leaves that
 * unknown.
 * @param within as for `insertDone`
 * @param end when the last one ended, in milliseconds, where that was not now
 */
export function writeTimes(
  name: JournalName,
  claims: readonly Claim[],
  { within, end }: { within?: string | undefined; end?: number | undefined } = {},
): string {
  const table = quoteIdentifier(name.schema, name.table)
  const last =
    end === undefined
      ? 'pg_catalog.clock_timestamp()'
      : `pg_catalog.to_timestamp(${secondsOf(end)})`
  const written = `SELECT id, coalesce(pg_catalog.lead(started_at) OVER (ORDER BY id), ${last}) AS ended FROM ${table} WHERE ${doneAmong(claims)} AND finished_at IS NULL`
  const thousand = within === undefined ? '1000' : `(${guarded('1000', within)})`
  return `WITH timed AS (UPDATE ${table} AS journal SET finished_at = written.ended, duration_ms = ${thousand} ${times} EXTRACT(epoch FROM written.ended ${minus} journal.started_at) FROM (${written}) AS written WHERE journal.id ${eq} written.id RETURNING journal.id, journal.duration_ms) SELECT 'took' AS typetrek, duration_ms FROM timed ORDER BY id`
}

/** A condition: these claims of one run are recorded as done. */
export function doneAmong(claims: readonly Claim[]): string {
  const [first] = claims
  if (!first) throw new Error('a condition on no claim')
  const revisions = claims.map(({ revision }) => revision).join(',')
  return `run_id ${eq} ${quoteLiteral(first.runId)} AND outcome ${eq} 'success' AND revision ${eq} ANY ('{${revisions}}')`
}

/** Takes over the entry of a run that died: returns one row, or none when another migrator was faster. */
export function takeOver(name: JournalName, runId: string, id: string, attempt: number): string {
  return `UPDATE ${quoteIdentifier(name.schema, name.table)} SET ${takenBy(runId)} WHERE ${running(id)} AND attempt ${eq} ${attempt} RETURNING id, statements_done, done_checksum`
}

/**
 * Updates an entry that was taken over to the script as it is now: its text may have changed after the
 * statement at which the dead run stopped.
 */
export function rewriteClaim(name: JournalName, claim: Claim, id: string): string {
  const set = rewrittenColumns.map(([column, key]) => `${column} = ${quoteLiteral(claim[key])}`)
  return `UPDATE ${quoteIdentifier(name.schema, name.table)} SET ${set.join(', ')} WHERE ${running(id)}`
}

/**
 * Takes over the entry of a run that died and records it as done, as a mark or as the operation that it was;
 * no row: another migrator was faster.
 */
export function markTakenOver(
  name: JournalName,
  runId: string,
  id: string,
  attempt: number,
  operation: Operation = 'run_skip',
): string {
  return `WITH marked AS (UPDATE ${quoteIdentifier(name.schema, name.table)} SET ${takenBy(runId)}, operation = ${quoteLiteral(operation)}, outcome = 'success', ${finishedNow} WHERE ${running(id)} AND attempt ${eq} ${attempt} RETURNING id) SELECT 1 ${divided} pg_catalog.count(*) AS typetrek FROM marked`
}

/**
 * Records how many statements of a non-transactional script are done, and a checksum of them. It fails
 * (22012) where another migrator has taken the entry over, and what was done with it is rolled back.
 */
export function recordDone(
  name: JournalName,
  claim: Claim,
  done: number,
  checksum: string,
): string {
  return `WITH recorded AS (UPDATE ${quoteIdentifier(name.schema, name.table)} SET statements_done = ${done}, done_checksum = ${quoteLiteral(checksum)} WHERE ${ours(claim)} RETURNING id) SELECT 1 ${divided} pg_catalog.count(*) AS typetrek FROM recorded`
}

/** Turns the running entry of this run into a failure. */
export function failClaim(name: JournalName, claim: Claim, error: string, trace: string): string {
  return `UPDATE ${quoteIdentifier(name.schema, name.table)} SET outcome = 'error', error = ${quoteLiteral(error)}, trace = ${quoteLiteral(trace)}, ${finishedNow} WHERE ${ours(claim)}`
}

function ours({ runId, revision, ordinal }: Claim): string {
  return `run_id ${eq} ${quoteLiteral(runId)} AND revision ${eq} ${revision} AND ordinal ${eq} ${ordinal} AND outcome ${eq} 'running'`
}

function running(id: string): string {
  return `id ${eq} ${id} AND outcome ${eq} 'running'`
}

function takenBy(runId: string): string {
  return `attempt = attempt ${plus} 1, run_id = ${quoteLiteral(runId)}`
}

import { quoteIdentifier, quoteLiteral } from '../database/quote'
import type { ChecksumKind, Kind } from '../script/script'
import type { Operation } from './entry'

/** Which shape of the journal this version writes; an older one is upgraded in place, a newer one refused. */
export const journalShape = 1

/** Where the journal is. */
export interface JournalName {
  schema: string
  table: string
}

/** What a claim says about the work that it begins. */
export interface Claim {
  runId: string
  revision: string
  title: string
  kind: Kind | 'setup'
  operation: Operation
  ordinal: number
  checksum: string
  checksumKind: ChecksumKind
  upgradeText: string | null
  downgradeText: string | null
  statementsTotal: number | null
  operator: string
  toolVersion: string
}

/** The index whose violation means: somebody else made this claim. */
export function claimIndex({ table }: JournalName): string {
  return `${withinBytes(table, 57)}_claim`
}

/** The server would cut a name at 63 bytes, and a violation would then name another index than ours. */
function withinBytes(name: string, limit: number): string {
  const characters = Array.from(name)
  while (new TextEncoder().encode(characters.join('')).length > limit) characters.pop()
  return characters.join('')
}

/** Every column of the journal. */
export const journalColumns: readonly string[] = `
  id run_id revision title kind operation ordinal outcome attempt statements_done statements_total
  checksum checksum_kind done_checksum upgrade_text downgrade_text error trace operator tool_version
  started_at finished_at duration_ms`
  .trim()
  .split(/\s+/)

/** DDL of the journal. Run it under the lock only: eight processes that create a table at once fail. */
export function createJournal(name: JournalName, withSchema: boolean): string {
  const table = quoteIdentifier(name.schema, name.table)
  return `${withSchema ? `CREATE SCHEMA ${quoteIdentifier(name.schema)};\n` : ''}CREATE TABLE ${table} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id text NOT NULL,
  revision numeric NOT NULL,
  title text NOT NULL,
  kind text NOT NULL,
  operation text NOT NULL CHECK (operation IN ('run', 'run_partial', 'run_skip', 'rollback')),
  ordinal integer NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('running', 'success', 'error')),
  attempt integer NOT NULL DEFAULT 1,
  statements_done integer NOT NULL DEFAULT 0,
  statements_total integer,
  checksum text NOT NULL,
  checksum_kind text NOT NULL,
  done_checksum text,
  upgrade_text text,
  downgrade_text text,
  error jsonb,
  trace text,
  operator text NOT NULL,
  tool_version text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  duration_ms bigint
);
CREATE UNIQUE INDEX ${quoteIdentifier(claimIndex(name))} ON ${table} (revision, ordinal) WHERE outcome <> 'error';
COMMENT ON TABLE ${table} IS ${quoteLiteral(`typetrek journal, shape ${journalShape}`)};`
}

/** Reads the comment that tells the shape; null where there is none. */
export function readComment(name: JournalName): string {
  const table = quoteLiteral(quoteIdentifier(name.schema, name.table))
  return `SELECT pg_catalog.obj_description(pg_catalog.to_regclass(${table}), 'pg_class') AS comment`
}

/** A column's time as ISO 8601 text. */
export const instant = (column: string): string =>
  `pg_catalog.to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const entryColumns = [
  'id::text AS id',
  'revision::text AS revision',
  'title, kind, operation, ordinal, outcome, attempt, statements_done',
  'checksum, checksum_kind, done_checksum',
  'downgrade_text IS NOT NULL AS revertible',
  `${instant('started_at')} AS started_at`,
  `${instant('finished_at')} AS finished_at`,
  'duration_ms::float8 AS duration_ms',
].join(', ')

/** Reads whole entries; `condition` is SQL of ours with `$1` for its value. */
export function readFullEntries(name: JournalName, condition: string): string {
  return `SELECT ${entryColumns}, run_id, statements_total, error, trace, operator, tool_version
FROM ${quoteIdentifier(name.schema, name.table)} AS journal WHERE ${condition} ORDER BY journal.id`
}

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
  const guard = within === undefined ? {} : { attempt: divided('1', within) }
  return insertRow(name, claim, { outcome: 'success', statements_done: done }, guard)
}

/** Added to a claim: answers when it was made, in milliseconds, also where it is rolled back later. */
export const answerBegan =
  " RETURNING 'began' AS typetrek, 1000 OPERATOR(pg_catalog.*) EXTRACT(epoch FROM started_at)"

/** A number; fails (22012) outside the transaction of this id, whatever the search_path. */
function divided(number: string, within: string): string {
  return `${number} OPERATOR(pg_catalog./) (pg_catalog.txid_current() OPERATOR(pg_catalog.=) ${within})::pg_catalog.int4`
}

/** Any other row: a mark that is a success at once, or a failure. */
export function insertRow(
  name: JournalName,
  claim: Claim,
  more: Record<string, string | number | null>,
  expressions: Record<string, string> = {},
): string {
  const columns = [claimColumns, ...Object.keys(more), ...Object.keys(expressions)]
  const values = [
    claim.runId,
    claim.revision,
    claim.title,
    claim.kind,
    claim.operation,
    claim.ordinal,
    claim.checksum,
    claim.checksumKind,
    claim.upgradeText,
    claim.downgradeText,
    claim.statementsTotal,
    claim.operator,
    claim.toolVersion,
    ...Object.values(more),
  ]
  return `INSERT INTO ${quoteIdentifier(name.schema, name.table)} (${columns.join(', ')}) VALUES (${[...values.map(quoteLiteral), ...Object.values(expressions)].join(', ')})`
}

const claimColumns =
  'run_id, revision, title, kind, operation, ordinal, checksum, checksum_kind, upgrade_text, downgrade_text, statements_total, operator, tool_version'

/**
 * Finishes the entry that this run claimed. It divides by the number of rows, so that a script that
 * rolled its own claim back is an error (22012) here and never looks done.
 */
export function finishClaim(name: JournalName, claim: Claim): string {
  return `WITH finished AS (UPDATE ${quoteIdentifier(name.schema, name.table)} SET outcome = 'success', statements_done = coalesce(statements_total, statements_done), ${finishedNow} WHERE run_id = ${quoteLiteral(claim.runId)} AND revision = ${claim.revision} AND ordinal = ${claim.ordinal} AND outcome = 'running' RETURNING duration_ms) SELECT 1 / pg_catalog.count(*) AS typetrek, pg_catalog.max(duration_ms) FROM finished`
}

/**
 * A savepoint that only the transaction in which it was made has: to release it (`leaveClaim`) fails
 * (3B001, 25P01) where the script has ended that transaction, whatever it has begun since. Neither takes
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
  const [first] = claims
  if (!first) throw new Error('times of no claim')
  const last =
    end === undefined ? 'pg_catalog.clock_timestamp()' : `pg_catalog.to_timestamp(${seconds(end)})`
  const written = `SELECT id, coalesce(pg_catalog.lead(started_at) OVER (ORDER BY id), ${last}) AS ended FROM ${table} WHERE run_id = ${quoteLiteral(first.runId)} AND outcome = 'success' AND finished_at IS NULL AND revision IN (${claims.map(({ revision }) => revision).join(', ')})`
  const thousand = within === undefined ? '1000' : `(${divided('1000', within)})`
  return `WITH timed AS (UPDATE ${table} AS journal SET finished_at = written.ended, duration_ms = ${thousand} * EXTRACT(epoch FROM written.ended - journal.started_at) FROM (${written}) AS written WHERE journal.id = written.id RETURNING journal.id, journal.duration_ms) SELECT 'took' AS typetrek, duration_ms FROM timed ORDER BY id`
}

const finishedNow =
  'finished_at = pg_catalog.clock_timestamp(), duration_ms = 1000 * EXTRACT(epoch FROM pg_catalog.clock_timestamp() - started_at)'

/**
 * Columns of a failure's row that say when it began and ended.
 * @param took milliseconds
 * @param began by the server's clock, in milliseconds; it ended now where that is not known
 */
export function failureTimes(took: number, began?: number): Record<string, string> {
  const now = 'pg_catalog.clock_timestamp()'
  const interval = `pg_catalog.make_interval(secs => ${seconds(took)})`
  const start = began === undefined ? undefined : `pg_catalog.to_timestamp(${seconds(began)})`
  return {
    started_at: start ?? `${now} OPERATOR(pg_catalog.-) ${interval}`,
    finished_at: start ? `${start} OPERATOR(pg_catalog.+) ${interval}` : now,
    duration_ms: String(Math.round(took)),
  }
}

function seconds(milliseconds: number): string {
  return `${quoteLiteral(milliseconds / 1000)}::pg_catalog.float8`
}

/** Reads which transaction wrote an entry last. */
export function readWritten(name: JournalName, id: string): string {
  return `SELECT xmin::text AS written FROM ${quoteIdentifier(name.schema, name.table)} WHERE id = ${id}`
}

/** Takes over the entry that a dead run left: one row back, or none when somebody was faster. */
export function takeOver(name: JournalName, runId: string, id: string, attempt: number): string {
  return `UPDATE ${quoteIdentifier(name.schema, name.table)} SET attempt = attempt + 1, run_id = ${quoteLiteral(runId)} WHERE id = ${id} AND attempt = ${attempt} AND outcome = 'running' RETURNING id, statements_done, done_checksum`
}

/**
 * Says of an entry that is taken over what is true of the script as it is now: its text may have changed
 * below the statement where the dead run had stopped.
 */
export function rewriteClaim(name: JournalName, claim: Claim, id: string): string {
  const columns = {
    title: claim.title,
    kind: claim.kind,
    checksum: claim.checksum,
    checksum_kind: claim.checksumKind,
    upgrade_text: claim.upgradeText,
    downgrade_text: claim.downgradeText,
    statements_total: claim.statementsTotal,
    operator: claim.operator,
    tool_version: claim.toolVersion,
  }
  const set = Object.entries(columns).map(([column, value]) => `${column} = ${quoteLiteral(value)}`)
  return `UPDATE ${quoteIdentifier(name.schema, name.table)} SET ${set.join(', ')} WHERE id = ${id} AND outcome = 'running'`
}

/**
 * Takes over what a dead run left and records it as done, as a mark or as the operation that it was; no
 * row means: somebody was faster.
 */
export function markTakenOver(
  name: JournalName,
  runId: string,
  id: string,
  attempt: number,
  operation: Operation = 'run_skip',
): string {
  return `WITH marked AS (UPDATE ${quoteIdentifier(name.schema, name.table)} SET attempt = attempt + 1, run_id = ${quoteLiteral(runId)}, operation = ${quoteLiteral(operation)}, outcome = 'success', ${finishedNow} WHERE id = ${id} AND attempt = ${attempt} AND outcome = 'running' RETURNING id) SELECT 1 / pg_catalog.count(*) AS typetrek FROM marked`
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
  return `WITH recorded AS (UPDATE ${quoteIdentifier(name.schema, name.table)} SET statements_done = ${done}, done_checksum = ${quoteLiteral(checksum)} WHERE ${ours(claim)} RETURNING id) SELECT 1 / pg_catalog.count(*) AS typetrek FROM recorded`
}

/** Turns our running entry into a failure. */
export function failClaim(name: JournalName, claim: Claim, error: string, trace: string): string {
  return `UPDATE ${quoteIdentifier(name.schema, name.table)} SET outcome = 'error', error = ${quoteLiteral(error)}, trace = ${quoteLiteral(trace)}, ${finishedNow} WHERE ${ours(claim)}`
}

function ours({ runId, revision, ordinal }: Claim): string {
  return `run_id = ${quoteLiteral(runId)} AND revision = ${revision} AND ordinal = ${ordinal} AND outcome = 'running'`
}

import { eq, ne } from '../../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import type { Session } from '../../database/postgres/session'
import type { Operation } from '../../journal/model/entry'
import { instant } from '../../journal/model/journal-columns'
import type { JournalName } from '../../journal/model/journal-name'
import { runTagOf } from '../context/application-name'

/** The script that a run is at, as far as the server shows it. */
export interface RunningScript {
  revision: string
  /** Empty where only the revision is known. */
  title: string
  /** ISO 8601, UTC: when it began, where the server shows that. */
  since: string | null
}

/** A session of a run, as far as it shows the script that the run is at. */
interface SessionOfRun {
  applicationName: string
  query: string
  since: string | null
  state: string
}

interface Row extends Record<string, unknown> {
  tag: string
  revision: string
  title: string
  operation: Operation
  outcome: 'running' | 'success'
  started_at: string
}

/** What a run has recorded so far: the entry that it works on, and the newest one that it has finished. */
export interface RunProgress {
  running?: RunningScript
  finished?: { revision: string; operation: Operation }
}

/**
 * Reads from the journal how far the runs of these sessions are, by the tag that ends their names. A
 * script in a transaction shows nothing there before it is committed. Reads only.
 */
export async function readProgress(
  session: Session,
  name: JournalName,
  sessions: readonly SessionOfRun[],
): Promise<Map<string, RunProgress>> {
  const tags = [...new Set(sessions.flatMap((one) => runTagOf(one.applicationName) ?? []))]
  const progress = new Map<string, RunProgress>(tags.map((tag) => [tag, {}]))
  if (tags.length === 0 || !(await journalIsThere(session, name))) return progress
  for (const row of await session.query<Row>(recordedBy(name, tags))) {
    const run = progress.get(row.tag) ?? {}
    const { revision, title, operation, started_at: since } = row
    if (row.outcome === 'running')
      progress.set(row.tag, { ...run, running: { revision, title, since } })
    else progress.set(row.tag, { ...run, finished: { revision, operation } })
  }
  return progress
}

/** The newest entry of each outcome; in order, so that a later one replaces an earlier one. */
function recordedBy(name: JournalName, tags: readonly string[]): string {
  const tag = 'pg_catalog.left(run_id, 13)'
  const list = tags.map(quoteLiteral).join(', ')
  return `SELECT DISTINCT ON (tag, outcome) ${tag} AS tag, revision::pg_catalog.text AS revision, title, operation, outcome, ${instant('started_at')} AS started_at
FROM ${quoteIdentifier(name.schema, name.table)} AS journal
WHERE outcome ${ne} 'error' AND ${tag} ${eq} ANY (ARRAY[${list}]::pg_catalog.text[])
ORDER BY tag, outcome, journal.id DESC`
}

async function journalIsThere(session: Session, name: JournalName): Promise<boolean> {
  const table = quoteLiteral(quoteIdentifier(name.schema, name.table))
  const [row] = await session.query<{ there: boolean }>(
    `SELECT pg_catalog.has_table_privilege(pg_catalog.to_regclass(${table}), 'SELECT') AS there`,
  )
  return row?.there === true
}

/**
 * The script that a session of a run is at: what the journal says of one outside a transaction; the claim
 * in the message that the session sent; the revision that a TypeScript script's session has in its name.
 * Undefined where none of them shows it. Pure.
 */
export function runningScriptOf(
  { query, applicationName, since, state }: SessionOfRun,
  { running, finished }: RunProgress,
): RunningScript | undefined {
  if (running) return running
  const claimed = claimIn(query, runTagOf(applicationName))
  const isDone = claimed !== undefined && claimed.revision === finished?.revision
  if (claimed && !isDone && state !== 'idle') return { ...claimed, since }
  const [, revision] = /-[0-9a-f]{4} (\d+)$/.exec(applicationName) ?? []
  return revision === undefined ? undefined : { revision, title: '', since }
}

/** The first claim in a message of typetrek's own, where it belongs to this run. */
function claimIn(query: string, tag: string | undefined) {
  const [, runId = '', revision = '', title = ''] =
    /INSERT INTO [^(]*\(run_id, revision, title[^)]*\) VALUES \('([0-9a-f-]{36})', '(\d+)', E?'((?:[^']|'')*)'/.exec(
      query,
    ) ?? []
  if (tag === undefined || !runId.startsWith(tag)) return undefined
  return { revision, title: title.replaceAll("''", "'") }
}

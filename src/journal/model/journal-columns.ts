import { eq } from '../../database/sql/operators'
import type { ChecksumKind, Kind } from '../../script/script'
import type { Entry, FullEntry, Operation } from './entry'

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
  /** The name of the responsible file; null for set-up, and where the file is gone. */
  file: string | null
  /** The uuid that the script's module says that it has. */
  uuid: string | null
}

/** How one member of an entry is read: as text from SQL, and as a value from that text. */
export interface Field {
  key: keyof FullEntry
  /** SQL; null and '' mean the same. */
  pack: string
  parse: (text: string) => unknown
}

/** One column of the journal. All SQL, entries and checks derive from these rows. */
export interface JournalColumn {
  name: string
  /** Type and constraints, as CREATE TABLE takes them. */
  type: string
  /** The first shape that has it. */
  since: number
  /** What a claim writes. */
  claim?: keyof Claim
  /** True: identifies the claim, so taking it over leaves it as it is. */
  identity?: true
  /** Read for planning. */
  entry?: Field
  /** Read only for `list`, `errors` and `trace`. */
  full?: Field
}

type Row = Omit<JournalColumn, 'name' | 'since' | 'entry' | 'full'> & {
  since?: number
  entry?: (column: string) => Field
  full?: (column: string) => Field
}

/** How one member is read from a column; `parse` gives its type. */
function read<K extends keyof FullEntry>(
  key: K,
  parse: (text: string) => FullEntry[K],
  pack: (column: string) => string = plain,
): (column: string) => Field {
  return (column) => ({ key, pack: pack(column), parse })
}

const textType = 'pg_catalog.text'
const plain = (column: string): string => column
const asText = (column: string): string => `${column}::${textType}`
const asJson = (column: string): string => asText(`pg_catalog.to_json(${column})`)
const asFlag = (column: string): string => `CASE WHEN ${column} IS NULL THEN '' ELSE 'yes' END`

/** A column's time as ISO 8601 text. */
export const instant = (column: string): string =>
  `pg_catalog.to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const same = (text: string): string => text
const textOrNull = (text: string): string | null => text || null
const numberOrNull = (text: string): number | null => (text === '' ? null : Number(text))
/** JSON keeps what a title may contain from being a separator. */
const quoted = (text: string): string =>
  text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1)
const objectOrNull = (text: string): FullEntry['error'] =>
  text === '' ? null : (JSON.parse(text) as FullEntry['error'])

const required = `${textType} NOT NULL`
const oneOf = (column: string, ...values: string[]): string =>
  `${required} CHECK (${column} ${eq} ANY (ARRAY[${values.map((value) => `'${value}'`).join(', ')}]))`

const rows = {
  id: {
    type: 'bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
    entry: read('id', same, asText),
  },
  run_id: { type: required, claim: 'runId', identity: true, full: read('runId', same) },
  revision: {
    type: 'numeric NOT NULL',
    claim: 'revision',
    identity: true,
    entry: read('revision', same, asText),
  },
  title: { type: required, claim: 'title', entry: read('title', quoted, asJson) },
  kind: { type: required, claim: 'kind', entry: read('kind', (text) => text as Entry['kind']) },
  operation: {
    type: oneOf('operation', 'run', 'run_partial', 'run_skip', 'rollback'),
    claim: 'operation',
    identity: true,
    entry: read('operation', (text) => text as Entry['operation']),
  },
  ordinal: {
    type: 'integer NOT NULL',
    claim: 'ordinal',
    identity: true,
    entry: read('ordinal', Number, asText),
  },
  outcome: {
    type: oneOf('outcome', 'running', 'success', 'error'),
    entry: read('outcome', (text) => text as Entry['outcome']),
  },
  attempt: { type: 'integer NOT NULL DEFAULT 1', entry: read('attempt', Number, asText) },
  statements_done: {
    type: 'integer NOT NULL DEFAULT 0',
    entry: read('statementsDone', Number, asText),
  },
  statements_total: {
    type: 'integer',
    claim: 'statementsTotal',
    full: read('statementsTotal', numberOrNull, asText),
  },
  checksum: { type: required, claim: 'checksum', entry: read('checksum', same) },
  checksum_kind: {
    type: required,
    claim: 'checksumKind',
    entry: read('checksumKind', (text) => text as Entry['checksumKind']),
  },
  done_checksum: { type: textType, entry: read('doneChecksum', textOrNull) },
  upgrade_text: { type: textType, claim: 'upgradeText' },
  downgrade_text: {
    type: textType,
    claim: 'downgradeText',
    entry: read('revertible', Boolean, asFlag),
  },
  error: { type: 'pg_catalog.jsonb', full: read('error', objectOrNull, asText) },
  trace: { type: textType, full: read('trace', textOrNull) },
  operator: { type: required, claim: 'operator', full: read('operator', same) },
  tool_version: { type: required, claim: 'toolVersion', full: read('toolVersion', same) },
  started_at: {
    type: 'timestamp with time zone NOT NULL DEFAULT pg_catalog.clock_timestamp()',
    entry: read('startedAt', same, instant),
  },
  finished_at: {
    type: 'timestamp with time zone',
    entry: read('finishedAt', textOrNull, instant),
  },
  duration_ms: { type: 'bigint', entry: read('durationMs', numberOrNull, asText) },
  file: { type: textType, since: 2, claim: 'file', full: read('file', textOrNull) },
  uuid: { type: textType, since: 3, claim: 'uuid', entry: read('uuid', textOrNull) },
} as const satisfies Record<string, Row>

export type ColumnName = keyof typeof rows

/** Every column, in the order of the table. A new one goes to the end, with the shape that brings it. */
export const columns: readonly JournalColumn[] = Object.entries<Row>(rows).map(([name, row]) => {
  const { since = 1, entry, full, ...rest } = row
  const fields = { ...(entry && { entry: entry(name) }), ...(full && { full: full(name) }) }
  return { name, since, ...rest, ...fields }
})

/** Which shape of the journal this version writes; an older one is upgraded in place, a newer one refused. */
export const journalShape = Math.max(...columns.map(({ since }) => since))

/** What a query finds in an outer table where the journal is of an older shape and lacks a column. */
export const absentColumns = columns
  .filter(({ since }) => since > 1)
  .map(({ name, type }) => `NULL::${type} AS ${name}`)
  .join(', ')

/** What planning reads of an entry, in the order in which it is packed. */
export const entryFields: readonly Field[] = columns.flatMap(({ entry }) => entry ?? [])

/** The rest of a full entry. */
export const fullFields: readonly Field[] = columns.flatMap(({ full }) => full ?? [])

/** Reads fields that came as text, in the same order. */
function parseFields(
  fields: readonly Field[],
  texts: readonly (string | null)[],
): Record<string, unknown> {
  const entry: Record<string, unknown> = {}
  for (let at = 0; at < fields.length; at++) {
    const { key, parse } = fields[at]!
    entry[key] = parse(texts[at] ?? '')
  }
  return entry
}

/** Reads one entry as planning needs it, from texts in the order of `entryFields`. */
export function parseEntry(texts: readonly (string | null)[]): Entry {
  return parseFields(entryFields, texts) as unknown as Entry
}

/** Reads a full entry, from texts in the order of `entryFields` and `fullFields`. */
export function parseFullEntry(texts: readonly (string | null)[]): FullEntry {
  return parseFields([...entryFields, ...fullFields], texts) as unknown as FullEntry
}

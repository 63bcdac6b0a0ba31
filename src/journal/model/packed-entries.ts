import { quoteIdentifier } from '../../database/sql/quote'
import type { Entry } from './entry'
import { instant, readNature, type JournalName } from './claim'

/**
 * Reads what the table is and every entry that planning needs, in one message of two statements. The
 * entries come as one text, which `parseEntries` reads: a thousand rows of sixteen columns would cost
 * both sides three times as much.
 */
export function readEntries(name: JournalName): string {
  const columns = packedColumns.map((column) => `coalesce(${column}, '')`).join(', ')
  return `${readNature(name)};
SELECT pg_catalog.string_agg(pg_catalog.concat_ws(pg_catalog.chr(31), ${columns}), pg_catalog.chr(30)) AS entries
FROM (SELECT * FROM ${quoteIdentifier(name.schema, name.table)} ORDER BY id) AS journal`
}

/** In the order in which `parseEntries` takes them; JSON keeps what a title may hold from being a separator. */
const packedColumns = [
  'id::pg_catalog.text',
  'revision::pg_catalog.text',
  'pg_catalog.to_json(title)::pg_catalog.text',
  'kind',
  'operation',
  'outcome',
  'checksum',
  'checksum_kind',
  'done_checksum',
  ...['ordinal', 'attempt', 'statements_done'].map((column) => `${column}::pg_catalog.text`),
  "CASE WHEN downgrade_text IS NULL THEN '' ELSE 'yes' END",
  instant('started_at'),
  instant('finished_at'),
  'duration_ms::pg_catalog.text',
]

/** Entries from the text that `readEntries` gives; null is the text of none. Pure. */
export function parseEntries(text: string | null): Entry[] {
  return text === null ? [] : text.split('\x1e').map(parseEntry)
}

function parseEntry(record: string): Entry {
  const fields = record.split('\x1f')
  const title = fields[2]!
  return {
    id: fields[0]!,
    revision: fields[1]!,
    title: title.includes('\\') ? (JSON.parse(title) as string) : title.slice(1, -1),
    kind: fields[3] as Entry['kind'],
    operation: fields[4] as Entry['operation'],
    outcome: fields[5] as Entry['outcome'],
    checksum: fields[6]!,
    checksumKind: fields[7] as Entry['checksumKind'],
    doneChecksum: fields[8]! || null,
    ordinal: Number(fields[9]),
    attempt: Number(fields[10]),
    statementsDone: Number(fields[11]),
    revertible: fields[12] !== '',
    startedAt: fields[13]!,
    finishedAt: fields[14]! || null,
    durationMs: fields[15] === '' ? null : Number(fields[15]),
  }
}

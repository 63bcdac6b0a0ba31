import { quoteIdentifier } from '../database/quote'
import type { Entry } from './entry'
import { readComment, type JournalName } from './table'

/**
 * Reads the shape's comment and every entry that planning needs, in one message of two statements. The
 * entries come as one text, which `parseEntries` reads: a thousand rows of sixteen columns would cost
 * both sides three times as much.
 */
export function readEntries(name: JournalName): string {
  const columns = packedColumns.map((column) => `coalesce(${column}, '')`).join(', ')
  return `${readComment(name)};
SELECT pg_catalog.string_agg(pg_catalog.concat_ws(pg_catalog.chr(31), ${columns}), pg_catalog.chr(30)) AS entries
FROM (SELECT * FROM ${quoteIdentifier(name.schema, name.table)} ORDER BY id) AS journal`
}

const milliseconds = (column: string) =>
  `(1000 * pg_catalog.date_part('epoch', ${column}))::pg_catalog.int8::pg_catalog.text`

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
  milliseconds('started_at'),
  milliseconds('finished_at'),
  'duration_ms::pg_catalog.text',
]

/** Entries from the text that `readEntries` gives; null is the text of none. Pure. */
export function parseEntries(text: string | null): Entry[] {
  return text === null ? [] : text.split('\x1e').map(parseEntry)
}

function parseEntry(record: string): Entry {
  const fields = record.split('\x1f')
  const field = (index: number) => fields[index] ?? ''
  return {
    id: field(0),
    revision: field(1),
    title: JSON.parse(field(2)) as string,
    kind: field(3) as Entry['kind'],
    operation: field(4) as Entry['operation'],
    outcome: field(5) as Entry['outcome'],
    checksum: field(6),
    checksumKind: field(7) as Entry['checksumKind'],
    doneChecksum: field(8) || null,
    ordinal: Number(field(9)),
    attempt: Number(field(10)),
    statementsDone: Number(field(11)),
    revertible: field(12) !== '',
    startedAt: new Date(Number(field(13))).toISOString(),
    finishedAt: field(14) === '' ? null : new Date(Number(field(14))).toISOString(),
    durationMs: field(15) === '' ? null : Number(field(15)),
  }
}

import { quoteIdentifier } from '../../database/sql/quote'
import { absentColumns, entryFields, parseEntry } from './journal-columns'
import type { Entry } from './entry'
import type { JournalName } from './journal-name'
import { readNature } from './table-shape'

/**
 * Reads what the table is and every entry that planning needs, in one message of two statements. The
 * entries come as one text, which `parseEntries` reads: a thousand rows of sixteen columns would cost
 * both sides three times as much. A column that an older journal does not have is null.
 */
export function readEntries(name: JournalName): string {
  const packed = entryFields.map(({ pack }) => `coalesce(${pack}, '')`).join(', ')
  return `${readNature(name)};
SELECT entries FROM (SELECT ${absentColumns}) AS absent CROSS JOIN LATERAL (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(pg_catalog.chr(31), ${packed}), pg_catalog.chr(30)) AS entries
FROM (SELECT * FROM ${quoteIdentifier(name.schema, name.table)} ORDER BY id) AS journal) AS packed`
}

/** Entries from the text that `readEntries` gives; null is the text of none. Pure. */
export function parseEntries(text: string | null): Entry[] {
  return text === null ? [] : text.split('\x1e').map((record) => parseEntry(record.split('\x1f')))
}

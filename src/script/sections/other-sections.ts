import { lex } from '../lexer/lexer'
import { type OtherMarker, otherHint } from './other-markers'
import { type TextPlace, invalid } from '../place'
import { transactionKind } from '../lexer/transaction-kind'

/** A marker of another tool's, with the offsets of its line. */
export type PlacedOther = OtherMarker & { start: number; end: number }

/** One of typetrek's own markers. */
interface Section {
  name: 'UP' | 'DOWN'
  lineStart: number
}

/**
 * Refuses a file that another tool would cut or run otherwise: what it reverts would run as part of the
 * upgrade. A line over which nothing would be run is harmless, and so is any in our own section for what
 * reverts; nor does a mere word count where there are MIGRATE sections.
 *
 * @throws {MigrationError} SCRIPT_INVALID
 */
export function refuseOthers(
  place: TextPlace,
  others: readonly PlacedOther[],
  sections: readonly Section[],
): void {
  const counts = others.filter(
    ({ tool, means }) => means !== 'up' && (tool !== undefined || sections.length === 0),
  )
  if (counts.length === 0) return
  // Play's sections begin with a `#`, which PostgreSQL knows as an operator
  const text = place.text.replace(/^[ \t]*#.*$/gm, (line) => ' '.repeat(line.length))
  const { statements } = lex(text)
  for (const marker of counts) {
    const { start, end, tool, means } = marker
    if (sections.findLast(({ lineStart }) => lineStart < start)?.name === 'DOWN') continue
    const stop = sections.find(({ lineStart }) => lineStart > start)?.lineStart ?? Infinity
    const next = statements.find(({ firstTokenStart }) => firstTokenStart > end)
    const runs = next !== undefined && next.firstTokenStart < stop
    // `-- rollback` over a ROLLBACK says what that does
    const explains = tool === undefined && runs && transactionKind(next.words) !== undefined
    if (means === 'down' && (!runs || explains)) continue
    throw invalid(place, start, messageOf(marker), otherHint(marker))
  }
}

function messageOf({ tool, means }: OtherMarker): string {
  if (tool === undefined) return 'this comment seems to begin what reverts the script'
  return means === 'down'
    ? `a section of ${tool} that reverts the script would run as part of the upgrade`
    : `a marker of ${tool}, which typetrek does not know`
}

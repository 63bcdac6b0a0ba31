import { readOtherMarker } from './other-markers'

/**
 * A text as one line behind `-- ` that is a comment and nothing else: no line's end, and neither a
 * MIGRATE marker, a directive nor another tool's marker, which are then put in quotes. Pure.
 */
export function commentLine(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trimEnd()
  const marker = /^[^\p{L}\p{N}'"$]*migrate\b/iu.test(line) || readOtherMarker(`-- ${line}`)
  return marker ? `"${line}"` : line
}

/** Several lines, each made safe. */
export function commentLines(text: string): string[] {
  return text.split(/\r\n?|\n/).map(commentLine)
}

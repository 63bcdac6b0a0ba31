/**
 * A text as one line behind `-- ` that is a comment and nothing else: no line's end, and neither a
 * MIGRATE marker nor a directive, which then stand in quotes. Pure.
 */
export function commentLine(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trimEnd()
  return /^[^\p{L}\p{N}'"$]*migrate\b/iu.test(line) ? `"${line}"` : line
}

/** Several lines, each made safe. */
export function commentLines(text: string): string[] {
  return text.split(/\r\n?|\n/).map(commentLine)
}

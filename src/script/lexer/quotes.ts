const newline = 10
const carriageReturn = 13
const ampersand = 38
const singleQuote = 39
const star = 42
const minus = 45
const slash = 47
const backslash = 92

/** The end of the line, and so of a `--` comment: PostgreSQL takes either end-of-line character. */
export function lineEnd(text: string, from: number): number {
  let end = from
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === newline || code === carriageReturn) break
  }
  return end
}

/** The offset after a block comment that starts at `start`, those in it closed; -1 where it never ends. */
export function blockCommentEnd(text: string, start: number): number {
  let depth = 1
  for (let at = start + 2; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === star && text.charCodeAt(at + 1) === slash) {
      at++
      if (--depth === 0) return at + 1
    } else if (code === slash && text.charCodeAt(at + 1) === star) {
      depth++
      at++
    }
  }
  return -1
}

/** The offset after an E'' string whose first quote is at `quote`; -1 where it never ends. */
export function escapeStringEnd(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === backslash) at++
    else if (code === singleQuote) {
      const again = text.charCodeAt(at + 1) === singleQuote ? at + 1 : continuation(text, at + 1)
      if (again < 0) return at + 1
      at = again
    }
  }
  return -1
}

/** A string goes on after white space with a newline in it, and its backslashes with it. */
function continuation(text: string, from: number): number {
  let sawNewline = false
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === newline || code === carriageReturn) sawNewline = true
    else if (code === minus && text.charCodeAt(at + 1) === minus) at = lineEnd(text, at) - 1
    else if (code === singleQuote) return sawNewline ? at : -1
    else if (code !== 32 && !(code >= 9 && code <= 13)) return -1
  }
  return -1
}

/** The quote at `at` that a letter at `start` introduces: E'' B'' X'' N'' U&'' U&"". */
export function prefixedQuote(
  text: string,
  start: number,
): { quote: "'" | '"'; at: number; escapes: boolean } | undefined {
  const letter = text.charCodeAt(start) | 32
  const next = text.charCodeAt(start + 1)
  if (next === singleQuote) {
    const escapes = letter === 101
    const binary = letter === 98 || letter === 120
    return escapes || binary || letter === 110 ? { quote: "'", at: start + 1, escapes } : undefined
  }
  const quote = letter === 117 && next === ampersand ? text[start + 2] : undefined
  return quote === "'" || quote === '"' ? { quote, at: start + 2, escapes: false } : undefined
}

/** True when only blanks are between the start of the line and `at`. */
export function startsLine(text: string, at: number): boolean {
  let before = at - 1
  while (before >= 0 && (text[before] === ' ' || text[before] === '\t')) before--
  return before < 0 || text[before] === '\n' || text[before] === '\r'
}

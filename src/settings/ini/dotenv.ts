export interface DotenvEntry {
  value: string
  /** 1-based line of the name. */
  line: number
}

export interface Dotenv {
  entries: ReadonlyMap<string, DotenvEntry>
  problems: readonly { line: number; message: string }[]
}

/**
 * Reads a `.env`: `NAME=VALUE`, with `export ` before it or not; `#` begins a comment at a line's start
 * and after a closing quote, nowhere else; one pair of matching quotes is taken off, and a quoted value
 * may go on over several lines. Nothing is expanded or unescaped. The last of two equal names counts,
 * as in a shell. A line without `=` is a problem; no message quotes a value. Never throws.
 */
export function parseDotenv(text: string): Dotenv {
  const entries = new Map<string, DotenvEntry>()
  const problems: { line: number; message: string }[] = []
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  for (let index = 0; index < lines.length; index++) {
    const content = (lines[index] ?? '').trim()
    const line = index + 1
    if (content === '' || content.startsWith('#')) continue
    const match = /^(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*)$/.exec(content)
    if (!match?.[1]) {
      problems.push({ line, message: 'line is not of the form NAME=VALUE' })
      continue
    }
    const quoted = readQuoted(match[2] ?? '', lines, index)
    if (quoted === 'open') {
      problems.push({ line, message: `quote that begins the value of ${match[1]} is not closed` })
      continue
    }
    entries.set(match[1], { value: quoted?.value ?? match[2] ?? '', line })
    index = quoted?.last ?? index
  }
  return { entries, problems }
}

/** Undefined for a value without quotes round it. */
function readQuoted(
  first: string,
  lines: readonly string[],
  index: number,
): { value: string; last: number } | 'open' | undefined {
  const quote = first[0]
  if (quote !== '"' && quote !== "'") return undefined
  const closed = closing(first.slice(1), quote)
  if (closed !== undefined) return { value: closed, last: index }
  if (first.slice(1).includes(quote)) return undefined
  const value = [first.slice(1)]
  for (let last = index + 1; last < lines.length; last++) {
    const end = closing((lines[last] ?? '').trimEnd(), quote)
    if (end !== undefined) return { value: [...value, end].join('\n'), last }
    value.push(lines[last] ?? '')
  }
  return 'open'
}

/** What comes before the quote that ends the line, a comment after it left out. */
function closing(text: string, quote: string): string | undefined {
  if (text.endsWith(quote)) return text.slice(0, -1)
  const end = text.indexOf(quote)
  return end !== -1 && /^\s+#/.test(text.slice(end + 1)) ? text.slice(0, end) : undefined
}

/** What a name may be written without: quotes, and the schema that everyone finds. */
export interface Words {
  /** Key words that mean something else, or nothing, without quotes. */
  reserved: ReadonlySet<string>
  /** Names of the server's own tables, types and functions, which come before those in public. */
  system: ReadonlySet<string>
}

/** A piece of SQL: a word or a quoted name, a text in quotes, or a sign. */
export type Token = { text: string; is: 'name' | 'text' | 'other' }

const piece =
  /(?<dollar>\$(?<tag>(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$[\s\S]*?\$\k<tag>\$)|(?<text>[eE]'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*')|(?<quoted>"(?:[^"]|"")*")|(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(?<number>\d[\w.]*)|[\s\S]/gu

/** The names, texts and signs of some SQL, in order; together they are all of it. */
export function tokens(sql: string): Token[] {
  return Array.from(sql.matchAll(piece), ({ 0: text, groups = {} }) => ({
    text,
    is:
      groups['quoted'] !== undefined || groups['word'] !== undefined
        ? 'name'
        : groups['text'] !== undefined
          ? 'text'
          : 'other',
  }))
}

/**
 * Writes names as a person would: without quotes where they change nothing, without `public.` where
 * nothing of the server has that name. Texts and function bodies stay as they are, but for the names
 * in `nextval('…'::regclass)`.
 */
export function plainNames(sql: string, words: Words): string {
  const all = tokens(sql)
  const written: string[] = []
  for (let at = 0; at < all.length; at++) {
    const one = all[at]!
    if (one.is === 'name' && isPublicPrefix(all, at, words)) at++
    else if (one.is === 'name') written.push(unquotedWhereSafe(one.text, words.reserved))
    else if (one.is === 'text' && all[at + 3]?.text === 'regclass')
      written.push(one.text.replace(/^'public\./, "'"))
    else written.push(one.text)
  }
  return written.join('')
}

function isPublicPrefix(all: readonly Token[], at: number, { system }: Words): boolean {
  const [before, one, dot, next] = [all[at - 1], all[at], all[at + 1], all[at + 2]]
  if (one?.text !== 'public' && one?.text !== '"public"') return false
  if (dot?.text !== '.' || next?.is !== 'name' || before?.text === '.') return false
  return !system.has(next.text.replaceAll('"', ''))
}

function unquotedWhereSafe(name: string, reserved: ReadonlySet<string>): string {
  const inner = name.startsWith('"') ? name.slice(1, -1) : name
  return /^[a-z_][a-z0-9_]*$/.test(inner) && !reserved.has(inner) ? inner : name
}

/** Cuts at the commas that are in no parentheses and no quotes. */
export function splitList(sql: string): string[] {
  const parts = ['']
  let depth = 0
  for (const { text } of tokens(sql)) {
    if (text === '(' || text === '[') depth++
    if (text === ')' || text === ']') depth--
    if (text === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += text
  }
  return parts.map((part) => part.trim())
}

/** Where the parenthesis ends that opens at `open`. */
export function closingParenthesis(sql: string, open: number): number {
  return closing(sql, open, '(', ')')
}

/** Where these words and signs follow each other, outside of texts; below 0: nowhere. */
export function indexOfWords(sql: string, words: readonly string[], from: number): number {
  const all = tokens(sql)
  let at = 0
  for (const [place, { text }] of all.entries()) {
    const found = at >= from && words.every((one, next) => all[place + next]?.text === one)
    if (found) return at
    at += text.length
  }
  return -1
}

/** Where the bracket ends that opens at `open`. */
export function closingBracket(sql: string, open: number): number {
  return closing(sql, open, '[', ']')
}

function closing(sql: string, open: number, opener: string, closer: string): number {
  let at = 0
  let depth = 0
  for (const { text } of tokens(sql)) {
    if (at >= open && text === opener) depth++
    if (at >= open && text === closer && --depth === 0) return at
    at += text.length
  }
  return sql.length
}

/** How a server's own client cuts a text into statements. */
export type SqlDialect = 'mysql' | 'sqlite'

/** One statement, without the sign that ends it. */
export interface SqlStatement {
  text: string
  /** Offset of its first word in the whole text. */
  offset: number
}

/**
 * Cuts a text into statements as the `mysql` and `sqlite3` clients do: quotes, comments, MySQL's DELIMITER
 * lines, the bodies of SQLite's triggers. A quote that is not closed ends with the text: there the server
 * decides. Comments before a statement stay out of it. Pure.
 */
export function splitStatements(text: string, dialect: SqlDialect): SqlStatement[] {
  return new Splitter(text, dialect).split()
}

/** Comments, quotes and words, each as long as it goes. */
const tokens: Readonly<Record<SqlDialect, RegExp>> = {
  mysql:
    /--(?=[\s]|$)[^\n]*|#[^\n]*|\/\*(?!!)[\s\S]*?(?:\*\/|$)|'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|"(?:[^"\\]|\\[\s\S]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$)|[\p{L}\p{N}_$]+|\s+|[^]/uy,
  sqlite:
    /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$)|\[[^\]]*(?:\]|$)|[\p{L}\p{N}_$]+|\s+|[^]/uy,
}
const isComment = /^(?:--|#|\/\*(?!!))/
const triggerStart = /^create (?:temp |temporary )?trigger$/

class Splitter {
  private readonly found: SqlStatement[] = []
  private start: number | undefined
  private end = 0
  private delimiter = ';'
  /** The first words of the statement, and its last two tokens. */
  private head: string[] = []
  private last: [string, string] = ['', '']

  constructor(
    private readonly text: string,
    private readonly dialect: SqlDialect,
  ) {}

  split(): SqlStatement[] {
    const pattern = tokens[this.dialect]
    for (let at = 0; at < this.text.length;) at = this.take(at, pattern)
    this.finish()
    return this.found
  }

  /** One token; returns where the next one begins. */
  private take(at: number, pattern: RegExp): number {
    if (this.text.startsWith(this.delimiter, at) && !this.isWithinBody()) {
      this.finish()
      return at + this.delimiter.length
    }
    pattern.lastIndex = at
    const token = pattern.exec(this.text)?.[0] ?? this.text.slice(at)
    const next = at + token.length
    if (token.trim() === '' || isComment.test(token)) return next
    const delimiter = this.delimiterLine(at, token)
    if (delimiter) return delimiter
    this.start ??= at
    this.end = next
    if (this.head.length < 3) this.head.push(token.toLowerCase())
    this.last = [this.last[1], token.toLowerCase()]
    return next
  }

  /** MySQL's client takes `DELIMITER //` at the start of a statement, to the end of the line. */
  private delimiterLine(at: number, token: string): number | undefined {
    if (this.dialect !== 'mysql' || this.start !== undefined || !/^delimiter$/i.test(token))
      return undefined
    const end = this.text.indexOf('\n', at)
    const line = this.text.slice(at, end < 0 ? undefined : end)
    this.delimiter = line.slice('delimiter'.length).trim() || ';'
    return at + line.length
  }

  /** A trigger of SQLite ends at the `;` behind `; END`. */
  private isWithinBody(): boolean {
    if (this.dialect !== 'sqlite') return false
    const [first = '', second = '', third = ''] = this.head
    const words = second === 'trigger' ? `${first} ${second}` : `${first} ${second} ${third}`
    return triggerStart.test(words) && !(this.last[0] === ';' && this.last[1] === 'end')
  }

  private finish(): void {
    if (this.start !== undefined)
      this.found.push({ text: this.text.slice(this.start, this.end), offset: this.start })
    this.start = undefined
    this.head = []
    this.last = ['', '']
  }
}

/** A statement's first word, in capitals. Pure. */
export function firstWord({ text }: Pick<SqlStatement, 'text'>): string {
  return (/[a-z]+/i.exec(text)?.[0] ?? '').toUpperCase()
}

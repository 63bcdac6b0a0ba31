import { Char, charOf, wordEnd } from './characters'
import { copyDataAfter } from './copy-data'
import { conformingAfter } from './conforming'
import { blockCommentEnd, escapeStringEnd, lineEnd, prefixedQuote, startsLine } from './quotes'
import type { LexedSql, LexedStatement, Unclosed } from './lexed'
import { transactionKind } from './transaction-kind'

export type { LexedSql, LexedStatement, TransactionKind, Unclosed } from './lexed'

/**
 * Cuts a SQL text into statements, as PostgreSQL's scanner (scan.l) and psql's rules for `;` do: the
 * quotes of every form, nested comments, dollar quotes, BEGIN ATOMIC bodies, CREATE RULE actions and
 * COPY data are one token. Never throws: what does not end is in `unclosed`.
 *
 * @param onOpaque gets each quoted text, block comment and run of COPY data, in order.
 * @param conforming `standard_conforming_strings` as it is before the text.
 */
export function lex(text: string, onOpaque?: OnOpaque, conforming = true): LexedSql {
  return new Lexer(text, onOpaque, conforming).run()
}

type OnOpaque = (start: number, end: number) => void

const star = 42
const minus = 45
const keptWords = 6
const longestFollowed = 'ATOMIC'.length
const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y

/** Only these statements need more than their first words: a body may hold `;`, data may follow. */
const enum Mode {
  Plain,
  Routine,
  Copy,
}

class Lexer {
  private at = 0
  private start = 0
  private first = -1
  private lastEnd = 0
  private words: string[] = []
  private mode = Mode.Plain
  private previous = ''
  private parentheses = 0
  private openParenthesis = -1
  private atomic = 0
  private atomicStart = -1
  private fromStdin = false
  private backslashes: boolean
  private unclosed: LexedSql['unclosed']
  private readonly statements: LexedStatement[] = []
  private readonly copies: LexedSql['copies'][number][] = []
  private readonly psqlCommands: LexedSql['psqlCommands'][number][] = []
  private readonly restricts: LexedSql['restricts'][number][] = []
  private readonly transactionWords: LexedSql['transactionWords'][number][] = []

  constructor(
    private readonly text: string,
    private readonly onOpaque: OnOpaque | undefined,
    private conforming: boolean,
  ) {
    this.backslashes = !conforming
  }

  run(): LexedSql {
    while (this.at < this.text.length) this.next()
    if (this.first >= 0) {
      if (this.parentheses > 0) this.leaveOpen('parenthesis', this.openParenthesis)
      if (this.atomic > 0) this.leaveOpen('BEGIN ATOMIC body', this.atomicStart)
      const copy = this.fromStdin
      this.endStatement(this.lastEnd)
      if (copy) this.pushCopy(this.text.length, this.text.length)
    }
    return {
      statements: this.statements,
      closed: this.unclosed === undefined,
      ...(this.unclosed && { unclosed: this.unclosed }),
      copies: this.copies,
      psqlCommands: this.psqlCommands,
      restricts: this.restricts,
      backslashes: this.backslashes,
      transactionWords: this.transactionWords,
    }
  }

  private next(): void {
    const code = this.text.charCodeAt(this.at)
    switch (code < 128 ? charOf[code] : Char.Word) {
      case Char.Space:
        this.at++
        return
      case Char.Word:
        return this.word()
      case Char.Digit:
        return this.number()
      case Char.Single:
        if (this.conforming) return this.quoted("'", 'string', this.at, this.at)
        return this.opaque('string', this.at, escapeStringEnd(this.text, this.at))
      case Char.Double:
        return this.quoted('"', 'quoted identifier', this.at, this.at)
      case Char.Dollar:
        return this.dollar()
      case Char.Minus:
        if (this.text.charCodeAt(this.at + 1) === minus) this.at = lineEnd(this.text, this.at)
        else this.symbol('-')
        return
      case Char.Slash:
        return this.text.charCodeAt(this.at + 1) === star ? this.comment() : this.symbol('/')
      case Char.Open:
        if (this.parentheses++ === 0) this.openParenthesis = this.at
        return this.symbol('(')
      case Char.Close:
        if (this.parentheses > 0) this.parentheses--
        return this.symbol(')')
      case Char.Semicolon:
        return this.semicolon()
      case Char.Backslash:
        return this.backslash()
      default:
        return this.symbol('')
    }
  }

  private token(start: number, end: number): void {
    if (this.first < 0) this.first = start
    this.lastEnd = end
    this.at = end
  }

  private symbol(previous: string): void {
    this.previous = previous
    this.token(this.at, this.at + 1)
  }

  private word(): void {
    const start = this.at
    const end = wordEnd(this.text, start, Char.Dollar)
    if (end === start + 1 && this.prefixed(start)) return
    this.token(start, end)
    if (this.words.length < keptWords) this.keepWord(start, end)
    else if (this.mode === Mode.Plain) return
    else if (end - start > longestFollowed) this.previous = ''
    else this.follow(this.text.slice(start, end).toUpperCase())
  }

  /** The strings that a letter introduces. */
  private prefixed(start: number): boolean {
    const found = prefixedQuote(this.text, start)
    if (!found) return false
    const { quote, at, escapes } = found
    if (escapes) this.opaque('string', start, escapeStringEnd(this.text, at))
    else this.quoted(quote, quote === '"' ? 'quoted identifier' : 'string', start, at)
    return true
  }

  private keepWord(start: number, end: number): void {
    const word = this.text.slice(start, end).toUpperCase()
    this.words.push(word)
    if (this.mode !== Mode.Plain) this.follow(word)
    else if (this.words.length === 1) {
      if (word === 'COPY') this.mode = Mode.Copy
    } else if (word === 'FUNCTION' || word === 'PROCEDURE') {
      if (/^CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)$/.test(this.words.join(' ')))
        this.mode = Mode.Routine
    }
  }

  /** In a body only the END that follows a `;` (or ATOMIC itself) closes it: a CASE's own END never does. */
  private follow(word: string): void {
    const { previous } = this
    this.previous = word
    if (this.parentheses > 0) return
    if (this.mode === Mode.Copy) {
      if (word === 'STDIN' && previous === 'FROM') this.fromStdin = true
    } else if (word === 'ATOMIC' && previous === 'BEGIN') {
      if (this.atomic++ === 0) this.atomicStart = this.at - word.length
    } else if (word === 'END' && this.atomic > 0 && (previous === ';' || previous === 'ATOMIC')) {
      this.atomic--
    }
  }

  private number(): void {
    this.previous = ''
    this.token(this.at, wordEnd(this.text, this.at, Char.Digit))
  }

  /** A doubled quote is two quoted pieces side by side: for where it ends, that is the same. */
  private quoted(quote: string, what: Unclosed, start: number, open: number): void {
    const close = this.text.indexOf(quote, open + 1)
    this.opaque(what, start, close < 0 ? -1 : close + 1)
  }

  private dollar(): void {
    dollarTag.lastIndex = this.at
    const tag = dollarTag.exec(this.text)?.[0]
    if (tag === undefined) return this.parameter()
    const close = this.text.indexOf(tag, this.at + tag.length)
    this.opaque('dollar quote', this.at, close < 0 ? -1 : close + tag.length)
  }

  /** `$1`; letters right after it are a name of their own, so that `$1a$$b` opens no quote. */
  private parameter(): void {
    this.symbol('')
    while (charOf[this.text.charCodeAt(this.at)] === Char.Digit) this.symbol('')
  }

  private comment(): void {
    const start = this.at
    const end = blockCommentEnd(this.text, start)
    if (end < 0) this.leaveOpen('block comment', start)
    this.at = end < 0 ? this.text.length : end
    this.onOpaque?.(start, this.at)
  }

  private opaque(what: Unclosed, start: number, end: number): void {
    if (end < 0) this.leaveOpen(what, start)
    this.previous = ''
    this.token(start, end < 0 ? this.text.length : end)
    this.onOpaque?.(start, this.at)
  }

  private leaveOpen(what: Unclosed, offset: number): void {
    this.unclosed ??= { what, offset }
  }

  private semicolon(): void {
    if (this.parentheses > 0 || this.atomic > 0) return this.symbol(';')
    const end = this.at++
    const copy = this.fromStdin
    if (this.first >= 0) this.endStatement(end)
    this.start = this.at
    if (copy) this.copyData()
  }

  private endStatement(end: number): void {
    const kind = transactionKind(this.words)
    if (kind) this.transactionWords.push({ statementIndex: this.statements.length, kind })
    const { start, first, words } = this
    this.statements.push({ start, firstTokenStart: first, end, words })
    this.conforming = conformingAfter(words[0], this.text, first, end, this.conforming)
    this.backslashes ||= !this.conforming
    this.words = []
    this.mode = Mode.Plain
    this.first = -1
    this.previous = ''
    this.fromStdin = false
  }

  private copyData(): void {
    const { dataStart, dataEnd, next } = copyDataAfter(this.text, this.at)
    this.pushCopy(dataStart, dataEnd)
    if (next === undefined) return
    this.onOpaque?.(dataStart, dataEnd)
    this.at = this.start = next
  }

  private pushCopy(dataStart: number, dataEnd: number): void {
    this.copies.push({ statementIndex: this.statements.length - 1, dataStart, dataEnd })
  }

  /** A backslash outside quotes is never SQL; at the start of a line it is a command to psql. */
  private backslash(): void {
    const start = this.at
    if (!startsLine(this.text, start)) return this.symbol('')
    this.at = lineEnd(this.text, start)
    const command = this.text.slice(start, this.at)
    if (/^\\(?:un)?restrict(?:\s|$)/.test(command)) this.restricts.push({ start, end: this.at })
    else this.psqlCommands.push({ offset: start, text: command.trimEnd() })
  }
}

import { MigrationError } from '../../errors'
import { type LexedSql, type LexedStatement, lex } from '../lexer/lexer'
import { excerpt } from '../position'
import { type NonTransactional, findNonTransactional } from './non-transactional'
import type { SqlPart } from '../script'

/** A SQL text, ready to be sent: its statements and how they may travel. Offsets are UTF-16, in `text`. */
export interface SqlWork {
  /**
   * The part's text with the same length and lines; what PostgreSQL must not see (pg_dump's
   * `\restrict` lines, a BEGIN and COMMIT round the whole) is replaced by spaces.
   */
  text: string
  statements: readonly LexedStatement[]
  /**
   * `shared`: may travel with other scripts in one message. `alone`: one transaction, a message of
   * its own. `none`: outside a transaction, statement by statement.
   */
  transaction: 'shared' | 'alone' | 'none'
  /** True when a BEGIN and COMMIT round the whole text were dropped: the executor provides them. */
  wrapped: boolean
  /** True when a BEGIN, COMMIT or their like is left, so the script's transactions are its own. */
  inner: boolean
  /**
   * True when the text cannot share a message with typetrek's SQL: data follows a statement, one
   * changes how PostgreSQL reads the next, or a quote is not closed.
   */
  stepwise: boolean
  /** False: a quote, comment or the like does not end, so that only PostgreSQL can say what it means. */
  closed: boolean
  /** The data of each `COPY … FROM stdin`; the rows are `text.slice(dataStart, dataEnd)`. */
  copies: LexedSql['copies']
  /** What PostgreSQL refuses inside a transaction. */
  nonTransactional: readonly NonTransactional[]
}

/**
 * Finds out how a SQL text may be run. The lexer answers nearly always; libpg-query is loaded only
 * where a statement's first words say that PostgreSQL may refuse it in a transaction. `shown` is the
 * file as the user would name it, for errors. An unclosed quote is no error here: PostgreSQL's verdict
 * counts, and the text goes alone in a message, of which PostgreSQL then runs nothing. `conforming` is
 * the server's `standard_conforming_strings` before the text.
 *
 * @throws {MigrationError} SCRIPT_INVALID with line and caret when the text holds psql commands.
 */
export function classify(part: SqlPart, shown = part.file, conforming = true): Promise<SqlWork> {
  if (!conforming || shown !== part.file) return classifyAnew(part, shown, conforming)
  const known = classified.get(part) ?? classifyAnew(part, shown, conforming)
  classified.set(part, known)
  return known
}

/** A text may be classified before it is needed, while the server is waited for. */
const classified = new WeakMap<SqlPart, Promise<SqlWork>>()

async function classifyAnew(part: SqlPart, shown: string, conforming: boolean): Promise<SqlWork> {
  const lexed = lex(part.text, undefined, conforming)
  refusePsqlCommands(part, lexed, shown)
  const unwrapped = part.options.transaction ? withoutWrapper(part.text, lexed) : undefined
  const { statements, copies } = unwrapped ?? lexed
  const text = blank(part.text, [...lexed.restricts, ...(unwrapped?.dropped ?? [])])
  const inner = !unwrapped && lexed.transactionWords.some(({ kind }) => controls.has(kind))
  const nonTransactional = await findNonTransactional(text, statements)
  const wantsOutside = lexed.closed && (inner || nonTransactional.length > 0)
  const outside = !part.options.transaction || wantsOutside
  const stepwise = copies.length > 0 || lexed.backslashes || !lexed.closed
  const shared = !stepwise && !text.includes('\0')
  return {
    text,
    statements,
    transaction: outside ? 'none' : shared ? 'shared' : 'alone',
    wrapped: unwrapped !== undefined,
    inner,
    stepwise,
    closed: lexed.closed,
    copies,
    nonTransactional,
  }
}

// A savepoint lives within the transaction around it; COMMIT PREPARED touches another one.
const controls: ReadonlySet<string> = new Set(['begin', 'commit', 'rollback', 'prepare'])
const plainBegin = /^(?:BEGIN(?: WORK| TRANSACTION)?|START TRANSACTION)$/
const plainCommit = /^(?:COMMIT|END)(?: WORK| TRANSACTION)?(?: AND NO CHAIN)?$/

interface Unwrapped {
  statements: readonly LexedStatement[]
  copies: LexedSql['copies']
  dropped: readonly { start: number; end: number }[]
}

/** Only a pair round everything can go; session settings before it do no harm inside. */
function withoutWrapper(text: string, lexed: LexedSql): Unwrapped | undefined {
  const { statements, copies, transactionWords, closed } = lexed
  const control = transactionWords.filter(({ kind }) => controls.has(kind))
  const [begin, commit] = control.map(({ statementIndex }) => statementIndex)
  if (!closed || control.length !== 2 || commit !== statements.length - 1) return undefined
  if (!plainBegin.test(wordsOf(statements[begin!]!))) return undefined
  if (!plainCommit.test(wordsOf(statements[commit]!))) return undefined
  if (!statements.slice(0, begin).every(isSessionSetting)) return undefined
  const dropped = [statements[begin!]!, statements[commit]!].map(({ firstTokenStart, end }) => ({
    start: firstTokenStart,
    end: text[end] === ';' ? end + 1 : end,
  }))
  return {
    statements: statements.filter((_, index) => index !== begin && index !== commit),
    copies: copies.map((copy) => ({
      ...copy,
      statementIndex: copy.statementIndex - (copy.statementIndex > begin! ? 1 : 0),
    })),
    dropped,
  }
}

function wordsOf({ words }: LexedStatement): string {
  return words.join(' ')
}

function isSessionSetting({ words: [first, second] }: LexedStatement): boolean {
  return (
    first === 'SET' && second !== 'LOCAL' && second !== 'TRANSACTION' && second !== 'CONSTRAINTS'
  )
}

function blank(text: string, ranges: readonly { start: number; end: number }[]): string {
  let result = text
  for (const { start, end } of ranges) {
    const spaces = result.slice(start, end).replace(/[^\r\n]/g, ' ')
    result = result.slice(0, start) + spaces + result.slice(end)
  }
  return result
}

function refusePsqlCommands(part: SqlPart, { psqlCommands }: LexedSql, shown: string): void {
  const [command] = psqlCommands
  if (!command) return
  const name = /^\\[^\s\\]*/.exec(command.text)?.[0] ?? '\\'
  throw new MigrationError('SCRIPT_INVALID', `${name} is a command of psql, not SQL`, {
    hint: hintFor(name),
    file: shown,
    ...excerpt(part.text, command.offset, part.line),
  })
}

function hintFor(name: string): string {
  if (/^\\(?:i|ir|include|include_relative)$/.test(name))
    return 'Put the text of that file here, or make it a script of its own.'
  if (name === '\\copy')
    return 'Write `COPY … FROM stdin;`, the data lines below it, and a line `\\.`.'
  if (/^\\c(?:onnect)?$/.test(name)) return 'Remove the line: the settings name the database.'
  if (/^\\(?:g|gx|gexec|gset|gdesc)$/.test(name))
    return 'End the statement with `;`, or use a DO block where its result decides.'
  if (name === '\\.') return 'Remove the line: no `COPY … FROM stdin;` is above it.'
  return 'Remove the line, or write it in SQL.'
}

/** One SQL statement of a text. Offsets are UTF-16 code units. */
export interface LexedStatement {
  /** Where the statement's share of the text starts: after the `;` before it, comments included. */
  start: number
  /** Where its first token starts. */
  firstTokenStart: number
  /** The offset of its `;`, or of the end of its last token where it has none. */
  end: number
  /** The first unquoted words (at most six), in capitals: `CREATE`, `INDEX`, `CONCURRENTLY`. */
  words: readonly string[]
}

/** `savepoint` means SAVEPOINT, RELEASE and ROLLBACK TO; `prepared` for COMMIT and ROLLBACK PREPARED. */
export type TransactionKind = 'begin' | 'commit' | 'rollback' | 'savepoint' | 'prepare' | 'prepared'

export type Unclosed =
  | 'string'
  | 'quoted identifier'
  | 'dollar quote'
  | 'block comment'
  | 'parenthesis'
  | 'BEGIN ATOMIC body'

/** A SQL text cut into its statements by PostgreSQL's own lexical rules. */
export interface LexedSql {
  statements: readonly LexedStatement[]
  /** True when every quote, comment, parenthesis and BEGIN ATOMIC body that starts also ends. */
  closed: boolean
  unclosed?: { what: Unclosed; offset: number }
  /** The data lines under each `COPY … FROM stdin;`, without the line `\.` that ends them. */
  copies: readonly { statementIndex: number; dataStart: number; dataEnd: number }[]
  /** Lines that only psql understands, to the end of the line. */
  psqlCommands: readonly { offset: number; text: string }[]
  /** pg_dump's own `\restrict` and `\unrestrict` lines, without their line end. */
  restricts: readonly { start: number; end: number }[]
  /** True where `standard_conforming_strings` is off, or a statement turns it off: what follows can be read only after it ran. */
  backslashes: boolean
  /** The statements that begin, end or divide a transaction at the top level. */
  transactionWords: readonly { statementIndex: number; kind: TransactionKind }[]
}

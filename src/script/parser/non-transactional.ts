import type { LexedStatement } from '../lexer/lexer'
import { parseStatement } from './parse-statement'
import { refusedBySyntax, slotlessSubscription } from './refused-syntax'

/** A statement that PostgreSQL refuses inside a transaction. */
export interface NonTransactional {
  statementIndex: number
  /** What it is, in SQL's own words: `CREATE INDEX CONCURRENTLY`. */
  what: string
}

/**
 * The statements that PostgreSQL refuses in a transaction. Their words say which may be; the parser
 * says which are (an option may turn it off), and where it refuses a statement the words decide.
 */
export async function findNonTransactional(
  text: string,
  statements: readonly LexedStatement[],
): Promise<NonTransactional[]> {
  const suspects = suspectsIn(text, statements)
  if (suspects.length === 0) return []
  const slotless = new Set<string>()
  const found: NonTransactional[] = []
  for (const { statementIndex, what, source } of suspects) {
    const node = await parseStatement(source)
    const released = node && slotlessSubscription(node)
    if (released !== undefined) slotless.add(released)
    const verdict = node ? refusedBySyntax(node, slotless) : what
    if (verdict !== undefined) found.push({ statementIndex, what: verdict })
  }
  return found
}

/** The statements that the grammar is asked about: their words say that they may be refused. Pure. */
export function suspectsIn(
  text: string,
  statements: readonly LexedStatement[],
): (NonTransactional & { source: string })[] {
  return statements.flatMap((statement, statementIndex) => {
    const source = text.slice(statement.firstTokenStart, statement.end)
    const what = refusedByWords(statement.words, source)
    return what === undefined ? [] : [{ statementIndex, what, source }]
  })
}

const ownCommands = new Set(['VACUUM', 'CLUSTER', 'REINDEX'])
const globalObjects = new Set(['DATABASE', 'TABLESPACE', 'SUBSCRIPTION', 'SYSTEM'])
const concurrently = /\bconcurrently\b/i

function refusedByWords(words: readonly string[], source: string): string | undefined {
  const [first = '', second = '', third = ''] = words
  if (ownCommands.has(first)) return first
  switch (first) {
    case 'CREATE':
    case 'DROP':
      if (globalObjects.has(second)) return `${first} ${second}`
      if (second !== 'INDEX' && third !== 'INDEX') return undefined
      return words.slice(2).includes('CONCURRENTLY') ? `${first} INDEX CONCURRENTLY` : undefined
    case 'ALTER':
      if (globalObjects.has(second)) return `ALTER ${second}`
      if (second !== 'TABLE' || !concurrently.test(source)) return undefined
      return 'ALTER TABLE … DETACH PARTITION … CONCURRENTLY'
    case 'DISCARD':
      return second === 'ALL' ? 'DISCARD ALL' : undefined
    case 'COMMIT':
    case 'ROLLBACK':
      return second === 'PREPARED' ? `${first} PREPARED` : undefined
    default:
      return undefined
  }
}

/** A statement's syntax tree: one key, the node's type (`IndexStmt`), with its fields, as libpg-query has them. */
export type ParsedStatement = Readonly<Record<string, unknown>>

/**
 * The syntax tree of one statement by PostgreSQL 18's grammar, or undefined where that refuses it
 * (another version's syntax, or an error that PostgreSQL itself will report better). The first call
 * loads libpg-query, about 40 ms.
 */
export async function parseStatement(source: string): Promise<ParsedStatement | undefined> {
  const { loadModule, parseSync } = require('libpg-query') as typeof import('libpg-query')
  await loadModule()
  try {
    const statement: object | undefined = parseSync(source).stmts?.[0]?.stmt
    return statement && Object.fromEntries(Object.entries(statement))
  } catch {
    return undefined
  }
}

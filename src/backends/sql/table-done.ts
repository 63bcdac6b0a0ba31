import type { QueryRunner } from 'typeorm'
import type { SqlEngine } from './sql-engine'
import type { SqlStatement } from './split-statements'

const table = /^(CREATE|DROP)\s+TABLE\s+(?!IF\b)(?:`([^`]+)`|(\w+))\s*(?:\(|$)/i

/**
 * Whether a statement at which a migrator was cut off was done, where the names of the tables show it: it
 * makes or drops one without IF. Undefined: nothing shows it.
 */
export async function wasTableDone(
  work: QueryRunner,
  { tables }: SqlEngine,
  { text }: SqlStatement,
): Promise<boolean | undefined> {
  const [, verb, quoted, plain] = table.exec(text) ?? []
  if (verb === undefined) return undefined
  const rows = (await work.query(tables)) as { name: string }[]
  const isThere = rows.some(({ name }) => name === (quoted ?? plain))
  return isThere === (verb.toUpperCase() === 'CREATE')
}

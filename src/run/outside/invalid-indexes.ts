import { eq, gt, matches, ne } from '../../database/sql/operators'
import { quoteIdentifier } from '../../database/sql/quote'
import { parseStatement } from '../../script/parser/parse-statement'
import {
  indexesOf,
  isBuilding,
  isOwnName,
  expectedIndex,
  type FoundIndex,
} from './index-definition'
import { pause } from '../lock/migrator-lock'
import type { Execution } from '../session/execution'
import {
  nameOf,
  type AlterTableStatement,
  type IndexStatement,
  type ReindexStatement,
} from './parse-tree'

/**
 * Clears away what an earlier attempt of a statement left half done, and returns what is to be run:
 * the statement itself, or what finishes the half that is there.
 *
 * - An INVALID index that a failed CREATE INDEX CONCURRENTLY left, which IF NOT EXISTS would take for
 *   the real one, is dropped.
 * - The `_ccnew` and `_ccold` indexes of a failed REINDEX CONCURRENTLY are dropped.
 * - A partition whose DETACH CONCURRENTLY is pending gets its FINALIZE.
 *
 * @see https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
 * @see https://www.postgresql.org/docs/current/sql-reindex.html#SQL-REINDEX-CONCURRENTLY
 * @see https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DETACH-PARTITION
 */
export async function clearLeftovers(
  execution: Execution,
  statement: string,
  send: (text: string) => Promise<void>,
): Promise<string> {
  const [[kind, node] = []] = Object.entries((await parseStatement(statement)) ?? {})
  if (kind === 'IndexStmt') {
    const index = node as IndexStatement
    if (index.concurrent)
      await drop(execution, await failedIndexes(execution, statement, index), send)
  }
  if (kind === 'ReindexStmt')
    await drop(execution, await reindexLeftovers(execution, node as ReindexStatement), send)
  if (kind === 'AlterTableStmt')
    return (await finalize(execution, node as AlterTableStatement)) ?? statement
  return statement
}

type Named = Pick<FoundIndex, 'schema' | 'name'>

async function drop(
  { context }: Execution,
  indexes: readonly Named[],
  send: (text: string) => Promise<void>,
): Promise<void> {
  for (const { schema, name } of indexes) {
    context.observer.notice?.({ kind: 'notice', code: 'INVALID_INDEX', index: name })
    await send(`DROP INDEX CONCURRENTLY IF EXISTS ${quoteIdentifier(schema, name)}`)
  }
}

/** Only what this very statement would build again; never an index that somebody is building now. */
async function failedIndexes(
  execution: Execution,
  statement: string,
  index: IndexStatement,
): Promise<FoundIndex[]> {
  const { work, context } = execution
  const end = Date.now() + context.settings.lockWait
  for (let announced = false; ; announced = true) {
    const found = await indexesOf(work, nameOf(index.relation))
    const invalid = found.filter(({ valid, plain }) => !valid && plain)
    if (invalid.length === 0) return []
    if (!invalid.some(({ building }) => building) || Date.now() > end) {
      return invalid
        .filter(({ building }) => !building)
        .filter(await isThatOf(execution, statement, index))
    }
    if (!announced) context.observer.notice?.({ kind: 'waiting', code: 'INDEX_BUILDING' })
    await pause(context, 250)
  }
}

async function isThatOf({ work }: Execution, statement: string, index: IndexStatement) {
  if (index.idxname !== undefined) return ({ name }: FoundIndex) => name === index.idxname
  const expected = await expectedIndex(work, statement, index)
  return ({ name, definition }: FoundIndex) =>
    expected?.definition === definition && isOwnName(name, expected.ownName)
}

/** Which indexes a REINDEX is about, as a condition on `t`, the table, `b`, the index, and `n`, its schema. */
function scopeOf({ kind, name, relation }: ReindexStatement): { where: string; value?: string } {
  switch (kind) {
    case 'REINDEX_OBJECT_INDEX':
      return { where: inTree('b.oid'), value: nameOf(relation!) }
    case 'REINDEX_OBJECT_TABLE':
      return { where: inTree('t.oid'), value: nameOf(relation!) }
    case 'REINDEX_OBJECT_SCHEMA':
      return { where: `n.nspname ${eq} $2`, ...(name !== undefined && { value: name }) }
    default:
      return { where: 'true' }
  }
}

/** An index or table, or any partition of it. */
function inTree(oid: string): string {
  const root = 'pg_catalog.to_regclass($2)'
  return `(${oid} ${eq} ${root} OR ${oid} ${eq} ANY (SELECT relid FROM pg_catalog.pg_partition_tree(${root})))`
}

/** A `_ccnew` was not finished, a `_ccold` not dropped; the index that they belong to is beside them. */
async function reindexLeftovers(
  { work }: Execution,
  statement: ReindexStatement,
): Promise<Named[]> {
  if (!statement.params?.some(({ DefElem }) => DefElem?.defname === 'concurrently')) return []
  const { where, value } = scopeOf(statement)
  return work.query<Named & Record<string, unknown>>(
    `SELECT n.nspname AS schema, c.relname AS name
       FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid ${eq} i.indexrelid
       JOIN pg_catalog.pg_namespace n ON n.oid ${eq} c.relnamespace
       JOIN pg_catalog.pg_class t ON t.oid ${eq} i.indrelid
      WHERE NOT i.indisvalid AND c.relkind ${eq} 'i' AND c.relname ${matches} $1 AND n.nspname ${ne} 'pg_toast'
        AND EXISTS (SELECT FROM pg_catalog.pg_index j JOIN pg_catalog.pg_class b ON b.oid ${eq} j.indexrelid
                     WHERE j.indrelid ${eq} i.indrelid AND ${where}
                       AND (b.relname ${eq} pg_catalog.regexp_replace(c.relname, $1, '')
                            OR pg_catalog.octet_length(c.relname::pg_catalog.text) ${gt} 60
                            AND pg_catalog.starts_with(b.relname, pg_catalog.regexp_replace(c.relname, $1, ''))))
        AND NOT ${isBuilding}`,
    ['_cc(new|old)[0-9]*$', ...(value === undefined ? [] : [value])],
  )
}

/** The first half of DETACH CONCURRENTLY is committed by itself, and cannot be run again. */
async function finalize(
  { work }: Execution,
  { relation, cmds = [] }: AlterTableStatement,
): Promise<string | undefined> {
  const command = cmds.length === 1 ? cmds[0]?.AlterTableCmd : undefined
  const { name, concurrent } = command?.def?.PartitionCmd ?? {}
  if (command?.subtype !== 'AT_DetachPartition' || !concurrent || !name) return undefined
  const pending = await work.query(
    `SELECT FROM pg_catalog.pg_inherits WHERE inhdetachpending
        AND inhparent ${eq} pg_catalog.to_regclass($1) AND inhrelid ${eq} pg_catalog.to_regclass($2)`,
    [nameOf(relation), nameOf(name)],
  )
  if (pending.length === 0) return undefined
  return `ALTER TABLE ${nameOf(relation)} DETACH PARTITION ${nameOf(name)} FINALIZE`
}

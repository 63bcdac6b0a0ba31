import { contains, eq, lt, overlaps } from '../../database/sql/operators'
import { quoteIdentifier } from '../../database/sql/quote'
import type { Session } from '../../database/postgres/session'
import { parseStatement, type ParsedStatement } from '../../script/parser/parse-statement'
import { indexesOf, isOwnName, expectedIndex } from './index-definition'
import {
  nameOf,
  textsOf,
  type AlterTableStatement,
  type DropStatement,
  type EnumStatement,
  type IndexStatement,
  type NamedStatement,
  type SubscriptionStatement,
} from './parse-tree'

/** Whether a statement that was cut off has had its effect. */
export type Settlement = 'done' | 'not done' | 'unknown'

/**
 * Settles the one statement in doubt by looking at the catalog: an index present and valid with that
 * definition, a constraint present and validated, an enum label present, a partition detached, an
 * extension, database, tablespace or subscription present. What may run again without harm (VACUUM,
 * REINDEX, REFRESH, ANALYZE, ALTER SYSTEM; a DO block with the line `-- migrate: repeatable`) is not done.
 * Leaves nothing behind.
 *
 * @param since the transaction that last wrote the script's journal entry, before the statement began;
 *   undefined when somebody has gone on with the script since.
 */
export async function settle(
  session: Session,
  statement: string,
  since: string | undefined,
): Promise<Settlement> {
  const parsed = await parseStatement(statement)
  if (!parsed) return 'unknown'
  const [[kind, node] = []] = Object.entries(parsed)
  if (kind === 'IndexStmt') return settleIndex(session, statement, node as IndexStatement, since)
  if (kind === 'DoStmt' && saysRepeatable.test(statement)) return 'not done'
  if (kind === 'DropStmt') return settleDrop(session, node as DropStatement)
  const question = questionFor(parsed)
  if (question === 'again') return 'not done'
  if (question === undefined) return 'unknown'
  const [row] = await session.query<{ done: boolean }>(question.sql, question.values)
  return row?.done ? 'done' : 'not done'
}

/** The line with which a block says of itself that it may run again: a backfill in batches. */
const saysRepeatable = /^-- migrate: repeatable\s*$/m

async function settleIndex(
  session: Session,
  statement: string,
  index: IndexStatement,
  since: string | undefined,
): Promise<Settlement> {
  const found = await indexesOf(session, nameOf(index.relation))
  const valid = found.filter((one) => one.valid)
  if (index.idxname !== undefined) {
    const same = valid.find(({ name }) => name === index.idxname)
    if (!same) return 'not done'
    const expected = await expectedIndex(session, statement, index)
    if (expected?.definition === same.definition) return 'done'
    return expected || index.if_not_exists ? 'not done' : 'unknown'
  }
  const expected = await expectedIndex(session, statement, index)
  if (!expected) return valid.length === 0 ? 'not done' : 'unknown'
  const alike = valid.filter(
    ({ name, definition }) =>
      definition === expected.definition && isOwnName(name, expected.ownName),
  )
  if (alike.length === 0) return 'not done'
  if (since === undefined) return 'unknown'
  const newer = await session.query(
    `SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_index i ON i.indexrelid ${eq} c.oid
      WHERE i.indrelid ${eq} pg_catalog.to_regclass($1) AND c.relname ${eq} ANY ($2)
        AND pg_catalog.age(c.xmin) ${lt} pg_catalog.age($3::pg_catalog.xid)`,
    [nameOf(index.relation), alike.map(({ name }) => name), since],
  )
  return newer.length > 0 ? 'done' : 'not done'
}

/** A name without its schema may mean another index once the first one of that name is gone. */
async function settleDrop(
  session: Session,
  { removeType, objects = [] }: DropStatement,
): Promise<Settlement> {
  if (removeType !== 'OBJECT_INDEX' || objects.length !== 1) return 'unknown'
  const path = textsOf(objects[0]?.List?.items)
  const [row] = await session.query<{ valid: boolean; first: boolean }>(
    `SELECT i.indisvalid AS valid, n.nspname ${eq} (pg_catalog.current_schemas(false))[1] AS first
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_index i ON i.indexrelid ${eq} c.oid
       JOIN pg_catalog.pg_namespace n ON n.oid ${eq} c.relnamespace
      WHERE c.oid ${eq} pg_catalog.to_regclass($1)`,
    [quoteIdentifier(...path)],
  )
  if (!row) return 'done'
  return path.length > 1 || row.first || !row.valid ? 'not done' : 'unknown'
}

interface Question {
  sql: string
  values: unknown[]
}

function questionFor(parsed: ParsedStatement): Question | 'again' | undefined {
  const [[kind, node] = []] = Object.entries(parsed)
  const named = node as NamedStatement
  switch (kind) {
    case 'AlterTableStmt':
      return alterQuestion(node as AlterTableStatement)
    case 'AlterEnumStmt':
      return enumQuestion(node as EnumStatement)
    case 'CreateExtensionStmt':
      return exists(`pg_catalog.pg_extension WHERE extname ${eq} $1`, named.extname)
    case 'CreatedbStmt':
      return exists(`pg_catalog.pg_database WHERE datname ${eq} $1`, named.dbname)
    case 'DropdbStmt':
      return absent(`pg_catalog.pg_database WHERE datname ${eq} $1`, named.dbname)
    case 'CreateTableSpaceStmt':
      return exists(`pg_catalog.pg_tablespace WHERE spcname ${eq} $1`, named.tablespacename)
    case 'DropTableSpaceStmt':
      return absent(`pg_catalog.pg_tablespace WHERE spcname ${eq} $1`, named.tablespacename)
    case 'CreateSubscriptionStmt':
      return exists(subscription, (node as SubscriptionStatement).subname)
    case 'DropSubscriptionStmt':
      return absent(subscription, (node as SubscriptionStatement).subname)
    case 'AlterSubscriptionStmt':
      return subscriptionQuestion(node as SubscriptionStatement)
    case 'TransactionStmt':
      return transactionQuestion(named)
    default:
      return kind !== undefined && repeatable.has(kind) ? 'again' : undefined
  }
}

/** These have the same result when they run once more. */
const repeatable = new Set([
  'VacuumStmt',
  'ReindexStmt',
  'RefreshMatViewStmt',
  'ClusterStmt',
  'AlterSystemStmt',
  'AlterDatabaseStmt',
  'VariableSetStmt',
  'DiscardStmt',
  'CheckPointStmt',
])

const subscription = `pg_catalog.pg_subscription WHERE subname ${eq} $1 AND subdbid ${eq} (SELECT oid FROM pg_catalog.pg_database WHERE datname ${eq} pg_catalog.current_database())`

function exists(from: string, ...values: unknown[]): Question {
  return { sql: `SELECT EXISTS (SELECT FROM ${from}) AS done`, values }
}

function absent(from: string, ...values: unknown[]): Question {
  return { sql: `SELECT NOT EXISTS (SELECT FROM ${from}) AS done`, values }
}

function alterQuestion({ relation, cmds = [] }: AlterTableStatement): Question | undefined {
  const command = cmds.length === 1 ? cmds[0]?.AlterTableCmd : undefined
  const table = nameOf(relation)
  const constraint = command?.def?.Constraint
  const partition = command?.def?.PartitionCmd?.name
  switch (command?.subtype) {
    case 'AT_AddConstraint':
      return constraintQuestion(table, constraint?.conname, constraint?.skip_validation)
    case 'AT_ValidateConstraint':
      return constraintQuestion(table, command.name, false)
    case 'AT_DetachPartition':
    case 'AT_DetachPartitionFinalize':
      return absent(
        `pg_catalog.pg_inherits WHERE inhparent ${eq} pg_catalog.to_regclass($1) AND inhrelid ${eq} pg_catalog.to_regclass($2)`,
        table,
        partition && nameOf(partition),
      )
    default:
      return undefined
  }
}

function constraintQuestion(table: string, name: string | undefined, unvalidated = false) {
  if (name === undefined) return undefined
  return exists(
    `pg_catalog.pg_constraint WHERE conrelid ${eq} pg_catalog.to_regclass($1) AND conname ${eq} $2 AND (convalidated OR $3)`,
    table,
    name,
    unvalidated,
  )
}

function enumQuestion({ typeName = [], newVal }: EnumStatement): Question {
  return exists(
    `pg_catalog.pg_enum WHERE enumtypid ${eq} pg_catalog.to_regtype($1) AND enumlabel ${eq} $2`,
    quoteIdentifier(...textsOf(typeName)),
    newVal,
  )
}

/** SET and REFRESH say how it shall be; ADD and DROP fail when it is so already. */
function subscriptionQuestion({ kind, subname, publication }: SubscriptionStatement) {
  const names = textsOf(publication)
  if (kind === 'ALTER_SUBSCRIPTION_ADD_PUBLICATION')
    return exists(
      `${subscription} AND subpublications ${contains} $2::pg_catalog.text[]`,
      subname,
      names,
    )
  if (kind === 'ALTER_SUBSCRIPTION_DROP_PUBLICATION')
    return absent(
      `${subscription} AND subpublications ${overlaps} $2::pg_catalog.text[]`,
      subname,
      names,
    )
  return 'again'
}

/** What is between BEGIN and COMMIT is recorded with the COMMIT: in doubt, it was rolled back. */
function transactionQuestion({ kind, gid }: NamedStatement): Question | 'again' {
  if (kind === 'TRANS_STMT_COMMIT_PREPARED' || kind === 'TRANS_STMT_ROLLBACK_PREPARED')
    return absent(`pg_catalog.pg_prepared_xacts WHERE gid ${eq} $1`, gid)
  return 'again'
}

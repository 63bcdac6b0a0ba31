import { quoteIdentifier } from '../database/quote'
import type { Session } from '../database/session'
import { parseStatement, type ParsedStatement } from '../script/parse'

/** Whether a statement that was cut off has had its effect. */
export type Settlement = 'done' | 'not done' | 'unknown'

interface RangeVar {
  schemaname?: string
  relname: string
}

/**
 * Settles the one statement in doubt by looking at the catalog: an index present and valid, a
 * constraint present and validated, an enum label present, a partition detached, an extension or a
 * database present. What may run again without harm (VACUUM, REINDEX, REFRESH, ANALYZE) is not done.
 * Never writes.
 */
export async function settle(session: Session, statement: string): Promise<Settlement> {
  const parsed = await parseStatement(statement)
  if (!parsed) return 'unknown'
  const question = questionFor(parsed)
  if (question === 'again') return 'not done'
  if (question === undefined) return 'unknown'
  const [row] = await session.query<{ done: boolean }>(question.sql, question.values)
  return row?.done ? 'done' : 'not done'
}

/**
 * Drops the INVALID index that a failed CREATE INDEX CONCURRENTLY leaves under its name, which IF NOT
 * EXISTS would take for the real one.
 * @see https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
 */
export async function dropInvalidIndex(session: Session, statement: string): Promise<void> {
  const index = (await parseStatement(statement))?.IndexStmt as IndexStatement | undefined
  if (!index?.concurrent || !index.idxname) return
  const [row] = await session.query<{ schema: string }>(
    `SELECT n.nspname AS schema FROM pg_catalog.pg_index i
       JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relname = $1 AND i.indrelid = to_regclass($2) AND NOT i.indisvalid`,
    [index.idxname, nameOf(index.relation)],
  )
  if (!row) return
  const drop = `DROP INDEX CONCURRENTLY IF EXISTS ${quoteIdentifier(row.schema, index.idxname)}`
  const { error } = await session.send(drop)
  if (error) throw error
}

interface IndexStatement {
  idxname?: string
  relation: RangeVar
  concurrent?: boolean
}

interface Question {
  sql: string
  values: unknown[]
}

function questionFor(parsed: ParsedStatement): Question | 'again' | undefined {
  const [[kind, node] = []] = Object.entries(parsed)
  switch (kind) {
    case 'IndexStmt':
      return indexQuestion(node as IndexStatement)
    case 'DropStmt':
      return dropQuestion(node as DropStatement)
    case 'AlterTableStmt':
      return alterQuestion(node as AlterStatement)
    case 'AlterEnumStmt':
      return enumQuestion(node as EnumStatement)
    case 'CreateExtensionStmt':
      return exists('pg_catalog.pg_extension WHERE extname = $1', (node as Named).extname)
    case 'CreatedbStmt':
      return exists('pg_catalog.pg_database WHERE datname = $1', (node as Named).dbname)
    case 'DropdbStmt':
      return absent('pg_catalog.pg_database WHERE datname = $1', (node as Named).dbname)
    case 'VacuumStmt':
    case 'ReindexStmt':
    case 'RefreshMatViewStmt':
    case 'ClusterStmt':
    case 'AlterSystemStmt':
    case 'VariableSetStmt':
    case 'DiscardStmt':
    case 'CheckPointStmt':
    // what a transaction of the script's own did is recorded with its COMMIT, or not done at all
    case 'TransactionStmt':
      return 'again'
    default:
      return undefined
  }
}

interface Named {
  extname?: string
  dbname?: string
}

function exists(from: string, ...values: unknown[]): Question {
  return { sql: `SELECT EXISTS (SELECT FROM ${from}) AS done`, values }
}

function absent(from: string, ...values: unknown[]): Question {
  return { sql: `SELECT NOT EXISTS (SELECT FROM ${from}) AS done`, values }
}

function indexQuestion({ idxname, relation }: IndexStatement): Question | undefined {
  if (!idxname) return undefined
  return exists(
    `pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
      WHERE c.relname = $1 AND i.indrelid = to_regclass($2) AND i.indisvalid`,
    idxname,
    nameOf(relation),
  )
}

interface DropStatement {
  removeType?: string
  objects?: { List?: { items?: { String?: { sval?: string } }[] } }[]
}

function dropQuestion({ removeType, objects = [] }: DropStatement): Question | undefined {
  if (removeType !== 'OBJECT_INDEX' || objects.length !== 1) return undefined
  const path = (objects[0]?.List?.items ?? []).map((item) => item.String?.sval ?? '')
  return { sql: 'SELECT to_regclass($1) IS NULL AS done', values: [quoteIdentifier(...path)] }
}

interface AlterStatement {
  relation: RangeVar
  cmds?: { AlterTableCmd?: { subtype?: string; name?: string; def?: AlterDefinition } }[]
}

interface AlterDefinition {
  Constraint?: { conname?: string; skip_validation?: boolean }
  PartitionCmd?: { name?: RangeVar }
}

function alterQuestion({ relation, cmds = [] }: AlterStatement): Question | undefined {
  const command = cmds.length === 1 ? cmds[0]?.AlterTableCmd : undefined
  const table = nameOf(relation)
  switch (command?.subtype) {
    case 'AT_AddConstraint':
      return constraintQuestion(
        table,
        command.def?.Constraint?.conname,
        command.def?.Constraint?.skip_validation,
      )
    case 'AT_ValidateConstraint':
      return constraintQuestion(table, command.name, false)
    case 'AT_DetachPartition':
      return absent(
        'pg_catalog.pg_inherits WHERE inhparent = to_regclass($1) AND inhrelid = to_regclass($2)',
        table,
        command.def?.PartitionCmd?.name && nameOf(command.def.PartitionCmd.name),
      )
    default:
      return undefined
  }
}

function constraintQuestion(table: string, name: string | undefined, unvalidated = false) {
  if (name === undefined) return undefined
  return exists(
    'pg_catalog.pg_constraint WHERE conrelid = to_regclass($1) AND conname = $2 AND (convalidated OR $3)',
    table,
    name,
    unvalidated,
  )
}

interface EnumStatement {
  typeName?: { String?: { sval?: string } }[]
  oldVal?: string
  newVal?: string
}

function enumQuestion({ typeName = [], newVal }: EnumStatement): Question {
  const type = quoteIdentifier(...typeName.map((part) => part.String?.sval ?? ''))
  return exists(
    'pg_catalog.pg_enum WHERE enumtypid = to_regtype($1) AND enumlabel = $2',
    type,
    newVal,
  )
}

function nameOf({ schemaname, relname }: RangeVar): string {
  return schemaname === undefined ? quoteIdentifier(relname) : quoteIdentifier(schemaname, relname)
}

import { type Catalog, virtualMark } from '../../catalog/catalog'
import { columnOf } from '../../catalog/difference'
import { type Qualified, relationOf, shown } from '../../catalog/object-names'
import { foreignKeys } from '../../catalog/rule-facts'
import {
  constraintType,
  generatedExpression,
  type IdOf,
  isA,
  isValidated,
  keyOf,
} from '../../catalog/facts'
import type { LockedWork } from '../model/effect'
import {
  columnKey,
  type ColumnId,
  type OwnOperation,
  type SchemaOperation,
} from '../model/operation'
import type { PlannedStep, TableLock } from '../model/planned-step'

/** True where PostgreSQL writes the whole table again, under a lock that stops even readers. */
export function rewritesTable(
  { operation, engine }: PlannedStep,
  from: Catalog,
  to: Catalog,
): boolean {
  if (isOpaque(operation)) return engine?.rewrites ?? false
  if (operation.kind === 'add column')
    return isStored(operation.column, to) || differsByRow(operation.column, to)
  if (operation.kind !== 'alter column' || operation.part !== 'type') return false
  const before = from.facts.get(operation.column)
  if (!before) return false
  return operation.using !== undefined || !isWider(columnOf(from, before).type, operation.type)
}

/**
 * The lock that a statement takes on a table of `from`, for those that say what they do; for all others
 * what pg-delta says.
 * @see https://www.postgresql.org/docs/current/explicit-locking.html
 */
export function lockOf({ operation, engine, ids }: PlannedStep, from: Catalog): TableLock {
  if (isOpaque(operation)) return engine?.lock ?? 'none'
  const isThere = ids.some((id) => {
    const table = relationOf(id) ?? relationOf(from.facts.get(id)?.parent ?? id)
    return table !== undefined && tables.some((kind) => from.facts.has({ kind, ...table }))
  })
  return isThere ? lockFor(operation) : 'none'
}

const tables = ['table', 'materializedView', 'foreignTable'] as const

/** Nothing is known of it but its text. */
function isOpaque({ kind }: SchemaOperation): boolean {
  return kind === 'engine' || kind === 'property' || kind === 'create event trigger'
}

/** Statements that lock no table, or no more than a writer does. */
const lockless: ReadonlySet<SchemaOperation['kind']> = new Set<SchemaOperation['kind']>([
  'create table',
  'create sequence',
  'own sequence',
  'create schema',
  'drop schema',
  'create enum',
  'add enum value',
  'rename enum',
  'rename value',
  'rename function',
  'grant',
  'revoke all',
  'fill column',
  'insert rows',
  'restore rows',
  'create metadata table',
  'insert metadata',
  'delete metadata',
  'fill in batches',
  'fill function',
  'drop fill function',
  'twin function',
  'give sequence',
  'remember sequence',
  'continue remembered',
  'wait briefly',
])

function lockFor(operation: SchemaOperation): TableLock {
  if (lockless.has(operation.kind)) return 'none'
  switch (operation.kind) {
    case 'fill trigger':
    case 'enable always':
    case 'add twin key':
      return 'shareRowExclusive'
    case 'build index':
    case 'build key index':
    case 'analyze':
    case 'comment':
    case 'column settings':
      return 'shareUpdateExclusive'
    case 'drop index':
      return operation.concurrently ? 'shareUpdateExclusive' : 'accessExclusive'
    case 'rename':
      return operation.what === 'INDEX' ? 'shareUpdateExclusive' : 'accessExclusive'
    case 'create index':
      return 'share'
    case 'add constraint':
      return operation.rule === 'FOREIGN KEY' ? 'shareRowExclusive' : 'accessExclusive'
    case 'alter numbering':
      return operation.of.kind === 'sequence' ? 'none' : 'accessExclusive'
    case 'validate constraint':
      return 'shareUpdateExclusive'
    default:
      return 'accessExclusive'
  }
}

/**
 * What a statement does to whole tables that are there while it holds locks which stop others: it writes
 * or reads them, or builds an index. Nothing for one that only changes the catalog.
 * @param steps all of the change, which may drop a key first
 */
export function lockedWorks(
  one: PlannedStep,
  from: Catalog,
  steps: readonly PlannedStep[],
): LockedWork[] {
  const work = lockedWork(one, from) ?? checkedRules(one, from, steps)
  return work ? [work, ...checkedKeys(one, from, steps)] : []
}

function isDropped(id: IdOf<'constraint'>, steps: readonly PlannedStep[]): boolean {
  return steps.some(({ drops, operation }) => {
    const gone = operation.kind === 'drop constraint' ? operation.constraint : drops
    return gone !== undefined && keyOf(gone) === keyOf(id)
  })
}

/** A type that only the catalog shows is still followed by a look at the rows, where a CHECK is about the column. */
function checkedRules(
  { operation }: PlannedStep,
  { facts }: Catalog,
  steps: readonly PlannedStep[],
): LockedWork | undefined {
  if (operation.kind !== 'alter column' || operation.part !== 'type') return undefined
  const { column } = operation
  const isChecked = facts.incomingEdges(column).some(({ from }) => {
    if (!isA(from, 'constraint') || isDropped(from, steps)) return false
    const fact = facts.get(from)
    return fact && constraintType(fact) === 'c' && isValidated(fact)
  })
  if (!isChecked) return undefined
  return { table: tableOf(column), lock: 'ACCESS EXCLUSIVE', does: 'reads' }
}

/** With the type of a column the foreign keys are checked again that it is part of. */
function checkedKeys(
  { operation, rewrites }: PlannedStep,
  from: Catalog,
  steps: readonly PlannedStep[],
): LockedWork[] {
  const isType = operation.kind === 'alter column' && operation.part === 'type'
  if (!isType || operation.using !== undefined || rewrites !== true) return []
  const { column } = operation
  const has = (columns: readonly ColumnId[]) =>
    columns.some((one) => columnKey(one) === columnKey(column))
  const works = foreignKeys(from).flatMap(({ id, columns, referred }): LockedWork[] => {
    const [first] = referred
    if (isDropped(id, steps)) return []
    if (has(referred)) return [{ table: tableOf(id), lock: 'ACCESS EXCLUSIVE', does: 'reads' }]
    if (!has(columns) || !first) return []
    return [{ table: tableOf(first), lock: 'SHARE ROW EXCLUSIVE', does: 'reads' }]
  })
  const others = works.filter(({ table }) => shown(table) !== shown(tableOf(column)))
  return [...new Map(others.map((work) => [shown(work.table), work])).values()]
}

function lockedWork(one: PlannedStep, { facts }: Catalog): LockedWork | undefined {
  const work = workOf(one)
  if (!work || !facts.has({ kind: 'table', ...work.table })) return undefined
  const { operation } = one
  const isIndexed =
    operation.kind === 'continue sequence' &&
    facts
      .incomingEdges(operation.column)
      .some(({ from: { kind } }) => kind === 'index' || kind === 'constraint')
  return isIndexed ? undefined : work
}

function workOf({ operation, rewrites, ids }: PlannedStep): LockedWork | undefined {
  const [table] = ids.flatMap((id) => relationOf(id) ?? [])
  if (table && rewrites === true) return { table, lock: 'ACCESS EXCLUSIVE', does: 'rewrites' }
  switch (operation.kind) {
    case 'create index':
      return table && { table, lock: 'SHARE', does: 'builds an index' }
    case 'add constraint':
      return workOfRule(operation)
    case 'alter column':
      if (operation.part !== 'required') return undefined
      return { table: tableOf(operation.column), lock: 'ACCESS EXCLUSIVE', does: 'reads' }
    // in the transaction of the statement that lets the sequence feed the column
    case 'continue sequence':
      return { table: tableOf(operation.column), lock: 'ACCESS EXCLUSIVE', does: 'reads' }
    case 'place partition':
      if (!operation.into || operation.bound === undefined) return undefined
      return { table: operation.table, lock: 'ACCESS EXCLUSIVE', does: 'reads' }
    default:
      return undefined
  }
}

function workOfRule(operation: Extract<OwnOperation, { kind: 'add constraint' }>) {
  const { rule, valid, constraint } = operation
  const table = tableOf(constraint)
  if (!valid) return undefined
  if (rule === 'FOREIGN KEY') return { table, lock: 'SHARE ROW EXCLUSIVE', does: 'reads' } as const
  const does = rule === 'CHECK' ? 'reads' : 'builds an index'
  return { table, lock: 'ACCESS EXCLUSIVE', does } as const
}

function tableOf({ schema, table }: { schema: string; table: string }): Qualified {
  return { schema, name: table }
}

function isStored(id: ColumnId, { facts }: Catalog): boolean {
  const expression = generatedExpression(facts.get(id))
  return expression !== undefined && !expression.endsWith(virtualMark)
}

/** A new column whose rows get different values, which are written at once. */
function differsByRow(id: ColumnId, to: Catalog): boolean {
  const fact = to.facts.get(id)
  const column = fact && columnOf(to, fact)
  return column !== undefined && (column.identity || !isSteady(column.default ?? ''))
}

/** Functions whose value is the same for every row of a statement, so that no row is written. */
const steady = /^(?:now|transaction_timestamp|statement_timestamp|current_setting|timezone)$/

/** True where a default is the same for every row of a statement. */
export function isSteady(value: string): boolean {
  const bare = value.replaceAll(/'(?:[^']|'')*'/g, ' ')
  const called = [...bare.matchAll(/([\w$]+)"?\s*\(/g)].map(([, each = '']) => each.toLowerCase())
  return called.every((each) => steady.test(each))
}

const characters = /^(?:character varying|varchar)(?:\((\d+)\))?$/
const decimals = /^numeric(?:\((\d+),(\d+)\))?$/

/**
 * True where PostgreSQL only changes the catalog.
 * @see https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
 */
function isWider(from: string, to: string): boolean {
  const bare = to.replace(/ COLLATE .*$/, '')
  if (bare === from) return true
  const [one, other] = [characters.exec(from), characters.exec(bare)]
  if ((one ?? from === 'text') && bare === 'text') return true
  if (from === 'text') return other !== null && other[1] === undefined
  if (one && other) return other[1] === undefined || Number(other[1]) >= Number(one[1] ?? Infinity)
  const [number, wide] = [decimals.exec(from), decimals.exec(bare)]
  if (!number || !wide) return from === 'cidr' && bare === 'inet'
  if (wide[1] === undefined) return true
  return number[2] === wide[2] && Number(wide[1]) >= Number(number[1] ?? Infinity)
}

import type { Action, ColumnId, Delta, Id } from '../../catalog/facts'
import { describe, relationOf, shown } from '../../catalog/object-names'
import { type ColumnPart, columnKey, type SchemaOperation } from './operation'
import type { Effect } from './effect'
import type { LostData, StatementFacts } from './script-part'

/** The strongest lock that a statement takes on a table that is there. */
export type TableLock = Action['lockClass']

/** What pg-delta knows of a statement that it plans. */
export interface EngineJudgement {
  /** What differs, and is the reason for it; none: it makes way for another statement. */
  deltas: readonly Delta[]
  lock: TableLock
  rewrites: boolean
  losesData: boolean
  boundary: 'none' | 'commit after' | 'outside'
}

/** A statement in the making: what it does, and nothing of how it is written. */
export interface PlannedStep extends StatementFacts {
  verb: 'create' | 'alter' | 'drop' | 'data'
  operation: SchemaOperation
  /** What is lost by it, what it fails on. */
  effects: readonly Effect[]
  /** What it makes, changes or needs. */
  ids: readonly Id[]
  /** What it drops; the target schema may have it again. */
  drops?: Id
  /** Steps with the same chain keep their order, whatever is put off. */
  chain?: string
  /** When it runs, where values are moved: after what is new; what is dropped comes last. */
  phase?: 'rows' | 'fill' | 'keys' | 'contract'
  /** What it drops has been moved before. */
  isMoved?: boolean
  /** PostgreSQL writes the whole table again. */
  rewrites?: boolean
  lock?: TableLock
  /** Absent where the statement is typetrek's own. */
  engine?: EngineJudgement
}

/** A step that does this, on a table where one is named. */
export function step(
  operation: SchemaOperation,
  ids: readonly Id[],
  more: Partial<PlannedStep> = {},
): PlannedStep {
  const verb = more.verb ?? 'alter'
  const plain = {
    effects: [],
    destructive: false,
    transactional: true,
    loses: [],
    converts: [],
    failsOnRows: [],
  }
  return { ...plain, ...more, operation, ids, verb, group: groupOf(ids) }
}

/** The values of a column, as a statement loses, converts or refuses them. */
export function valuesOf({ schema, table, name }: ColumnId): Required<LostData> {
  return { schema, table, column: name }
}

function groupOf(ids: readonly Id[]): string {
  const [first] = ids.filter(({ kind }) => kind !== 'schema' && kind !== 'role')
  const id = first ?? ids[0]
  if (!id) return ''
  const relation = relationOf(id)
  return relation ? shown(relation) : describe(id)
}

/** True for the statement that changes this part of that column. */
export function changes(
  { operation }: PlannedStep,
  column: ColumnId,
  ...parts: ColumnPart[]
): boolean {
  return (
    operation.kind === 'alter column' &&
    parts.includes(operation.part) &&
    columnKey(operation.column) === columnKey(column)
  )
}

/** True for the statement that adds a foreign key. */
export function addsForeignKey({ operation }: PlannedStep): boolean {
  return operation.kind === 'add constraint' && operation.rule === 'FOREIGN KEY'
}

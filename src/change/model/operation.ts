import { quoteIdentifier } from '../../database/sql/quote'
import type { Action, ColumnId, Id, IdOf } from '../../catalog/facts'
import { describe, relationOf, shown } from '../../catalog/object-names'
import type { LostData, Statement } from './script-part'

import { columnKey } from '../../catalog/facts'

export { columnKey, type ColumnId } from '../../catalog/facts'

/** What pg-delta knows of a statement that it plans. */
export interface EngineJudgement {
  lock: Action['lockClass']
  rewrites: boolean
  losesData: boolean
  boundary: 'none' | 'commit after' | 'outside'
}

/** What happens to a column that is there. */
export type ColumnPart = 'type' | 'default' | 'no default' | 'required' | 'identity'

/** What a constraint demands. */
export type Rule = 'FOREIGN KEY' | 'CHECK' | 'UNIQUE' | 'PRIMARY KEY' | 'EXCLUDE'

/** What a statement does, where other statements are made or placed by it. */
export type SchemaOperation =
  | { kind: 'alter column'; column: ColumnId; part: ColumnPart }
  | { kind: 'add column' | 'fill column'; column: ColumnId }
  | { kind: 'create index' | 'drop index'; index: IdOf<'index'> }
  | { kind: 'add constraint'; constraint: IdOf<'constraint'>; rule: Rule; valid: boolean }
  | { kind: 'rename enum' | 'create enum' | 'add enum value'; type: IdOf<'type'> }

/** A statement in the making. */
export interface PlannedStep extends Statement {
  verb: 'create' | 'alter' | 'drop' | 'data'
  /** Absent for what nothing else depends on. */
  operation?: SchemaOperation
  /** What it makes, changes or needs. */
  ids: readonly Id[]
  /** What it drops; the wanted schema may have it again. */
  drops?: Id
  /** Steps with the same chain keep their order, whatever is put off. */
  chain?: string
  /** A column's new type, and whether an expression makes its values. */
  retypes?: { type: string; using: boolean }
  /** PostgreSQL writes the whole table again. */
  rewrites?: boolean
  /** Absent where the statement is typetrek's own. */
  engine?: EngineJudgement
}

/** A step that typetrek writes itself, on a table where one is named. */
export function step(
  sql: string,
  ids: readonly Id[],
  more: Partial<PlannedStep> = {},
): PlannedStep {
  const verb = more.verb ?? 'alter'
  const plain = {
    comments: [],
    destructive: false,
    transactional: true,
    loses: [],
    converts: [],
    failsOnRows: [],
  }
  return { ...plain, ...more, sql, ids, verb, group: groupOf(ids) }
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

/** How every change of that column begins, pg-delta's included. */
export function alterColumn({ schema, table, name }: ColumnId): string {
  return `ALTER TABLE ${quoteIdentifier(schema, table)} ALTER COLUMN ${quoteIdentifier(name)}`
}

/** True for the statement that changes this part of that column. */
export function changes(
  { operation }: PlannedStep,
  column: ColumnId,
  ...parts: ColumnPart[]
): boolean {
  return (
    operation?.kind === 'alter column' &&
    parts.includes(operation.part) &&
    columnKey(operation.column) === columnKey(column)
  )
}

/** True for the statement that adds a foreign key. */
export function addsForeignKey({ operation }: PlannedStep): boolean {
  return operation?.kind === 'add constraint' && operation.rule === 'FOREIGN KEY'
}

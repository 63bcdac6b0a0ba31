import type { Action, ColumnId, Delta, Id, IdOf } from '../../catalog/facts'
import type { Numbering } from '../../catalog/difference'
import { describe, type Qualified, relationOf, shown } from '../../catalog/object-names'
import type { LostData, Statement } from './script-part'

import { columnKey } from '../../catalog/facts'

export { columnKey, type ColumnId } from '../../catalog/facts'

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

/** What happens to a column that is there; SQL in it is as PostgreSQL takes it. */
export type ColumnAlteration =
  | { part: 'type'; type: string; using?: string }
  | { part: 'default'; value: string }
  | { part: 'expression'; expression: string }
  | { part: 'identity'; clause: string }
  | { part: 'no default' | 'required' | 'not required' | 'no expression' }

/** Which part of it that is. */
export type ColumnPart = ColumnAlteration['part']

/** What a constraint demands. */
export type Rule = 'FOREIGN KEY' | 'CHECK' | 'UNIQUE' | 'PRIMARY KEY' | 'EXCLUDE'

/** What an index is, but for its name; SQL in it is as PostgreSQL writes it. */
export interface IndexParts {
  unique: boolean
  /** The table, the columns and all that follows them. */
  on: string
}

/** A unique or primary key that an index can be made for beforehand. */
export interface KeyParts {
  /** In parentheses. */
  columns: string
  /** What an index has after its columns, with a space before it. */
  rest: string
  /** What the constraint has after its index, with a space before it. */
  checked: string
}

/** What a column gets where it has no value. */
export interface ColumnFill {
  column: ColumnId
  expression: string
}

/** What a statement of pg-delta's does, where other statements are made or placed by it. */
export type EngineOperation =
  | {
      kind: 'create table'
      table: IdOf<'table'> | IdOf<'foreignTable'>
      /** Whether its columns are listed in parentheses. */
      form: 'columns' | 'partition' | 'foreign'
    }
  | { kind: 'create sequence' | 'own sequence'; sequence: IdOf<'sequence'> }
  | { kind: 'add column' | 'drop column'; column: ColumnId }
  | ({ kind: 'create index'; index: IdOf<'index'> } & IndexParts)
  | { kind: 'drop index'; index: IdOf<'index'> }
  /** Which numbers a sequence, or that of an identity column, counts through. */
  | { kind: 'alter numbering'; of: IdOf<'sequence'> | ColumnId }
  | { kind: 'create enum' | 'add enum value'; type: IdOf<'type'> }
  /** `to` is quoted. */
  | { kind: 'rename enum'; type: IdOf<'type'>; to: string }
  | { kind: 'grant' | 'revoke all'; privileges: IdOf<'acl'> }

/** What a statement of typetrek's own does; its SQL is written of it. */
export type OwnOperation =
  | ({ kind: 'alter column'; column: ColumnId } & ColumnAlteration)
  | { kind: 'fill column'; column: ColumnId; expression: string; onlyNulls: boolean }
  /** `rows` is a query, or VALUES. */
  | {
      kind: 'insert rows'
      table: IdOf<'table'>
      columns: readonly string[]
      rows: string
      overriding: boolean
    }
  | { kind: 'create schema' | 'drop schema'; schema: IdOf<'schema'> }
  | { kind: 'replace view'; view: IdOf<'view'>; options: readonly string[]; query: string }
  | { kind: 'validate constraint'; constraint: IdOf<'constraint'>; of: 'TABLE' | 'DOMAIN' }
  /** `checked`: when, with a space before it: ` DEFERRABLE INITIALLY DEFERRED`. */
  | {
      kind: 'alter constraint'
      constraint: IdOf<'constraint'>
      of: 'TABLE' | 'DOMAIN'
      checked: string
    }
  /** Without a sequence the column's own, or its identity's. */
  | { kind: 'continue sequence'; column: ColumnId; sequence?: Qualified }
  | { kind: 'move sequence'; before: Numbering; target: Numbering }
  | { kind: 'drop constraint'; constraint: IdOf<'constraint'> }
  | {
      kind: 'add constraint'
      constraint: IdOf<'constraint'>
      rule: Rule
      valid: boolean
      definition: string
      /** Of a unique or primary key that an index can be made for. */
      key?: KeyParts
    }
  | { kind: 'map values'; part: ValueMapPart; map: ValueMap }
  | PartitionPlacing
  | Renamed

/** The forms that let an application go on. */
export type OnlineOperation =
  | ({ kind: 'build index'; index: IdOf<'index'> } & IndexParts)
  | { kind: 'remove index'; index: IdOf<'index'> }
  /** Without its default, and without the rule that it has a value. */
  | { kind: 'add empty column'; column: ColumnId; type: string }
  /** Makes a constraint of an index; `replaces`: the constraint that is there under its name goes. */
  | {
      kind: 'use index'
      constraint: IdOf<'constraint'>
      rule: Rule
      index: string
      checked: string
      replaces: boolean
    }
  /** In batches, each a transaction of its own. */
  | { kind: 'fill in batches'; table: IdOf<'table'>; fills: readonly ColumnFill[] }
  /** A trigger of that name gives rows that are written meanwhile their values. */
  | {
      kind: 'fill function' | 'fill trigger'
      table: IdOf<'table'>
      name: string
      fills: readonly ColumnFill[]
      always: boolean
    }
  | { kind: 'drop fill trigger' | 'drop fill function'; table: IdOf<'table'>; name: string }

/** The old values of a column and the new ones, in a temporary table with a function over it. */
export interface ValueMap {
  column: ColumnId
  from: string
  to: string
  /** Makes the new value of a row. */
  expression: string
}

/** What of it a statement makes or drops. */
export type ValueMapPart = 'table' | 'index' | 'function' | 'drop function' | 'drop table'

/** A table becomes a partition or a child, or ends being one; without bounds it inherits. */
export interface PartitionPlacing {
  kind: 'place partition'
  table: Qualified
  parent: Qualified
  bound: string | undefined
  into: boolean
}

/** A new name or a new schema, never quoted here. */
type Renamed =
  | { kind: 'rename'; what: string; schema?: string; name: string; to: string }
  | { kind: 'move'; what: string; schema: string; name: string; to: string }
  | {
      kind: 'rename part'
      part: 'COLUMN' | 'CONSTRAINT'
      of: 'TABLE' | 'DOMAIN'
      schema: string
      /** Or the domain. */
      table: string
      name: string
      to: string
    }
  | { kind: 'rename value'; type: IdOf<'type'>; value: string; to: string }
  | { kind: 'rename function'; schema: string; name: string; signature: string; to: string }

/** What a statement does. */
export type SchemaOperation = EngineOperation | OwnOperation | OnlineOperation

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

/** A step that typetrek writes itself, on a table where one is named. */
export function step(
  sql: string,
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

import type { ColumnId, Id, IdOf } from '../../catalog/facts'
import type { Numbering } from '../../catalog/difference'
import type { Qualified } from '../../catalog/object-names'
import type { ColumnFill, RowQuery } from './value-sources'
import type { TwinOperation } from './twin-operation'
import type { ValueMap, ValueMapPart } from './value-map'

export { columnKey, type ColumnId } from '../../catalog/facts'

/** What happens to a column that is there; SQL in it is as PostgreSQL takes it. */
export type ColumnAlteration =
  | { part: 'type'; type: string; using?: string }
  | { part: 'default'; value: string }
  | { part: 'expression'; expression: string }
  | { part: 'identity'; clause: string }
  | { part: 'no default' | 'required' | 'not required' | 'no expression' | 'no identity' }

/** Which part of it that is. */
export type ColumnPart = ColumnAlteration['part']

/** What a constraint demands. */
export type Rule = 'FOREIGN KEY' | 'CHECK' | 'UNIQUE' | 'PRIMARY KEY' | 'EXCLUDE'

/** pg-delta's text of a statement, which is written as it is but for what is said here. */
export interface EngineText {
  sql: string
  /** What it makes is not there: CREATE, not CREATE OR REPLACE. */
  isNew?: boolean
  /** What pg-delta leaves out of what the statement makes or names. */
  leftOut?: readonly { of: Id; text: string }[]
  /** Other names of types that it names, schema included and quoted. */
  typeNames?: readonly Replaced[]
}

/** A part of a text, and what is written in its place. */
export interface Replaced {
  written: string
  by: string
}

/** A column that a table gets. */
interface AddedColumn {
  kind: 'add column'
  column: ColumnId
  /** It is required only later, once it has values. */
  isFilledLater?: boolean
  serials?: readonly Replaced[]
}

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

/** What a statement of pg-delta's does, where other statements are made or placed by it. */
type EngineWork =
  | { kind: 'engine' }
  | {
      kind: 'create table'
      table: IdOf<'table'> | IdOf<'foreignTable'>
      /** Whether its columns are listed in parentheses. */
      form: 'columns' | 'partition' | 'foreign'
      /** What a partition's columns have for themselves, or a child's rules of its own, a clause each. */
      own?: readonly string[]
      /** What it inherits from, where that is several tables. */
      parents?: readonly Qualified[]
      /** Columns and constraints that are written in it. */
      added?: readonly SchemaOperation[]
      /** The names of its columns in their order. */
      order?: readonly string[]
      serials?: readonly Replaced[]
    }
  | { kind: 'create sequence' | 'own sequence'; sequence: IdOf<'sequence'> }
  | AddedColumn
  | { kind: 'drop column'; column: ColumnId }
  /** Of a partitioned table either with those of its partitions or for the table alone. */
  | ({ kind: 'create index'; index: IdOf<'index'>; ofPartitions?: boolean } & IndexParts)
  /** Which numbers a sequence, or that of an identity column, counts through. */
  | { kind: 'alter numbering'; of: IdOf<'sequence'> | ColumnId }
  | { kind: 'create enum'; type: IdOf<'type'> }
  /** `once`: it may be there already. */
  | { kind: 'add enum value'; type: IdOf<'type'>; once?: boolean }
  | { kind: 'create event trigger'; tags: readonly string[] }
  | { kind: 'grant' | 'revoke all'; privileges: IdOf<'acl'> }

/** A statement of pg-delta's. */
export type EngineOperation = EngineWork & EngineText

/** What a statement of typetrek's own does; its SQL is written of it. */
export type OwnOperation =
  | ({ kind: 'alter column'; column: ColumnId } & ColumnAlteration)
  | ({ kind: 'fill column'; onlyNulls: boolean } & ColumnFill)
  | {
      kind: 'insert rows'
      table: IdOf<'table'>
      columns: readonly string[]
      rows: RowQuery
      overriding: boolean
    }
  /** A row for each key that another table holds; `values` are those of the columns beside the key. */
  | {
      kind: 'restore rows'
      keys: readonly ColumnId[]
      referred: readonly ColumnId[]
      values: ReadonlyMap<string, string>
    }
  /** `owner` is quoted. */
  | { kind: 'create schema'; schema: IdOf<'schema'>; owner?: string }
  | { kind: 'drop schema'; schema: IdOf<'schema'> }
  | { kind: 'drop index'; index: IdOf<'index'>; concurrently?: boolean }
  /** `to` is quoted. */
  | { kind: 'rename enum'; type: IdOf<'type'>; to: string }
  /** What the catalog has no facts for; the statement is as the server writes it. */
  | { kind: 'property'; statement: string }
  /** `alter`: `ALTER TABLE …`, as the server writes it; no owner: whoever runs it. */
  | { kind: 'change owner'; alter: string; owner: string | null }
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
  | {
      kind: 'continue sequence'
      column: ColumnId
      sequence?: Qualified
      /** It was there before, and is not set back. */
      isThere?: true
    }
  | { kind: 'move sequence'; before: Numbering; target: Numbering }
  | { kind: 'drop constraint'; constraint: IdOf<'constraint'> }
  | {
      kind: 'add constraint'
      constraint: IdOf<'constraint'>
      of?: 'TABLE' | 'DOMAIN'
      rule: Rule
      valid: boolean
      definition: string
      /** Of a unique or primary key that an index can be made for. */
      key?: KeyParts
      /** Of a partitioned table without its partitions. */
      isAlone?: boolean
    }
  | { kind: 'map values'; part: ValueMapPart; map: ValueMap }
  | PartitionPlacing
  | AttachedIndexChange
  | MetadataChange
  | Renamed

/** A lock on a table that others wait for, or, the first of them, that only such statements and VACUUM wait for. */
export type LockMode =
  | 'SHARE UPDATE EXCLUSIVE'
  | 'SHARE'
  | 'SHARE ROW EXCLUSIVE'
  | 'ACCESS EXCLUSIVE'

/** A table that is locked; `alone`: without its partitions and children. */
export interface LockedName extends Qualified {
  alone?: boolean
  /** Its owner may be another role: what the statement needs of it does not allow LOCK TABLE. */
  unowned?: boolean
}

type LockTables = { kind: 'lock tables'; tables: readonly LockedName[]; mode: LockMode }

/** The forms that let an application go on. */
export type OnlineOperation =
  | ({ kind: 'build index'; index: IdOf<'index'> } & IndexParts)
  | {
      kind: 'build key index'
      index: IdOf<'index'>
      constraint: IdOf<'constraint'>
      key: KeyParts
    }
  /** Says what NOT NULL does, for the rows that are written from now on. */
  | { kind: 'add not null check'; constraint: IdOf<'constraint'>; column: ColumnId }
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
  /** Gives up after half a second, before PostgreSQL would look for a deadlock and end somebody else's work. */
  | { kind: 'wait briefly' }
  | LockTables
  /** A role that may not lock one of the tables locks none of them, and is as little patient. */
  | { kind: 'lock if allowed'; locks: readonly (LockTables | { kind: 'wait briefly' })[] }
  | FillTrigger

/** A trigger gives rows that are written meanwhile the values that their columns lack. */
export type FillTrigger =
  | {
      kind: 'fill function'
      table: IdOf<'table'>
      name: string
      fills: readonly ColumnFill[]
    }
  | {
      kind: 'fill trigger' | 'drop fill trigger' | 'drop fill function'
      table: IdOf<'table'>
      name: string
    }

/** A table becomes a partition or a child, or ends being one; without bounds it inherits. */
export interface PartitionPlacing {
  kind: 'place partition'
  table: Qualified
  parent: Qualified
  bound: string | undefined
  into: boolean
}

/** An index of a partition, or the rule that it is of, is made below that of its parent or dropped. */
type AttachedIndexChange =
  | { kind: 'attached index'; part: 'attach'; index: Qualified; above: Qualified }
  | { kind: 'attached index'; part: 'create'; definition: string }
  | { kind: 'attached index'; part: 'drop'; index: Qualified }
  | {
      kind: 'attached index'
      part: 'add rule'
      rule: IdOf<'constraint'>
      definition: string
      isAlone: boolean
    }
  | { kind: 'attached index'; part: 'drop rule'; rule: IdOf<'constraint'> }

/** What TypeORM remembers of a view or a generated column: the text that the entity gives. */
export interface MetadataRow {
  type: string
  /** True for a row that is of one database; TypeORM looks it up by the database's name. */
  ofDatabase: boolean
  schema: string | null
  table: string | null
  name: string | null
  value: string | null
}

/** The columns by which TypeORM finds such a row. */
export const metadataKeys = ['type', 'schema', 'table', 'name'] as const

/** TypeORM's own table, or a row of it. */
type MetadataChange =
  | { kind: 'create metadata table'; table: Qualified }
  | { kind: 'insert metadata' | 'delete metadata'; table: Qualified; row: MetadataRow }

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
  /** Whatever its name is. */
  | { kind: 'rename not null'; column: ColumnId; to: string }
  | { kind: 'rename value'; type: IdOf<'type'>; value: string; to: string }
  | { kind: 'rename function'; schema: string; name: string; signature: string; to: string }

/** Statements that happen in one moment, in a script whose statements are transactions of their own. */
export interface TogetherOperation {
  kind: 'together'
  operations: readonly SchemaOperation[]
}

/** What a statement does. */
export type SchemaOperation =
  | EngineOperation
  | OwnOperation
  | OnlineOperation
  | TwinOperation
  | TogetherOperation

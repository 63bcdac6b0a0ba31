import type { ColumnId, IdOf } from '../../catalog/facts'
import type { Qualified } from '../../catalog/object-names'
import type { Effect } from '../../change/model/effect'
import type { ForeignKeyParts } from '../../change/model/twin-operation'
import type { Using } from '../../change/model/decisions'

/** Of the two columns that hold the same values the one that is not in use: the new one, then the old one. */
export type TwinSide = 'new' | 'old'

/** The two of something, by the column that it is of. */
export type TwinPair<Value> = Readonly<Record<TwinSide, Value>>

/** A sequence that counts for a column. */
export interface OwnSequence extends Qualified {
  /** Its options as ALTER SEQUENCE takes them, for an identity of either type. */
  options: string
}

/** A column whose type changes, and the second one that takes its place. */
export interface TwinColumn {
  id: ColumnId
  names: TwinPair<string>
  types: TwinPair<string>
  required: boolean
  defaults: TwinPair<string | undefined>
  /** What the one that is not in use is made of; empty: of the other one, as an assignment converts it. */
  expressions: TwinPair<string>
  /** Checks that hold while the one that is not in use is to take over. */
  checks: TwinPair<string>
  comment: string | undefined
  statistics: number | undefined
  options: readonly string[]
  /** `ALWAYS` or `BY DEFAULT`, of an identity. */
  identity?: { generated: string; sequence: OwnSequence }
  /** Sequences that go when it is dropped. */
  sequences: readonly Qualified[]
  decided: TwinPair<Pick<Using, 'effects' | 'destructive' | 'raises'>>
  /** What says which rows have no value of the old type. */
  unfit: Effect
}

/** A check that names such a column. */
export interface TwinCheck {
  id: IdOf<'constraint'>
  names: TwinPair<string>
  /** Absent: the target schema has none of its name. */
  definitions: { old: string; new: string | undefined }
  isValid: boolean
  comment: string | undefined
}

/** An index of such a column, or the unique or primary key that it is of. */
export interface TwinIndex {
  id: IdOf<'index'>
  names: TwinPair<string>
  unique: boolean
  on: { old: string; new: string | undefined }
  /** Of the new column once it has the name of the old one. */
  swapped: string | undefined
  comment: string | undefined
  rule?: { is: 'UNIQUE' | 'PRIMARY KEY'; checked: string; comment: string | undefined }
}

/** A table with such columns. */
export interface TwinTable {
  id: IdOf<'table'>
  /** Keeps the two in step; the function's name as well. */
  trigger: string
  columns: readonly TwinColumn[]
  checks: readonly TwinCheck[]
  indexes: readonly TwinIndex[]
}

/** A foreign key from or to such columns. */
export interface TwinKey {
  id: IdOf<'constraint'>
  names: TwinPair<string>
  /** With the names that columns have while they are in use. */
  parts: { old: ForeignKeyParts; new: ForeignKeyParts | undefined }
  isValid: boolean
  comment: string | undefined
  /** The swap in which it gives way to the one of the new columns. */
  swap: number
  /** The swap of the columns that it refers to, where those have twins. */
  referredSwap: number | undefined
}

/** Everything that is replaced, tables that are swapped together in one group, those that refer to others first. */
export interface TwinPlan {
  swaps: readonly (readonly TwinTable[])[]
  keys: readonly TwinKey[]
}

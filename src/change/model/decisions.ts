import { MigrationError } from '../../errors'
import type { Effect } from './effect'
import { columnKey, type ColumnId } from './operation'
import { pathOf } from './option-values'
import type { RowValue } from './value-sources'

/** How values become other values: what options and answers say, or what follows from the types. */
export interface Decisions {
  /** USING expression of each retyped column; empty: the assignment cast, which raises. */
  using: ReadonlyMap<string, Using>
  /** What a required column's missing values become; empty: there are none. */
  backfill: ReadonlyMap<string, Backfilled>
  /** Enum type (`schema.name`) → lost value → the value that its rows get. */
  valueMaps: ReadonlyMap<string, ReadonlyMap<string, string>>
}

/** How one column is converted. */
export interface Using {
  expression: string
  effects: readonly Effect[]
  /** Values are cut, rounded or merged. */
  destructive: boolean
  /** The expression is somebody's own, and nothing is known of what it makes of values. */
  unknown: boolean
  /** The old default cannot be cast by itself. */
  dropsDefault: boolean
  /** Keys must be dropped while the column and those that it refers to differ. */
  breaksKeys: boolean
  /** Some values have no form in the new type. */
  raises: boolean
}

/** What a column gets that becomes required. */
export interface Backfilled {
  expression: RowValue
  effects: readonly Effect[]
}

/** The decision on a retyped column. */
export function usingOf(decisions: Decisions, id: ColumnId): Using {
  const using = decisions.using.get(columnKey(id))
  if (!using)
    throw new MigrationError('DIFFERENCE_REFUSED', `${pathOf(id)} changes in two ways at once`, {
      detail: 'Its type differs, and its table goes to another parent or leaves one.',
      hint: 'Make the two changes one after the other, each in a script of its own.',
    })
  return using
}

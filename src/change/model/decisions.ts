import { MigrationError } from '../../errors'
import { columnKey, type ColumnId } from './operation'
import { pathOf } from './option-values'

/** How values become other values: what options and answers say, or what follows from the types. */
export interface Decisions {
  /** USING expression of each retyped column; empty: the assignment cast, which raises. */
  using: ReadonlyMap<string, Using>
  /** What a required column's missing values become; empty: there are none. */
  backfill: ReadonlyMap<string, Backfilled>
  /** Enum type (`schema.name`) → lost label → the label that its rows get. */
  labels: ReadonlyMap<string, ReadonlyMap<string, string>>
}

/** How one column is converted. */
export interface Using {
  expression: string
  /** Lines above the statement. */
  comments: readonly string[]
  /** Values are cut, rounded or merged. */
  destructive: boolean
  /** The old default cannot be cast by itself. */
  dropsDefault: boolean
  /** Keys must be let go while the column and those that it refers to differ. */
  breaksKeys: boolean
  /** Some values have no form in the new type. */
  raises: boolean
}

/** What a column gets that becomes required. */
export interface Backfilled {
  expression: string
  comments: readonly string[]
}

/** The decision on a retyped column. */
export function usingOf(decisions: Decisions, id: ColumnId): Using {
  const using = decisions.using.get(columnKey(id))
  if (!using)
    throw new MigrationError('DIFFERENCE_REFUSED', `${pathOf(id)} changes in two ways at once`, {
      detail: 'Its type differs, and its table goes to another parent or leaves one.',
      hint: 'Take the two changes one after the other, each with a script of its own.',
    })
  return using
}

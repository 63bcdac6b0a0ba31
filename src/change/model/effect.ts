import type { ColumnId, Id } from '../../catalog/facts'
import type { Qualified } from '../../catalog/object-names'
import type { StoppingQuery } from './stopping-query'

/** What a change of type does to values, where it does not keep them all. */
export type ConversionEffect =
  | { kind: 'raises on digits'; rounds: boolean }
  | { kind: 'raises on length'; size: number; unit: 'bits' | 'characters' }
  | { kind: 'raises out of range'; type: string }
  | { kind: 'raises on other text'; type: string; isEnum: boolean }
  | { kind: 'raises on lost value'; enum: string }
  | { kind: 'rounds'; to?: 'fewer digits of a second' }
  | { kind: 'loses'; what: 'the time of day' | 'the date' | 'digits' }

/** What is done to a whole table while a lock stops others. */
export interface LockedWork {
  table: Qualified
  lock: 'ACCESS EXCLUSIVE' | 'SHARE ROW EXCLUSIVE' | 'SHARE'
  does: 'rewrites' | 'reads' | 'builds an index'
}

/** What a statement does to rows and definitions, or what stops it; said in the lines above it. */
export type Effect =
  | ConversionEffect
  | { kind: 'drops'; object: Id; with: 'rows' | 'values' | 'computed values' | 'nothing else' }
  | { kind: 'makes again'; column: ColumnId }
  | { kind: 'computes from now on'; column: ColumnId }
  /** `how`: what of it is known, or after how many characters it cuts. */
  | {
      kind: 'converts'
      column: ColumnId
      from: string
      to: string
      how?: ConversionEffect | number
    }
  | { kind: 'moves'; from: readonly ColumnId[]; into: Qualified }
  | { kind: 'drops moved'; column: ColumnId; into: Qualified }
  | { kind: 'cannot restore' }
  | { kind: 'fails on any row' }
  | { kind: 'fails unless none'; query: StoppingQuery }
  | { kind: 'fails on value'; value: string }
  | { kind: 'replaces value'; value: string; by: string }
  | { kind: 'keeps references'; column: ColumnId }
  | { kind: 'restores keys'; table: string }
  | { kind: 'follows TypeORM' }
  | { kind: 'works in batches' }
  /** `online`: in scripts that are to go on without it. `why`: what rules out a form without it. */
  | ({ kind: 'works under a lock'; online: boolean; why?: string } & LockedWork)
  /** A second column takes its place, made of it. */
  | { kind: 'gets a twin'; column: ColumnId; twin: string; type: string }
  | { kind: 'fails on equal values' }

/** An effect with its query as SQL, as the lines above a statement say it. */
export type WrittenEffect =
  | Exclude<Effect, { kind: 'fails unless none' }>
  | { kind: 'fails unless none'; query: string }

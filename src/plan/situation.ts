import type { JournalState } from '../journal/model/applied-state'
import type { Script } from '../script/script'
import type { Survey } from './survey'

/** All that a plan is made from, beside the request. */
export interface Situation extends Survey {
  scripts: readonly Script[]
  state: JournalState
  /** Modules that have no downgrade, as far as their texts show. */
  withoutDowngrade?: ReadonlySet<string>
}

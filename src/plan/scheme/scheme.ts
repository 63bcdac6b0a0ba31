import type { JournalState } from '../../journal/model/applied-state'
import type { Script } from '../../script/script'
import type { Planner } from '../plan'
import { planSteps } from '../planner'
import { survey, type Survey } from '../survey'

/** What the scripts of a folder are to each other: what is applied and pending, and what a request means. */
export interface Scheme {
  survey(scripts: readonly Script[], state: JournalState): Survey
  plan: Planner
}

/** Scripts with numbers, each tracked by itself: the usual scheme. */
export const numbered: Scheme = { survey, plan: planSteps }

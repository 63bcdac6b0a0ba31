import type { JournalState } from '../../journal/model/applied-state'
import type { Script } from '../../script/script'
import { MigrationError } from '../../errors'
import type { Planner, Request } from '../plan'
import { planSteps } from '../planner'
import { survey, type Survey } from '../survey'

/** What the scripts of a folder are to each other: what is applied and pending, and what a request means. */
export interface Scheme {
  survey(scripts: readonly Script[], state: JournalState): Survey
  plan: Planner
}

/** Scripts with numbers, each tracked by itself: the usual scheme. */
export const numbered: Scheme = { survey, plan: planSteps }

/**
 * Refuses to run scripts alone where each rests on the one before it.
 * @throws {MigrationError} USAGE
 */
export function refuseAlone(request: Request): void {
  if (request.command !== 'upgrade' && request.command !== 'downgrade') return
  if (request.only === undefined) return
  throw new MigrationError('USAGE', 'no script runs alone where each builds on another', {
    hint: 'Name the version to go to, or give --count.',
  })
}

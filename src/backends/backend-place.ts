import type { RunReport } from '../run/context/events'
import type { Backend } from '../run/context/backend'
import type { ExecutionContext } from '../run/context/run-context'
import type { Scheme } from '../plan/scheme/scheme'
import type { Script } from '../script/script'
import type { SetUpRequest } from '../set-up/set-up'

/** A database that is not PostgreSQL, or whatever keeps a version, with its scripts. */
export interface Place {
  /** For people; never a secret. */
  readonly label: string
  readonly scheme: Scheme
  /** Reads the scripts, once. */
  scripts(): Promise<readonly Script[]>
  /** False: nothing was ever done here, and to look would create it. */
  exists?(): Promise<boolean>
  /** A backend for one execution, or to read once. */
  backend(context: ExecutionContext): Promise<Backend>
  /** Sets an empty one up; absent: its scripts run. */
  setUp?(
    context: ExecutionContext,
    scripts: readonly Script[],
    request: SetUpRequest,
  ): Promise<RunReport>
  /** Releases what was opened here. */
  close(): Promise<void>
}

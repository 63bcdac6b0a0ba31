import { MigrationError } from '../errors'
import { executeShape, type ExecuteOptions } from '../migrator/option-shapes'
import type { Target } from '../plan/plan'
import type { RunReport } from '../run/context/events'
import { checkArgument, object } from '../settings/value/arguments'
import type { DatabaseGiven } from '../migrator/pick-migrator'
import { migratorOf, type Scripts } from './open-migrator'
import { flagsOf, requestOf, type PlanRequest, type RunSettings } from './plan-request'
import { refuseOtherPlan } from './planned-again'
import { checkStoredPlan, storedPlan, type StoredPlan } from './stored-plan'

/** The scripts of plans that were made in this process. */
const scriptsOf = new WeakMap<StoredPlan, Scripts>()

/**
 * What would be done to bring a database to a target. Reads only: creates nothing, locks nothing, imports no
 * script.
 *
 * @param on an address, a DataSource, QueryRunner, pg Pool or Client, PGlite, or a function that makes a backend
 *   of one's own. Nothing of the caller's is closed.
 * @param scripts an ini file, a folder, a glob, a list of them and of scripts that are values, or settings.
 * @throws {MigrationError} USAGE, UNKNOWN_REVISION, IRREVERSIBLE, OUT_OF_ORDER, and whatever the scripts or the
 *   server refuse
 *
 * @example
 * const planned = await plan(client, 'migration', { target: '20260102100000' })
 * console.log(planned.direction, planned.steps.map((step) => step.revision))
 */
export async function plan(
  on: DatabaseGiven,
  scripts: Scripts,
  options: PlanRequest = {},
): Promise<StoredPlan> {
  const request = requestOf(options)
  const settings = flagsOf(options.settings)
  await using migrator = await migratorOf(on, scripts, settings)
  const made = await migrator.planWithState(request)
  const origin = { database: migrator.label, scripts: namesOf(scripts), settings, request }
  const stored = storedPlan(origin, made.plan, made.state)
  scriptsOf.set(stored, scripts)
  return stored
}

/** How a stored plan is carried out. */
export interface CarryOutOptions extends ExecuteOptions {
  /** The scripts, where the plan does not name them, or where they are somewhere else now. */
  scripts?: Scripts
}

/**
 * Carries out a plan that `plan` has made, here or in another process, as it is or not at all. Takes the lock,
 * and looks again: at the journal, and at the scripts' text.
 *
 * @param planned what `plan` returned, or what `JSON.parse` makes of it.
 * @returns what was done; the steps of a failure are in the error's `results`.
 * @throws {MigrationError} STALE_PLAN where the database or the list of scripts has changed since,
 *   SCRIPT_CHANGED where a script has; whatever a script or the server refuses
 *
 * @example
 * const planned = await plan(client, 'migration')
 * const report = await execute(client, planned, { onEvent: (event) => console.log(event.type) })
 */
export async function execute(
  on: DatabaseGiven,
  planned: StoredPlan,
  options: CarryOutOptions = {},
): Promise<RunReport> {
  checkStoredPlan(planned)
  const anything = { what: 'scripts', holds: () => true }
  checkArgument('the options object', options, { ...executeShape, scripts: anything })
  const { scripts = scriptsFor(planned), ...given } = options
  await using migrator = await migratorOf(on, scripts, flagsOf(planned.settings))
  return await migrator.carryOut(planned.request, given, (now, state) =>
    refuseOtherPlan(planned, now, state),
  )
}

/** How `migrateTo` runs. */
export interface MigrateOptions extends ExecuteOptions {
  /** Settings of the run beside those that the scripts' ini has. */
  settings?: RunSettings
}

/**
 * Brings a database to a target in one call, up or down, whichever it needs; nothing to do is no lock and one
 * round trip.
 *
 * @param target a revision, `latest`, `next`, `previous`, or `0` for nothing applied.
 * @throws {MigrationError} with `results`: whatever planning, a script or the server refuses
 *
 * @example
 * await migrateTo(url, 'migration', 'latest')
 */
export async function migrateTo(
  on: DatabaseGiven,
  scripts: Scripts,
  target: Target = 'latest',
  options: MigrateOptions = {},
): Promise<RunReport> {
  checkArgument('the options object', options, { ...executeShape, settings: object })
  const { settings, ...given } = options
  await using migrator = await migratorOf(on, scripts, flagsOf(settings))
  return await migrator.migrateTo(target, given)
}

/** The paths of the scripts, which a stored plan can name; null where some are values of the program. */
function namesOf(scripts: Scripts): string | readonly string[] | null {
  if (typeof scripts === 'string') return scripts
  if (!Array.isArray(scripts)) return null
  const names = scripts.filter((one: unknown): one is string => typeof one === 'string')
  return names.length === scripts.length ? names : null
}

function scriptsFor(planned: StoredPlan): Scripts {
  const scripts = scriptsOf.get(planned) ?? planned.scripts
  if (scripts !== null) return scripts
  throw new MigrationError('USAGE', 'the plan does not say where its scripts are', {
    hint: 'They were values in the program: give them to execute, in its option scripts.',
  })
}

import { MigrationError } from '../errors'
import type { EntryFilter } from '../journal/entries'
import { emptyState, type JournalState } from '../journal/model/applied-state'
import type { FullEntry } from '../journal/model/entry'
import { checkRequest } from '../plan/check-request'
import type { Plan, Request, Target } from '../plan/plan'
import { numbered } from '../plan/scheme/scheme'
import { refuseAll } from '../plan/usable'
import type { Place } from '../backends/backend-place'
import type { Backend } from '../run/context/backend'
import type { RunReport } from '../run/context/events'
import { observerOf } from '../run/context/observers'
import { executionContext, type ExecutionContext } from '../run/context/run-context'
import { execute, type Task } from '../run/execute'
import type { LockSession } from '../run/lock/lock-sessions'
import type { Script } from '../script/script'
import { withSystemFailures } from '../system-error'
import { checkArgument, checkValue, text } from '../settings/value/arguments'
import { redactor } from '../settings/value/redact'
import { showSettings, type ShownSettings } from '../settings/show-settings'
import type { Settings } from '../settings/value/setting-types'
import { entryFilter } from './entry-filter'
import { executeShape, setUpShape } from './option-shapes'
import type { ExecuteOptions, ListOptions, SetUpOptions } from './option-shapes'
import type { StoringMigrator } from './migrator-type'
import { planFor } from './plan-for'
import { nothingFound, readStatus, statusOf, type Status } from './status'

/** The migrator of everything that is not PostgreSQL. */
export class BackendMigrator implements StoringMigrator {
  readonly #settings: Settings
  readonly #place: Place
  readonly #running = new Set<Promise<unknown>>()

  constructor(settings: Settings, place: Place) {
    this.#settings = settings
    this.#place = place
  }

  get settings(): ShownSettings {
    return showSettings(this.#settings)
  }

  get label(): string {
    return this.#place.label
  }

  async status(): Promise<Status> {
    const scripts = await this.scripts()
    const found = await this.reading(readStatus, nothingFound)
    const compared = this.#place.scheme.survey(scripts, found.state)
    refuseAll(compared)
    return statusOf(compared, { ...nothingFound, ...found })
  }

  async plan(request: Request): Promise<Plan> {
    return (await this.planWithState(request)).plan
  }

  async planWithState(request: Request): Promise<{ plan: Plan; state: JournalState }> {
    this.check(request)
    const scripts = await this.scripts()
    const { plan: planner } = this.#place.scheme
    const planned = (state: JournalState) =>
      planFor(scripts, state, request, this.#settings, planner)
    const read = async (backend: Backend) => {
      const state = await backend.read()
      return { state, plan: await backend.complete(await planned(state)) }
    }
    const found = await this.reading(read, undefined)
    return found ?? { state: emptyState, plan: await planned(emptyState) }
  }

  execute(request: Request, options: ExecuteOptions = {}): Promise<RunReport> {
    return this.tracked(async () => {
      this.check(request)
      checkArgument('the options object', options, executeShape)
      return this.run(request, options)
    })
  }

  carryOut(
    request: Request,
    options: ExecuteOptions,
    expected: NonNullable<Task['expected']>,
  ): Promise<RunReport> {
    return this.tracked(async () => {
      this.check(request)
      return this.run(request, options, expected)
    })
  }

  hide(text: string): string {
    return redactor(this.#settings.secrets)(text)
  }

  private check(request: Request): void {
    checkRequest(request, { named: this.#place.scheme !== numbered })
  }

  private async run(
    request: Request,
    options: ExecuteOptions,
    expected?: Task['expected'],
  ): Promise<RunReport> {
    const context = this.context(options)
    const reading = this.scripts()
    reading.catch(() => undefined) // what cannot be opened is reported instead
    return execute(context, await this.#place.backend(context), reading, request, expected)
  }

  migrateTo(target: Target, options: ExecuteOptions = {}): Promise<RunReport> {
    return this.execute({ command: 'to', target }, options)
  }

  runScripts(only: readonly string[], options?: ExecuteOptions): Promise<RunReport> {
    return this.execute({ command: 'upgrade', only, force: true }, options)
  }

  runDowngradeScripts(only: readonly string[], options?: ExecuteOptions): Promise<RunReport> {
    return this.execute({ command: 'downgrade', only, force: true }, options)
  }

  setUp(options: SetUpOptions = {}): Promise<RunReport> {
    return this.tracked(async () => {
      checkArgument('the options object', options, setUpShape)
      const { setUpRequest } =
        require('../set-up/set-up-state') as typeof import('../set-up/set-up-state')
      const request = setUpRequest(options, this.#settings.schema)
      const scripts = await this.scripts()
      if (this.#place.setUp) return this.#place.setUp(this.context(options), scripts, request)
      const { runScripts: _, initMigration, ...given } = options
      const builds = initMigration !== undefined && initMigration !== this.#settings.schema
      if (builds) throw onlyScripts()
      return this.runAll(given)
    })
  }

  /** Where nothing but scripts makes a database, to set it up is to run them. */
  private async runAll(options: ExecuteOptions): Promise<RunReport> {
    const state = await this.reading((backend) => backend.read(), emptyState)
    if (state.applied.length > 0) return { plan: await this.status(), steps: [], setUp: false }
    return { ...(await this.execute({ command: 'upgrade' }, options)), setUp: true }
  }

  list(options: ListOptions = {}): Promise<FullEntry[]> {
    return this.listed('success', options)
  }

  errors(options: ListOptions = {}): Promise<FullEntry[]> {
    return this.listed('error', options)
  }

  async trace(id: string): Promise<FullEntry> {
    checkValue('the id', id, text)
    const [entry] = await this.entries({ ids: [id] })
    if (entry) return entry
    throw new MigrationError('ENTRY_NOT_FOUND', `the journal has no entry ${id}`, {
      hint: 'Run list or errors to see the ids.',
    })
  }

  lockSessions(): Promise<LockSession[]> {
    return Promise.reject(noSessions())
  }

  unlock(): Promise<number[]> {
    return Promise.reject(noSessions())
  }

  async close(): Promise<void> {
    await Promise.all(this.#running)
    await this.#place.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  private scripts(): Promise<readonly Script[]> {
    return withSystemFailures(this.#place.scripts())
  }

  private context(options: ExecuteOptions = {}): ExecutionContext {
    const { signal, approveJournalSql, hooks, context } = options
    const made = executionContext(this.#settings, observerOf(options), {
      ...(signal && { signal }),
      ...(approveJournalSql !== undefined && { approveJournalSql }),
      ...(hooks && { hooks }),
      caller: context,
    })
    return { ...made, plan: this.#place.scheme.plan }
  }

  private async listed(outcome: 'success' | 'error', options: ListOptions): Promise<FullEntry[]> {
    const scripts = options.inFolder ? await this.scripts() : undefined
    return this.entries(entryFilter(outcome, options, scripts))
  }

  private entries(filter: EntryFilter): Promise<FullEntry[]> {
    return this.reading((backend) => backend.entries(filter), [])
  }

  private async reading<Result>(
    read: (backend: Backend) => Promise<Result>,
    otherwise: Result,
  ): Promise<Result> {
    if (this.#place.exists && !(await this.#place.exists())) return otherwise
    const backend = await this.#place.backend(this.context())
    try {
      return await read(backend)
    } finally {
      await backend.close(false)
    }
  }

  private tracked<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = work()
    const settled: Promise<unknown> = Promise.allSettled([result])
    this.#running.add(settled)
    void settled.then(() => this.#running.delete(settled))
    return result
  }
}

function onlyScripts(): MigrationError {
  return new MigrationError('USAGE', 'nothing but scripts makes what is migrated here', {
    hint: 'Leave initMigration out.',
  })
}

function noSessions(): MigrationError {
  return new MigrationError(
    'UNLOCK_REFUSED',
    'the holder of the lock can be seen on PostgreSQL only',
    {
      hint: 'End the process that holds the lock: it is released then.',
    },
  )
}

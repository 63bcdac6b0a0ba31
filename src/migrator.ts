import { resolve } from 'node:path'
import type { Database } from './database/database'
import { openDatabase, openExisting } from './database/open'
import type { Session } from './database/session'
import { MigrationError } from './errors'
import { orInterrupted } from './interruption'
import type { FullEntry } from './journal/entry'
import { filterOf, type EntryFilter, type ListOptions } from './journal/entry-filter'
import { readFull, readState } from './journal/journal'
import { emptyState } from './journal/state'
import type { Plan, Request } from './plan/plan'
import { planSteps } from './plan/planner'
import { survey } from './plan/survey'
import { refuseAll } from './plan/usable'
import { createContext } from './run/context'
import { execute } from './run/execute'
import { translated } from './run/journal-failure'
import { historiesOf, noticed, type OtherTools, type Situation } from './run/refuse-other-tools'
import type { Observer, RunReport } from './run/report'
import type { ApproveJournalSql } from './run/journal-sql'
import type { InitMigration } from './run/set-up'
import type { Found, Status } from './run/status'
import type { LockSession } from './run/unlock'
import { readScripts } from './script/folder'
import type { Script } from './script/script'
import { withSystemFailures } from './system-error'
import { describeAddress } from './settings/address'
import type { Settings } from './settings/types'

/** Who is told while work goes on, and who may stop it. */
export interface ExecuteOptions {
  observer?: Observer
  /** Aborting it cancels the current script, rolls it back and throws INTERRUPTED. */
  signal?: AbortSignal
  /**
   * Whether SQL of the journal may run, as it does to revert a script whose file is gone: yes, no, or a
   * function that is given that SQL. Default: where only the journal's owner and superusers may write it.
   */
  approveJournalSql?: ApproveJournalSql
}

/** How `setUp` builds an empty database, and what it does with the scripts. */
export interface SetUpOptions extends ExecuteOptions {
  /**
   * Run the scripts instead of marking them as done; default: true where nothing builds the database.
   */
  runScripts?: boolean
  /** What builds the empty database; default: the canonical schema of the settings, unless scripts run. */
  initMigration?: InitMigration
}

/** One database and one folder of scripts: everything that the command line and the library do with them. */
export interface Migrator {
  readonly settings: Settings
  /** `database "app" at localhost:5432`, without secrets. */
  readonly label: string
  /** The state of the database: a plan without steps, and what is going on. Never writes; starts no embedded server. */
  status(): Promise<Status>
  /** What a request would do. Never writes, imports no script. */
  plan(request: Request): Promise<Plan>
  /** Plans and runs. @throws {MigrationError} with `results` */
  execute(request: Request, options?: ExecuteOptions): Promise<RunReport>
  /** Sets up an empty database; `setUp: false` in the report when it had been set up before. */
  setUp(options?: SetUpOptions): Promise<RunReport>
  /** The journal's successes, oldest first. */
  list(options?: ListOptions): Promise<FullEntry[]>
  /** The journal's failures, oldest first. */
  errors(options?: ListOptions): Promise<FullEntry[]>
  /** One entry in full. @throws {MigrationError} ENTRY_NOT_FOUND */
  trace(id: string): Promise<FullEntry>
  /** Who holds the lock, and the sessions of that run; empty when nobody does. */
  lockSessions(): Promise<LockSession[]>
  /**
   * Ends the sessions given, or all of `lockSessions()`: what they run is rolled back or cancelled.
   * Returns the process ids that were ended. @throws {MigrationError} UNLOCK_REFUSED
   */
  unlock(sessions?: readonly LockSession[]): Promise<number[]>
  close(): Promise<void>
}

/** Prepares a migrator for settings; connects when its first method needs it. */
export function openMigrator(settings: Settings): Promise<Migrator> {
  return Promise.resolve(new SettingsMigrator(settings, undefined))
}

/** A migrator on a connection that the caller has and keeps. */
export function migratorOn(database: Database, settings: Settings): Migrator {
  return new SettingsMigrator(settings, database)
}

/** What is known of an embedded server that was never made. */
const nothingKnown: Situation = { state: emptyState, otherTools: [] }

class SettingsMigrator implements Migrator {
  private opened: Promise<Database> | undefined
  private folder: Promise<readonly Script[]> | undefined
  private impatient = false

  constructor(
    readonly settings: Settings,
    private readonly given: Database | undefined,
  ) {}

  get label(): string {
    return this.given?.label ?? describeAddress(this.settings.database)
  }

  async status(): Promise<Status> {
    const { readStatus, statusOf } = require('./run/status') as typeof import('./run/status')
    const nothing = {
      state: emptyState,
      broken: [],
      holders: { sessions: [], progress: new Map() },
      otherTools: [],
    }
    const read = async (session: Session, database: Database): Promise<Found & OtherTools> => {
      const found = await readStatus(session, this.settings.journal)
      const otherTools = await historiesOf(session, found.state, this.settings, database)
      return { ...found, otherTools }
    }
    const [scripts, found] = await Promise.all([this.scripts(), this.reading(read, nothing)])
    const compared = survey(scripts, found.state)
    refuseAll(compared)
    const status = statusOf(compared, found)
    return { ...status, ...noticed(status.notices, found.otherTools) }
  }

  async plan(request: Request): Promise<Plan> {
    const scripts = this.scripts()
    const planned = async (reading: Promise<Situation>): Promise<Plan> => {
      const [found, situation] = await Promise.all([scripts, reading])
      return this.planned(found, situation, request)
    }
    const reading = this.reading(async (session, database) => {
      const made = await planned(this.situationIn(session, database))
      if (!made.steps.some(({ fromJournal }) => fromJournal)) return made
      const { withJournalSql } = require('./run/journal-sql') as typeof import('./run/journal-sql')
      return withJournalSql(session, this.settings.journal, made)
    }, undefined)
    const [, plan] = await Promise.all([scripts, reading])
    return plan ?? planned(Promise.resolve(nothingKnown))
  }

  private async planned(
    scripts: readonly Script[],
    { state, otherTools }: Situation,
    request: Request,
  ): Promise<Plan> {
    const { modulesWithoutDowngrade } =
      require('./script/lacks-downgrade') as typeof import('./script/lacks-downgrade')
    const applied = new Set(state.applied.map(({ revision }) => revision))
    const revertible = ['downgrade', 'to', 'rebuild'].includes(request.command)
      ? scripts.filter(({ revision }) => applied.has(revision))
      : []
    const withoutDowngrade = await modulesWithoutDowngrade(revertible)
    const plan = planSteps(scripts, state, request, { ...this.settings, withoutDowngrade })
    return request.command === 'mark' ? plan : { ...plan, ...noticed(plan.notices, otherTools) }
  }

  async execute(request: Request, options: ExecuteOptions = {}): Promise<RunReport> {
    const scripts = this.scripts()
    scripts.catch(() => undefined) // a database that cannot be opened is told instead
    const database = await this.orStopped(this.database(), options)
    return translated(execute(this.context(database, options), scripts, request))
  }

  async setUp(options: SetUpOptions = {}): Promise<RunReport> {
    const { setUpRequest } = require('./run/set-up-state') as typeof import('./run/set-up-state')
    const request = setUpRequest(options, this.settings.schema)
    const scripts = this.scripts(request.initMigration)
    scripts.catch(() => undefined) // a database that cannot be opened is told instead
    const database = await this.orStopped(this.database(), options)
    const context = this.context(database, options)
    const { setUp } = require('./run/set-up') as typeof import('./run/set-up')
    return translated(setUp(context, scripts, request))
  }

  list(options: ListOptions = {}): Promise<FullEntry[]> {
    return this.listed('success', options)
  }

  errors(options: ListOptions = {}): Promise<FullEntry[]> {
    return this.listed('error', options)
  }

  async trace(id: string): Promise<FullEntry> {
    const [entry] = /^\d{1,18}$/.test(id) ? await this.entries({ ids: [id] }) : []
    if (entry) return entry
    throw new MigrationError('ENTRY_NOT_FOUND', `the journal has no entry ${id}`, {
      hint: 'Run list or errors to see the ids.',
    })
  }

  async lockSessions(): Promise<LockSession[]> {
    const { nameScripts, needsScripts, readHolders } =
      require('./run/unlock') as typeof import('./run/unlock')
    const holders = await this.reading((session) => readHolders(session, this.settings.journal), {
      sessions: [],
      progress: new Map(),
    })
    if (!needsScripts(holders)) return nameScripts(holders, undefined)
    // without a folder that can be read the sessions are shown all the same
    const found = await this.situation().catch(() => undefined)
    return nameScripts(holders, found && survey(found[0], found[1].state))
  }

  async unlock(sessions?: readonly LockSession[]): Promise<number[]> {
    const held = sessions ?? (await this.lockSessions())
    const { endSessions } = require('./run/unlock') as typeof import('./run/unlock')
    return this.reading((session) => endSessions(session, held), [])
  }

  async close(): Promise<void> {
    const closing = this.opened?.then(
      (database) => database.close(),
      () => undefined, // a failed opening was thrown to its caller
    )
    // who stopped the opening does not wait for its end either
    if (!this.impatient) await closing
    this.opened = undefined
  }

  private orStopped<Result>(task: Promise<Result>, { signal }: ExecuteOptions): Promise<Result> {
    return orInterrupted(task, signal).catch((error: unknown) => {
      this.impatient = signal?.aborted === true
      throw error
    })
  }

  private context(database: Database, options: ExecuteOptions) {
    const { observer, signal, approveJournalSql } = options
    return createContext(database, this.settings, observer, signal, approveJournalSql)
  }

  /** @param initial what builds an empty database, which is no script where it is a file */
  private scripts(initial?: InitMigration): Promise<readonly Script[]> {
    const others = typeof initial === 'string' ? [resolve(initial)] : []
    this.folder ??= withSystemFailures(readScripts(this.settings, { others }))
    return this.folder
  }

  private database(): Promise<Database> {
    this.opened ??= this.given
      ? Promise.resolve(this.given)
      : withSystemFailures(openDatabase(this.settings))
    return this.opened
  }

  /** For reading only: nothing where an embedded server was never made. */
  private async existing(): Promise<Database | undefined> {
    if (this.given || this.opened) return this.database()
    const database = await openExisting(this.settings)
    if (database) this.opened = Promise.resolve(database)
    return database
  }

  private situation(): Promise<[readonly Script[], Situation]> {
    const read = (session: Session, database: Database) => this.situationIn(session, database)
    return Promise.all([this.scripts(), this.reading(read, nothingKnown)])
  }

  private async situationIn(session: Session, database: Database): Promise<Situation> {
    const state = await readState(session, this.settings.journal)
    const otherTools = await historiesOf(session, state, this.settings, database)
    return { state, otherTools }
  }

  private async listed(outcome: 'success' | 'error', options: ListOptions): Promise<FullEntry[]> {
    const scripts = options.inFolder ? await this.scripts() : undefined
    return this.entries(filterOf(outcome, options, scripts))
  }

  private entries(filter: EntryFilter): Promise<FullEntry[]> {
    return this.reading((session) => readFull(session, this.settings.journal, filter), [])
  }

  private async reading<Result>(
    read: (session: Session, database: Database) => Promise<Result>,
    otherwise: Result,
  ): Promise<Result> {
    const database = await this.existing()
    if (!database) return otherwise
    const session = await database.open('read')
    try {
      return await translated(read(session, database))
    } finally {
      await session.close()
    }
  }
}

import { resolve } from 'node:path'
import type { Database } from '../database/postgres/database'
import { openDatabase, openExisting } from '../database/open'
import { withMigrationSources } from '../database/application/migration-sources'
import type { Session } from '../database/postgres/session'
import { MigrationError } from '../errors'
import { orInterrupted } from '../interruption'
import type { FullEntry } from '../journal/model/entry'
import type { EntryFilter } from '../journal/entries'
import { readState } from '../journal/journal'
import { emptyState } from '../journal/model/applied-state'
import type { Plan, Request } from '../plan/plan'
import { checkRequest } from '../plan/check-request'
import { survey } from '../plan/survey'
import { refuseAll } from '../plan/usable'
import { createContext } from '../run/context/run-context'
import { execute } from '../run/execute'
import { journalOn, PostgresBackend } from '../run/postgres-backend'
import type { FoundHistories, FoundSituation } from '../run/lock/refuse-other-tools'
import { historiesOf, noticed } from '../run/lock/refuse-other-tools'
import { executeShape, listOfSessions, setUpShape } from './option-shapes'
import type { ExecuteOptions, ListOptions, SetUpOptions } from './option-shapes'
import { translated } from './translated'
import type { Migrator } from './migrator-type'
import type { RunReport } from '../run/context/events'
import type { Found, Status } from './status'
import type { InitMigration } from '../set-up/build-initial-schema'
import type { LockSession } from '../run/lock/lock-sessions'
import type { ScriptLayout } from '../script/layout/layout'
import { readScripts } from '../script/folder/read-folder'
import type { Script } from '../script/script'
import { withSystemFailures } from '../system-error'
import { describeAddress } from '../settings/address/address'
import { checkArgument, checkValue, text } from '../settings/value/arguments'
import { showSettings, type ShownSettings } from '../settings/show-settings'
import type { Settings } from '../settings/value/setting-types'

export type { Migrator } from './migrator-type'

/** Prepares a migrator for settings; connects when its first method needs it. */
export function openMigrator(settings: Settings, layout?: ScriptLayout): Promise<Migrator> {
  return Promise.resolve(new SettingsMigrator(settings, undefined, layout))
}

/** A migrator on a connection that the caller has and keeps. */
export function migratorOn(database: Database, settings: Settings): Migrator {
  return new SettingsMigrator(settings, database)
}

/** What is known of an embedded server that was never made. */
const nothingKnown: FoundSituation = { state: emptyState, otherTools: [] }

class SettingsMigrator implements Migrator {
  #opened: Promise<Database> | undefined
  #folder: Promise<readonly Script[]> | undefined
  #impatient = false
  readonly #running = new Set<Promise<unknown>>()
  // private to the language too, so that no inspection shows a secret
  readonly #settings: Settings
  readonly #given: Database | undefined
  readonly #layout: ScriptLayout | undefined

  constructor(settings: Settings, given: Database | undefined, layout?: ScriptLayout) {
    this.#settings = settings
    this.#given = given
    this.#layout = layout
  }

  get settings(): ShownSettings {
    return showSettings(this.#settings)
  }

  get label(): string {
    return this.#given?.label ?? describeAddress(this.#settings.database)
  }

  async status(): Promise<Status> {
    const { nothingFound, readHolders, readStatus, statusOf } =
      require('./status') as typeof import('./status')
    const nothing = { ...nothingFound, otherTools: [] }
    const read = async (session: Session, database: Database): Promise<Found & FoundHistories> => {
      const found = await readStatus(journalOn(session, this.#settings.journal))
      const holders = await readHolders(session, this.#settings.journal)
      const otherTools = await historiesOf(session, found.state, this.#settings, database)
      return { ...found, holders, otherTools }
    }
    const [scripts, found] = await Promise.all([this.scripts(), this.reading(read, nothing)])
    const compared = survey(scripts, found.state)
    refuseAll(compared)
    const status = statusOf(compared, found)
    return { ...status, ...noticed(status.notices, found.otherTools) }
  }

  async plan(request: Request): Promise<Plan> {
    checkRequest(request)
    const scripts = this.scripts()
    const planned = async (reading: Promise<FoundSituation>): Promise<Plan> => {
      const [found, { state, otherTools }] = await Promise.all([scripts, reading])
      const { planFor } = require('./plan-for') as typeof import('./plan-for')
      const plan = await planFor(found, state, request, this.#settings)
      return request.command === 'mark' ? plan : { ...plan, ...noticed(plan.notices, otherTools) }
    }
    const reading = this.reading(async (session, database) => {
      const made = await planned(this.situationIn(session, database))
      if (!made.steps.some(({ fromJournal }) => fromJournal)) return made
      const { withJournalSql } =
        require('../run/context/journal-sql') as typeof import('../run/context/journal-sql')
      return withJournalSql(session, this.#settings.journal, made)
    }, undefined)
    const [, plan] = await Promise.all([scripts, reading])
    return plan ?? planned(Promise.resolve(nothingKnown))
  }

  execute(request: Request, options: ExecuteOptions = {}): Promise<RunReport> {
    return this.tracked(async () => {
      checkRequest(request)
      checkArgument('the options object', options, executeShape)
      return this.run(request, options)
    })
  }

  setUp(options: SetUpOptions = {}): Promise<RunReport> {
    return this.tracked(async () => {
      checkArgument('the options object', options, setUpShape)
      return this.runSetUp(options)
    })
  }

  private async run(request: Request, options: ExecuteOptions): Promise<RunReport> {
    const scripts = this.scripts()
    scripts.catch(() => undefined) // a database that cannot be opened is reported instead
    const database = await this.orStopped(this.database(), options)
    const context = this.context(database, options)
    return translated(execute(context, new PostgresBackend(context), scripts, request))
  }

  private async runSetUp(options: SetUpOptions): Promise<RunReport> {
    const { setUpRequest } =
      require('../set-up/set-up-state') as typeof import('../set-up/set-up-state')
    const request = setUpRequest(options, this.#settings.schema)
    const scripts = this.scripts(request.initMigration)
    scripts.catch(() => undefined) // a database that cannot be opened is reported instead
    const database = await this.orStopped(this.database(), options)
    const context = this.context(database, options)
    const { setUp } = require('../set-up/set-up') as typeof import('../set-up/set-up')
    return translated(setUp(context, scripts, request))
  }

  list(options: ListOptions = {}): Promise<FullEntry[]> {
    return this.listed('success', options)
  }

  errors(options: ListOptions = {}): Promise<FullEntry[]> {
    return this.listed('error', options)
  }

  async trace(id: string): Promise<FullEntry> {
    checkValue('the id', id, text)
    const [entry] = /^\d{1,18}$/.test(id) ? await this.entries({ ids: [id] }) : []
    if (entry) return entry
    throw new MigrationError('ENTRY_NOT_FOUND', `the journal has no entry ${id}`, {
      hint: 'Run list or errors to see the ids.',
    })
  }

  async lockSessions(): Promise<LockSession[]> {
    const { nameScripts, needsScripts, readHolders } =
      require('../run/lock/lock-sessions') as typeof import('../run/lock/lock-sessions')
    const holders = await this.reading((session) => readHolders(session, this.#settings.journal), {
      sessions: [],
      progress: new Map(),
    })
    if (!needsScripts(holders)) return nameScripts(holders, undefined)
    // without a folder that can be read the sessions are shown all the same
    const found = await this.situation().catch(() => undefined)
    return nameScripts(holders, found && survey(found[0], found[1].state))
  }

  async unlock(sessions?: readonly LockSession[]): Promise<number[]> {
    if (sessions !== undefined) checkValue('the sessions', sessions, listOfSessions)
    const held = sessions ?? (await this.lockSessions())
    const { endSessions } =
      require('../run/lock/lock-sessions') as typeof import('../run/lock/lock-sessions')
    return this.reading((session) => endSessions(session, held), [])
  }

  async close(): Promise<void> {
    // what still runs works on connections that are released only then
    if (!this.#impatient) await Promise.all(this.#running)
    const closing = this.#opened?.then(
      (database) => database.close(),
      () => undefined, // a failed opening was thrown to its caller
    )
    // who stopped the opening does not wait for its end either
    if (!this.#impatient) await closing
    this.#opened = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  private tracked<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = work()
    const settled: Promise<unknown> = Promise.allSettled([result])
    this.#running.add(settled)
    void settled.then(() => this.#running.delete(settled))
    return result
  }

  private orStopped<Result>(task: Promise<Result>, { signal }: ExecuteOptions): Promise<Result> {
    return orInterrupted(task, signal).catch((error: unknown) => {
      this.#impatient = signal?.aborted === true
      throw error
    })
  }

  private context(database: Database, options: ExecuteOptions) {
    const { observer, signal, approveJournalSql } = options
    return createContext(database, this.#settings, observer, signal, approveJournalSql)
  }

  /** @param initial what builds an empty database, which is no script where it is a file */
  private scripts(initial?: InitMigration): Promise<readonly Script[]> {
    const others = typeof initial === 'string' ? [resolve(initial)] : []
    this.#folder ??= withSystemFailures(this.readScripts(others))
    return this.#folder
  }

  private async readScripts(others: readonly string[]): Promise<readonly Script[]> {
    const settings = await withMigrationSources(this.#settings)
    return readScripts(settings, { others, layout: this.#layout })
  }

  private database(): Promise<Database> {
    this.#opened ??= this.#given
      ? Promise.resolve(this.#given)
      : withSystemFailures(openDatabase(this.#settings))
    return this.#opened
  }

  /** For reading only: nothing where an embedded server was never made. */
  private async existing(): Promise<Database | undefined> {
    if (this.#given || this.#opened) return this.database()
    const database = await openExisting(this.#settings)
    if (database) this.#opened = Promise.resolve(database)
    return database
  }

  private situation(): Promise<[readonly Script[], FoundSituation]> {
    const read = (session: Session, database: Database) => this.situationIn(session, database)
    return Promise.all([this.scripts(), this.reading(read, nothingKnown)])
  }

  private async situationIn(session: Session, database: Database): Promise<FoundSituation> {
    const state = await readState(session, this.#settings.journal)
    const otherTools = await historiesOf(session, state, this.#settings, database)
    return { state, otherTools }
  }

  private async listed(
    outcome: 'success' | 'error',
    { limit, since, inFolder = false }: ListOptions,
  ): Promise<FullEntry[]> {
    const scripts = inFolder ? await this.scripts() : undefined
    return this.entries({
      outcome,
      ...(limit !== undefined && { limit }),
      ...(since && { since: since.toISOString() }),
      ...(scripts && { revisions: scripts.map(({ revision }) => revision) }),
    })
  }

  private entries(filter: EntryFilter): Promise<FullEntry[]> {
    return this.reading((session) => journalOn(session, this.#settings.journal).entries(filter), [])
  }

  private reading<Result>(
    read: (session: Session, database: Database) => Promise<Result>,
    otherwise: Result,
  ): Promise<Result> {
    return this.tracked(() => this.readingNow(read, otherwise))
  }

  private async readingNow<Result>(
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

import { resolve } from 'node:path'
import type { Database } from '../database/postgres/database'
import { withMigrationSources } from '../database/application/migration-sources'
import type { Session } from '../database/postgres/session'
import { MigrationError } from '../errors'
import type { FullEntry } from '../journal/model/entry'
import type { EntryFilter } from '../journal/entries'
import { readState } from '../journal/journal'
import { emptyState, type JournalState } from '../journal/model/applied-state'
import type { Plan, Request, Target } from '../plan/plan'
import { checkRequest } from '../plan/check-request'
import { numbered, type Scheme } from '../plan/scheme/scheme'
import { survey } from '../plan/survey'
import { refuseAll } from '../plan/usable'
import { observerOf } from '../run/context/observers'
import { createContext, type RunContext } from '../run/context/run-context'
import { execute, type Task } from '../run/execute'
import { journalOn, PostgresBackend } from '../run/postgres-backend'
import type { FoundHistories, FoundSituation } from '../run/lock/refuse-other-tools'
import { historiesOf, noticed } from '../run/lock/refuse-other-tools'
import { entryFilter } from './entry-filter'
import { executeShape, listOfSessions, setUpShape } from './option-shapes'
import type { ExecuteOptions, ListOptions, SetUpOptions } from './option-shapes'
import { Access } from './access'
import { translated } from './translated'
import type { StoringMigrator } from './migrator-type'
import type { RunReport } from '../run/context/events'
import type { Found, Status } from './status'
import type { InitMigration } from '../set-up/build-initial-schema'
import type { LockSession } from '../run/lock/lock-sessions'
import type { ScriptLayout } from '../script/layout/layout'
import { readScripts } from '../script/source/read-scripts'
import type { Script } from '../script/script'
import { withSystemFailures } from '../system-error'
import { checkArgument, checkValue, text } from '../settings/value/arguments'
import { redactor } from '../settings/value/redact'
import { showSettings, type ShownSettings } from '../settings/show-settings'
import type { Settings } from '../settings/value/setting-types'

export type { Migrator } from './migrator-type'

/** What is known of an embedded server that was never made. */
const nothingKnown: FoundSituation = { state: emptyState, otherTools: [] }

function folderSchemes() {
  return require('../backends/folder-scheme') as typeof import('../backends/folder-scheme')
}

/** The migrator of PostgreSQL. */
export class SettingsMigrator implements StoringMigrator {
  #folder: Promise<readonly Script[]> | undefined
  // private to the language too, so that no inspection shows a secret
  readonly #settings: Settings
  readonly #access: Access
  readonly #layout: ScriptLayout | undefined

  constructor(settings: Settings, given?: Database, layout?: ScriptLayout) {
    this.#settings = settings
    this.#access = new Access(settings, given)
    this.#layout = layout
  }

  get settings(): ShownSettings {
    return showSettings(this.#settings)
  }

  get label(): string {
    return this.#access.label
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
    const [scripts, found] = await Promise.all([
      this.scripts(),
      this.#access.reading(read, nothing),
    ])
    const compared = this.scheme.survey(scripts, found.state)
    refuseAll(compared)
    const status = statusOf(compared, found)
    return { ...status, ...noticed(status.notices, found.otherTools) }
  }

  plan(request: Request): Promise<Plan> {
    return this.planFrom(request, () => undefined)
  }

  private async planFrom(request: Request, from: (state: JournalState) => void): Promise<Plan> {
    checkRequest(request, { named: this.isGraph })
    const scripts = this.scripts()
    const planned = async (reading: Promise<FoundSituation>): Promise<Plan> => {
      const [found, { state, otherTools }] = await Promise.all([scripts, reading])
      from(state)
      const { planFor } = require('./plan-for') as typeof import('./plan-for')
      const plan = await planFor(found, state, request, this.#settings, this.scheme.plan)
      return request.command === 'mark' ? plan : { ...plan, ...noticed(plan.notices, otherTools) }
    }
    const reading = this.#access.reading(async (session, database) => {
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
    return this.#access.tracked(async () => {
      checkRequest(request, { named: this.isGraph })
      checkArgument('the options object', options, executeShape)
      return this.run(request, options)
    })
  }

  setUp(options: SetUpOptions = {}): Promise<RunReport> {
    return this.#access.tracked(async () => {
      checkArgument('the options object', options, setUpShape)
      return this.runSetUp(options)
    })
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

  carryOut(
    request: Request,
    options: ExecuteOptions,
    expected: NonNullable<Task['expected']>,
  ): Promise<RunReport> {
    return this.#access.tracked(async () => {
      checkRequest(request, { named: this.isGraph })
      return this.run(request, options, expected)
    })
  }

  async planWithState(request: Request): Promise<{ plan: Plan; state: JournalState }> {
    let state = emptyState
    const plan = await this.planFrom(request, (found) => (state = found))
    return { plan, state }
  }

  hide(text: string): string {
    return redactor(this.#settings.secrets)(text)
  }

  private async run(
    request: Request,
    options: ExecuteOptions,
    expected?: Task['expected'],
  ): Promise<RunReport> {
    const scripts = this.scripts()
    scripts.catch(() => undefined) // a database that cannot be opened is reported instead
    const context = await this.context(options)
    return translated(execute(context, new PostgresBackend(context), scripts, request, expected))
  }

  private async runSetUp(options: SetUpOptions): Promise<RunReport> {
    const { setUpRequest } =
      require('../set-up/set-up-state') as typeof import('../set-up/set-up-state')
    const request = setUpRequest(options, this.#settings.schema)
    const scripts = this.scripts(request.initMigration)
    scripts.catch(() => undefined) // a database that cannot be opened is reported instead
    const context = await this.context(options)
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
    const holders = await this.#access.reading(
      (session) => readHolders(session, this.#settings.journal),
      {
        sessions: [],
        progress: new Map(),
      },
    )
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
    return this.#access.reading((session) => endSessions(session, held), [])
  }

  close(): Promise<void> {
    return this.#access.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  private async context(options: ExecuteOptions): Promise<RunContext> {
    const { signal, approveJournalSql, hooks, context } = options
    const database = await this.#access.openFor(signal)
    const made = createContext(database, this.#settings, observerOf(options), {
      ...(signal && { signal }),
      ...(approveJournalSql !== undefined && { approveJournalSql }),
      ...(hooks && { hooks }),
      caller: context,
    })
    return { ...made, plan: this.scheme.plan }
  }

  /** @param initial what builds an empty database, which is no script where it is a file */
  private scripts(initial?: InitMigration): Promise<readonly Script[]> {
    const others = typeof initial === 'string' ? [resolve(initial)] : []
    const usual = async () =>
      readScripts(await withMigrationSources(this.#settings), { others, layout: this.#layout })
    const read = () =>
      this.isGraph ? folderSchemes().readByScheme(this.#settings, usual) : usual()
    return (this.#folder ??= withSystemFailures(read()))
  }

  private get isGraph(): boolean {
    return this.#settings.layout === 'graph'
  }

  /** What scripts are to each other; the code for graphs is loaded for those alone. */
  private get scheme(): Scheme {
    return this.isGraph ? folderSchemes().folderScheme(this.#settings) : numbered
  }

  private situation(): Promise<[readonly Script[], FoundSituation]> {
    const read = (session: Session, database: Database) => this.situationIn(session, database)
    return Promise.all([this.scripts(), this.#access.reading(read, nothingKnown)])
  }

  private async situationIn(session: Session, database: Database): Promise<FoundSituation> {
    const state = await readState(session, this.#settings.journal)
    const otherTools = await historiesOf(session, state, this.#settings, database)
    return { state, otherTools }
  }

  private async listed(outcome: 'success' | 'error', options: ListOptions): Promise<FullEntry[]> {
    const scripts = options.inFolder ? await this.scripts() : undefined
    return this.entries(entryFilter(outcome, options, scripts))
  }

  private entries(filter: EntryFilter): Promise<FullEntry[]> {
    return this.#access.reading(
      (session) => journalOn(session, this.#settings.journal).entries(filter),
      [],
    )
  }
}

import type { DataSource, QueryRunner } from 'typeorm'
import { MigrationError, type StepResult } from '../../errors'
import type { EntryFilter } from '../../journal/entries'
import { emptyState, foldEntries, type JournalState } from '../../journal/model/applied-state'
import type { FullEntry } from '../../journal/model/entry'
import type { Plan, Step } from '../../plan/plan'
import type { Backend, Locked } from '../../run/context/backend'
import type { ExecutionContext } from '../../run/context/run-context'
import { filterEntries } from '../journal-filter'
import { runOneByOne } from '../one-by-one'
import { waitForLock } from '../wait-for-lock'
import type { SqlEngine, EngineLock } from './sql-engine'
import { SqlJournal } from './sql-journal'
import { performStep, rollBack } from './sql-steps'
import type { StepPlace } from './statement-work'

/** Where the one QueryRunner comes from. */
export interface EngineSource {
  source: DataSource
  /** The caller's own; absent: one of the DataSource is made and released. */
  runner?: QueryRunner
}

/** MySQL, MariaDB and SQLite, by one QueryRunner of TypeORM's. */
export class SqlBackend implements Backend {
  readonly place: StepPlace
  private lockOf: EngineLock | undefined
  private state: JournalState = emptyState

  constructor(
    readonly context: ExecutionContext,
    readonly engine: SqlEngine,
    private readonly given: EngineSource,
  ) {
    const work = given.runner ?? given.source.createQueryRunner('master')
    const journal = new SqlJournal(engine, work, context.settings.journal.table)
    this.place = { context, engine, journal }
  }

  get dataSource(): DataSource {
    return this.given.source
  }

  async read(): Promise<JournalState> {
    const entries = await this.place.journal.entries()
    return (this.state = entries ? foldEntries(entries) : emptyState)
  }

  async entries(filter: EntryFilter): Promise<FullEntry[]> {
    return filterEntries((await this.place.journal.entries()) ?? [], filter)
  }

  async complete(plan: Plan): Promise<Plan> {
    if (!this.lockOf && plan.steps.some(({ operation }) => operation !== 'run_skip'))
      await this.refuseOtherTool()
    const steps = await Promise.all(plan.steps.map((step) => this.withJournalSql(step)))
    return { ...plan, steps }
  }

  async lock(_: Plan, isDone?: (state: JournalState) => boolean): Promise<Locked> {
    const { context, engine, dataSource, place } = this
    const lock = await engine.lock(place.journal.work, { dataSource, settings: context.settings })
    const take = async () => {
      const taken = await lock.take()
      if (taken) this.lockOf = lock
      return taken
    }
    const read = () => this.read()
    const attempt = { take, read, isDone, holder: () => lock.holder() }
    const locked = await waitForLock(context, attempt).catch(async (error: unknown) => {
      // one that was taken is released by close
      if (!this.lockOf) await lock.release().catch(() => undefined)
      throw error
    })
    if (!locked.held) {
      await lock.release()
      return locked
    }
    if (place.journal.work.isTransactionActive) throw inTransaction()
    await place.journal.create()
    return { ...locked, state: await this.read() }
  }

  run(plan: Plan): Promise<readonly StepResult[]> {
    const work = () => runOneByOne(this.context, plan, (step) => performStep(this.place, step))
    return this.context.settings.transaction === 'all' ? this.runTogether(work) : work()
  }

  /** One transaction for the run: each script's own is a savepoint in it. */
  private async runTogether(
    run: () => Promise<readonly StepResult[]>,
  ): Promise<readonly StepResult[]> {
    if (!this.engine.undoes) throw this.notAll()
    const { work } = this.place.journal
    await work.startTransaction()
    try {
      const results = await run()
      await work.commitTransaction()
      return results
    } catch (error) {
      await rollBack(this.place)
      if (!(error instanceof MigrationError)) throw notCommitted(error)
      // what came before the failure is undone with it
      if (error.results) error.results = error.results.filter(({ outcome }) => outcome === 'error')
      throw error
    }
  }

  async close(): Promise<void> {
    try {
      await this.lockOf?.release()
    } catch {
      // the connection was lost, and the lock with it
    } finally {
      if (!this.given.runner) await this.place.journal.work.release()
    }
  }

  private async withJournalSql(step: Step): Promise<Step> {
    if (!step.fromJournal) return step
    const journalSql = await this.place.journal.downgradeText(step.revision)
    return journalSql === undefined ? step : { ...step, journalSql }
  }

  private notAll(): MigrationError {
    const { name } = this.engine
    return new MigrationError('TRANSACTION_MODE', `${name} takes no run in one transaction`, {
      hint: 'Run with --transaction each.',
    })
  }

  /** TypeORM's own migrations ran here before: what they did must not run again. */
  private async refuseOtherTool(): Promise<void> {
    const { context, engine, dataSource, place } = this
    if (this.state.exists || context.settings.otherTools === 'ignore') return
    const name = dataSource.options.migrationsTableName ?? 'migrations'
    const rows = await place.journal.work
      .query(`SELECT COUNT(*) AS n FROM ${engine.quote(name)}`)
      .then((found: { n: unknown }[]) => Number(found[0]?.n ?? 0))
      .catch((error: unknown) => {
        if (engine.isMissingTable(error)) return 0
        throw error
      })
    if (rows === 0) return
    throw new MigrationError('OTHER_TOOL', 'another tool has migrated this database', {
      detail: `${name}, the history of TypeORM, with ${rows === 1 ? '1 row' : `${rows} rows`}`,
      hint: 'Record what is done with mark, or run with --other-tools ignore.',
    })
  }
}

/** Constraints that are deferred are looked at only then. */
function notCommitted(cause: unknown): MigrationError {
  return new MigrationError('SCRIPT_FAILED', 'the transaction of the run cannot be committed', {
    detail: cause instanceof Error ? cause.message : String(cause),
    hint: 'Run with --transaction each to see which script it is.',
    cause,
  })
}

/** Scripts and their entries begin and end transactions; a rollback would take the caller's work with it. */
function inTransaction(): MigrationError {
  return new MigrationError(
    'TRANSACTION_MODE',
    'scripts cannot run inside the transaction that the caller has open',
    { hint: 'Commit it before, or give a DataSource with a connection of its own.' },
  )
}

import type { Session } from '../database/postgres/session'
import type { StepResult } from '../errors'
import type { EntryFilter } from '../journal/entries'
import { hasOutcome, readState } from '../journal/journal'
import { emptyState, type JournalState } from '../journal/model/applied-state'
import type { FullEntry } from '../journal/model/entry'
import type { JournalName } from '../journal/model/journal-name'
import type { Plan, Step } from '../plan/plan'
import type { Backend, JournalReader, Locked } from './context/backend'
import type { RunContext } from './context/run-context'
import { openAhead, type Opening } from './lock/early-connection'
import type { Held } from './lock/held'
import { historiesOf, refuseHistories } from './lock/refuse-other-tools'

/** The journal as one session reads it. */
export function journalOn(session: Session, name: JournalName): JournalReader {
  return {
    read: () => readState(session, name),
    entries(filter) {
      const { readFull } = require('../journal/entries') as typeof import('../journal/entries')
      return readFull(session, name, filter)
    },
  }
}

/**
 * PostgreSQL: one connection is opened when this is made, reads, and then holds the lock; a second one,
 * opened after the lock is won, works. What only a run with something to do needs is loaded for one.
 */
export class PostgresBackend implements Backend {
  private readonly early: Opening
  private state = emptyState
  private held: Held | undefined

  constructor(private readonly context: RunContext) {
    this.early = openAhead(context.database)
  }

  async read(): Promise<JournalState> {
    const { journal } = this.context.settings
    this.state = await readState(await this.session(), journal)
    return this.state
  }

  async entries(filter: EntryFilter): Promise<FullEntry[]> {
    return journalOn(await this.session(), this.context.settings.journal).entries(filter)
  }

  async complete(plan: Plan): Promise<Plan> {
    const { settings, database } = this.context
    const session = await this.session()
    if (!this.held && plan.steps.some(runsSomething))
      refuseHistories(await historiesOf(session, this.state, settings, database))
    const { withJournalSql } =
      require('./context/journal-sql') as typeof import('./context/journal-sql')
    return withJournalSql(session, settings.journal, plan)
  }

  async lock(plan: Plan, isDone?: (state: JournalState) => boolean): Promise<Locked> {
    const { context, state: before } = this
    const { journal } = context.settings
    const { readAhead } = require('./prepare/preload') as typeof import('./prepare/preload')
    readAhead(plan.steps)
    const { Held: held } = require('./lock/held') as typeof import('./lock/held')
    const { ensureJournal } = require('../journal/shape') as typeof import('../journal/shape')
    const last = plan.steps.at(-1)
    this.held = await held.enter(context, await this.session(), async (waiting) => {
      if (!isDone || !last) return false
      if (!(await hasOutcome(waiting, journal, last.revision, 'success'))) return false
      // what cannot be read now says nothing: the wait goes on, and ends with an error of its own
      const now = await readState(waiting, journal).catch(() => undefined)
      if (!now || !isDone(now)) return false
      this.state = now
      return true
    })
    if (this.held) this.state = await ensureJournal(this.held.work, journal, before.exists)
    return { state: this.state, held: this.held !== undefined }
  }

  run(plan: Plan): Promise<readonly StepResult[]> {
    const { runSteps } = require('./run-steps') as typeof import('./run-steps')
    return runSteps(this.context, plan, this.held!)
  }

  async close(failed: boolean): Promise<void> {
    try {
      await this.held?.leave(failed)
    } finally {
      await this.early.close()
    }
  }

  private async session(): Promise<Session> {
    return this.held?.work ?? this.early.session
  }
}

/** What is only recorded is how a database that another tool has migrated is taken over. */
const runsSomething = ({ operation }: Step): boolean => operation !== 'run_skip'

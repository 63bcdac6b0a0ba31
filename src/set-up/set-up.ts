import type { QueryRunner } from 'typeorm'
import { eq } from '../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../database/sql/quote'
import type { Session } from '../database/postgres/session'
import { MigrationError } from '../errors'
import { setUpRevision, type Entry } from '../journal/model/entry'
import { ensureJournal } from '../journal/shape'
import { hasOutcome, readState } from '../journal/journal'
import type { JournalState } from '../journal/model/applied-state'
import { claimIndex } from '../journal/model/journal-name'
import { finishClaim, insertClaim, takeOver } from '../journal/model/claim'
import type { Claim } from '../journal/model/journal-columns'
import type { Plan, Request } from '../plan/plan'
import { planSteps } from '../plan/planner'
import { survey } from '../plan/survey'
import { refuseAll } from '../plan/usable'
import type { Script } from '../script/script'
import { setUpInTransaction } from '../run/lock/callers-transaction'
import { reportNotices, type RunContext } from '../run/context/run-context'
import { openAhead } from '../run/lock/early-connection'
import { runPlan, runUntilDone } from '../run/execute'
import { Held, type Sessions } from '../run/lock/held'
import { runSteps } from '../run/run-steps'
import { checkRole } from '../run/context/script-role'
import { buildInitial, type InitMigration } from './build-initial-schema'
import { historiesOf, refuseHistories } from '../run/lock/refuse-other-tools'
import type { RunReport } from '../run/context/events'
import { claimRefused, Execution } from '../run/session/execution'
import { asStopped, must, setUpTransaction } from './set-up-transaction'
import {
  claimOf,
  emptySchema,
  isSetUp,
  refuseTables,
  setUpClaim,
  settledState,
} from './set-up-state'

export type { InitMigration } from './build-initial-schema'

export interface SetUpRequest {
  initMigration: InitMigration | undefined
  runScripts: boolean
}

/**
 * Sets up an empty database in one lock: builds it (or nothing), then marks every script as done or
 * runs them all. `setUp: false` in the report: the journal was there, nothing was done.
 *
 * SQL and object set-ups are one transaction with the journal, their claim and all their marks. What
 * cannot be (`entities`, scripts that run) is claimed with a committed `running` entry first, and a
 * rerun goes on with it.
 *
 * @param reading the scripts, which may be read while the server is asked.
 * @throws {MigrationError} OTHER_TOOL; NOT_EMPTY when there are tables and no journal; whatever building refuses
 */
export async function setUp(
  context: RunContext,
  reading: Promise<readonly Script[]>,
  request: SetUpRequest,
): Promise<RunReport> {
  const { database, settings } = context
  const opening = openAhead(database)
  try {
    const asking = opening.session.then((session) => readState(session, settings.journal))
    const [scripts, session, before] = await Promise.all([reading, opening.session, asking])
    refuseHistories(await historiesOf(session, before, settings, database))
    if (isSetUp(before)) return nothingDone(context, scripts, before)
    if (database.borrowed && session.status !== 'I') throw setUpInTransaction()
    refuseAll(survey(scripts, before))
    let found: JournalState | undefined
    const held = await Held.enter(context, session, async (waiting) => {
      if (await hasOutcome(waiting, settings.journal, setUpRevision, 'running')) return false
      const now = await readState(waiting, settings.journal)
      if (isSetUp(now)) found = now
      return found !== undefined
    })
    if (!held) return nothingDone(context, scripts, found!)
    let failed = true
    try {
      const report = await setUpOrFind(context, scripts, request, held)
      failed = false
      return report
    } finally {
      await held.leave(failed)
    }
  } finally {
    await opening.close()
  }
}

/**
 * A claim that is refused says that somebody else, whom a pooler's lock did not hold back or who has lost
 * his, sets up too. What he did not finish is taken over, as long as he is seen to have gone on.
 */
async function setUpOrFind(
  context: RunContext,
  scripts: readonly Script[],
  request: SetUpRequest,
  sessions: Sessions,
): Promise<RunReport> {
  const { work, lock } = sessions
  let state = await settledState(context, work, lock)
  for (;;) {
    if (isSetUp(state)) return nothingDone(context, scripts, state)
    const attempt = new SetUp(context, scripts, request, sessions)
    try {
      return await attempt.run(state)
    } catch (error) {
      const code = error instanceof MigrationError ? error.code : undefined
      // without a lock, the tables may be those of whoever set up after we had looked
      const refused = code === 'CLAIM_REFUSED' || (code === 'NOT_EMPTY' && !lock.sure)
      if (!refused || work.status !== 'I') throw error
      const now = await settledState(context, work, lock)
      const wentOn = !attempt.claimed && claimOf(now) !== claimOf(state)
      if (!isSetUp(now) && !wentOn) throw error
      state = now
    }
  }
}

function nothingDone(
  context: RunContext,
  scripts: readonly Script[],
  state: JournalState,
): RunReport {
  const planned = context.plan ?? planSteps
  const plan = planned(scripts, state, { command: 'mark', count: 0 }, context.settings)
  reportNotices(context, plan)
  return { plan, steps: [], setUp: false }
}

class SetUp {
  /** True once this run had claimed the set-up: what is refused after that is another claim. */
  claimed = false
  private readonly claim: Claim
  private readonly work: Session
  private readonly execution: Execution

  constructor(
    private readonly context: RunContext,
    private readonly scripts: readonly Script[],
    private readonly request: SetUpRequest,
    private readonly sessions: Sessions,
  ) {
    this.claim = setUpClaim(context)
    this.work = sessions.work
    this.execution = new Execution(context, sessions.work, sessions.lock, [])
  }

  async run(state: JournalState): Promise<RunReport> {
    const started = state.setUp
    if (started) await this.goOn(started)
    else await refuseTables(this.work)
    const whole = !started && this.request.initMigration !== 'entities' && !this.request.runScripts
    return whole ? this.atOnce(state) : this.inParts(started)
  }

  /** One transaction: journal, claim, building, marks, finish. */
  private async atOnce(state: JournalState): Promise<RunReport> {
    let report: RunReport | undefined
    await this.transaction(async (queryRunner) => {
      await this.claimIt()
      await this.build(queryRunner)
      report = await this.scriptsDone({ ...state, exists: true })
      await this.finish()
    })
    return report!
  }

  /** Committed claim, building, then scripts or marks; each part is found done by a rerun. */
  private async inParts(started: Entry | undefined): Promise<RunReport> {
    if (!started) await this.transaction(() => this.claimIt())
    if (started?.statementsDone !== 1) {
      if (this.request.initMigration === 'entities') {
        await this.build(undefined)
        await this.must(this.built())
      } else {
        await this.transaction(async (queryRunner) => {
          await this.build(queryRunner)
          await this.must(this.built())
        })
      }
    }
    const state = await readState(this.work, this.context.settings.journal)
    if (this.request.runScripts) {
      const report = await this.scriptsDone(state)
      await this.finish()
      return report
    }
    let report: RunReport | undefined
    await this.transaction(async () => {
      report = await this.scriptsDone(state)
      await this.finish()
    })
    return report!
  }

  private async goOn({ id, attempt }: Entry): Promise<void> {
    const { journal } = this.context.settings
    const rows = await this.work.query(takeOver(journal, this.context.runId, id, attempt))
    if (rows.length === 0) throw claimRefused('0 (set-up)')
    this.claimed = true
    this.context.observer.notice?.({ kind: 'notice', code: 'SET_UP_RESUMED' })
  }

  private async claimIt(): Promise<void> {
    await ensureJournal(this.work, this.context.settings.journal)
    await this.mustBeOurs(insertClaim(this.context.settings.journal, this.claim))
    this.claimed = true
  }

  private async build(queryRunner: QueryRunner | undefined): Promise<void> {
    const { initMigration } = this.request
    if (initMigration === undefined) return
    const { context, work, execution } = this
    execution.checkpoint()
    await checkRole(work, context.settings)
    const building = buildInitial(context, work, initMigration, queryRunner)
    if (initMigration === 'entities') {
      const built = await execution.watched(building, { what: 'set-up' })
      if ('error' in built) throw asStopped(this.execution, built.error)
    } else if (!(await building) && !this.request.runScripts && this.scripts.length > 0)
      throw emptySchema(initMigration)
  }

  /** Runs or marks what is pending, with the connection as it is. */
  private async scriptsDone(state: JournalState): Promise<RunReport> {
    const { context, scripts, sessions } = this
    const { runScripts } = this.request
    const backend = {
      read: () => readState(sessions.work, context.settings.journal),
      complete: (plan: Plan) => Promise.resolve(plan),
      run: (plan: Plan) => runSteps(context, plan, sessions),
    }
    const request: Request = { command: runScripts ? 'upgrade' : 'mark' }
    const report = runScripts
      ? await runUntilDone(context, backend, { scripts, request, ofSetUp: true }, state)
      : await runPlan(context, backend, this.plan(state, request))
    return { ...report, setUp: true }
  }

  private plan(state: JournalState, request: Request): Plan {
    const { context, scripts } = this
    return (context.plan ?? planSteps)(scripts, state, request, context.settings)
  }

  private async finish(): Promise<void> {
    await this.mustBeOurs(finishClaim(this.context.settings.journal, this.claim))
  }

  private built(): string {
    const { schema, table } = this.context.settings.journal
    return `UPDATE ${quoteIdentifier(schema, table)} SET statements_done = 1 WHERE run_id ${eq} ${quoteLiteral(this.claim.runId)} AND revision ${eq} ${setUpRevision}`
  }

  private transaction(
    task: (queryRunner: QueryRunner | undefined) => Promise<void>,
  ): Promise<void> {
    const { initMigration } = this.request
    const isCode = typeof initMigration === 'object' || typeof initMigration === 'function'
    return setUpTransaction(this.execution, isCode, task)
  }

  /** Another's claim is in the way, or another run has taken this one over: then finish divides by no row. */
  private async mustBeOurs(text: string): Promise<void> {
    const { error } = await this.work.send(text)
    if (!error) return
    const index = claimIndex(this.context.settings.journal)
    const refused = error.code === '22012' || (error.code === '23505' && error.constraint === index)
    throw refused ? claimRefused('0 (set-up)') : error
  }

  private must(text: string): Promise<void> {
    return must(this.work, text)
  }
}

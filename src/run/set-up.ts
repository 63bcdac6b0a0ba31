import type { QueryRunner } from 'typeorm'
import { quoteIdentifier, quoteLiteral } from '../database/quote'
import type { Session } from '../database/session'
import { MigrationError } from '../errors'
import { setUpRevision, type Entry } from '../journal/entry'
import { ensureJournal, readState } from '../journal/journal'
import type { JournalState } from '../journal/state'
import { claimIndex, finishClaim, insertClaim, takeOver, type Claim } from '../journal/table'
import type { Request } from '../plan/plan'
import { planSteps } from '../plan/planner'
import type { Script } from '../script/script'
import { toolVersion } from '../version'
import type { RunContext } from './context'
import { runPlan, runUntilDone, underLock, type Sessions } from './execute'
import { buildInitial, type InitMigration } from './initial'
import type { RunReport } from './report'
import { claimRefused } from './runner'
import { isSetUp, settledState } from './set-up-state'

export type { InitMigration } from './initial'

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
 * @throws {MigrationError} NOT_EMPTY when there are tables and no journal; whatever building refuses
 */
export async function setUp(
  context: RunContext,
  scripts: readonly Script[],
  request: SetUpRequest,
): Promise<RunReport> {
  const { database, settings } = context
  const session = await database.open('lock')
  try {
    const before = await readState(session, settings.journal)
    if (isSetUp(before)) return nothingDone(context, scripts, before)
    return await underLock(context, session, async (lock, work) => {
      const watch = database.single ? undefined : session
      return setUpOrFind(context, scripts, request, { lock, work, watch })
    })
  } finally {
    await session.close()
  }
}

/** A claim that is refused says that somebody else, whom a pooler's lock did not hold back, sets up too. */
async function setUpOrFind(
  context: RunContext,
  scripts: readonly Script[],
  request: SetUpRequest,
  sessions: Sessions,
): Promise<RunReport> {
  const { work, lock } = sessions
  const read = () => settledState(context, work, lock)
  const state = await read()
  if (isSetUp(state)) return nothingDone(context, scripts, state)
  try {
    return await new SetUp(context, scripts, request, sessions).run(state)
  } catch (error) {
    const code = error instanceof MigrationError ? error.code : undefined
    // without a lock, the tables may be those of whoever set up after we had looked
    const refused = code === 'CLAIM_REFUSED' || (code === 'NOT_EMPTY' && !lock.sure)
    if (!refused || work.status !== 'I') throw error
    const now = await read()
    if (!isSetUp(now)) throw error
    return nothingDone(context, scripts, now)
  }
}

function nothingDone(
  { settings }: RunContext,
  scripts: readonly Script[],
  state: JournalState,
): RunReport {
  const plan = planSteps(scripts, state, { command: 'mark', count: 0 }, settings)
  return { plan, steps: [], setUp: false }
}

class SetUp {
  private readonly claim: Claim
  private readonly work: Session

  constructor(
    private readonly context: RunContext,
    private readonly scripts: readonly Script[],
    private readonly request: SetUpRequest,
    private readonly sessions: Sessions,
  ) {
    this.claim = claimFor(context)
    this.work = sessions.work
  }

  async run(state: JournalState): Promise<RunReport> {
    const begun = state.setUp
    if (begun) await this.goOn(begun)
    else await this.refuseTables()
    const whole = !begun && this.request.initMigration !== 'entities' && !this.request.runScripts
    return whole ? this.atOnce(state) : this.inParts(begun)
  }

  /** One transaction: journal, claim, building, marks, finish. */
  private async atOnce(state: JournalState): Promise<RunReport> {
    const queryRunner = await this.begin()
    try {
      await this.claimIt()
      await this.build(queryRunner)
      const report = await this.scriptsDone({ ...state, exists: true })
      await this.finish()
      await this.commit(queryRunner)
      return report
    } catch (error) {
      await this.rollBack(queryRunner)
      throw error
    }
  }

  /** Committed claim, building, then scripts or marks; each part is found done by a rerun. */
  private async inParts(begun: Entry | undefined): Promise<RunReport> {
    if (!begun) await this.transaction(() => this.claimIt())
    if (begun?.statementsDone !== 1) {
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
    this.context.observer.notice?.('going on with a set-up that was cut off')
  }

  private async claimIt(): Promise<void> {
    await ensureJournal(this.work, this.context.settings.journal)
    await this.mustBeOurs(insertClaim(this.context.settings.journal, this.claim))
  }

  private async build(queryRunner: QueryRunner | undefined): Promise<void> {
    const { initMigration } = this.request
    if (initMigration === undefined) return
    await buildInitial(this.context, this.work, initMigration, queryRunner)
  }

  /** Runs or marks what is pending, with the connection as it stands. */
  private async scriptsDone(state: JournalState): Promise<RunReport> {
    const { context, sessions, work } = this
    const { runScripts } = this.request
    const request: Request = { command: runScripts ? 'upgrade' : 'mark' }
    const plan = (now: JournalState) => planSteps(this.scripts, now, request, context.settings)
    const report = runScripts
      ? await runUntilDone(context, request, sessions, async () =>
          plan(await readState(work, context.settings.journal)),
        )
      : await runPlan(context, plan(state), sessions)
    return { ...report, setUp: true }
  }

  private async finish(): Promise<void> {
    await this.mustBeOurs(finishClaim(this.context.settings.journal, this.claim))
  }

  private built(): string {
    const { schema, table } = this.context.settings.journal
    return `UPDATE ${quoteIdentifier(schema, table)} SET statements_done = 1 WHERE run_id = ${quoteLiteral(this.claim.runId)} AND revision = ${setUpRevision}`
  }

  private async transaction(
    task: (queryRunner: QueryRunner | undefined) => Promise<void>,
  ): Promise<void> {
    const queryRunner = await this.begin()
    try {
      await task(queryRunner)
      await this.commit(queryRunner)
    } catch (error) {
      await this.rollBack(queryRunner)
      throw error
    }
  }

  /** TypeORM's own count of transactions must agree where an object builds with a QueryRunner. */
  private async begin(): Promise<QueryRunner | undefined> {
    const { initMigration } = this.request
    const isCode = typeof initMigration === 'object' || typeof initMigration === 'function'
    if (!isCode) {
      await this.must('BEGIN')
      return undefined
    }
    const queryRunner = await this.context.database.queryRunner(this.work)
    await queryRunner.startTransaction()
    return queryRunner
  }

  private async commit(queryRunner: QueryRunner | undefined): Promise<void> {
    if (!queryRunner) return this.must('COMMIT')
    while (queryRunner.isTransactionActive) await queryRunner.commitTransaction()
  }

  private async rollBack(queryRunner: QueryRunner | undefined): Promise<void> {
    if (this.work.lost) return
    while (queryRunner?.isTransactionActive) await queryRunner.rollbackTransaction()
    if (this.work.status !== 'I') await this.work.send('ROLLBACK')
  }

  /** Another's claim is in the way, or another has taken ours over: then finish divides by no row. */
  private async mustBeOurs(text: string): Promise<void> {
    const { error } = await this.work.send(text)
    if (!error) return
    const index = claimIndex(this.context.settings.journal)
    const refused = error.code === '22012' || (error.code === '23505' && error.constraint === index)
    throw refused ? claimRefused('0 (set-up)') : error
  }

  private async must(text: string): Promise<void> {
    const { error } = await this.work.send(text)
    if (error) throw error
  }

  /** A database that something else has built is not ours to build over. */
  private async refuseTables(): Promise<void> {
    const rows = await this.work.query<{ name: string }>(
      `SELECT c.oid::regclass::text AS name FROM pg_catalog.pg_class c
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
          AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_class'::regclass
                          AND d.objid = c.oid AND d.deptype = 'e')
        ORDER BY 1 LIMIT 6`,
    )
    if (rows.length === 0) return
    const names = rows.slice(0, 5).map(({ name }) => name)
    throw new MigrationError('NOT_EMPTY', 'the database has tables but no journal', {
      detail: `found ${names.join(', ')}${rows.length > 5 ? ' and more' : ''}`,
      hint: 'If they are what the scripts would build, run mark; else set up an empty database.',
    })
  }
}

function claimFor({ runId, operator }: RunContext): Claim {
  return {
    runId,
    revision: setUpRevision,
    title: 'set up',
    kind: 'setup',
    operation: 'run',
    ordinal: 1,
    checksum: '',
    checksumKind: 'sql',
    upgradeText: null,
    downgradeText: null,
    statementsTotal: null,
    operator,
    toolVersion,
  }
}
